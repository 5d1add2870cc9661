"""Slow obvious twins in 50 digits: full k by k matrices, equations solved by bisection on their signs."""

from mpmath import diag, eye, matrix, mp, mpf

mp.dps = 50


def _column(values):
    return matrix([mpf(float(x)) for x in values])


def design(k, moderators=()):
    x = matrix(k, 1 + len(moderators))
    for i in range(k):
        x[i, 0] = mpf(1)
        for j, values in enumerate(moderators):
            x[i, j + 1] = mpf(float(values[i]))
    return x


def projection(v, x, tau2):
    w = diag([1 / (mpf(float(item)) + tau2) for item in v])
    return w, w - w * x * (x.T * w * x) ** -1 * x.T * w


def trace(a):
    return sum(a[i, i] for i in range(a.rows))


def equation(method, y, v, x, tau2):
    """What each iterated estimator sets to zero."""
    yy = _column(y)
    k, p = x.rows, x.cols
    w, pm = projection(v, x, tau2)
    quad = (yy.T * pm * yy)[0]
    quad2 = (yy.T * pm * pm * yy)[0]
    return {
        "REML": lambda: quad2 - trace(pm),
        "ML": lambda: quad2 - trace(w),
        "PM": lambda: quad - (k - p),
        "EB": lambda: quad * k / (k - p) - k,
    }[method]()


def tau2(method, y, v, moderators=()):
    """tau2 by its defining formula or equation."""
    x = design(len(y), moderators)
    yy = _column(y)
    k, p = x.rows, x.cols
    zero = mpf(0)
    if method == "EE":
        return zero
    if method == "HE":
        pm = eye(k) - x * (x.T * x) ** -1 * x.T
        value = ((yy.T * pm * yy)[0] - trace(pm * diag([mpf(float(item)) for item in v]))) / (k - p)
        return max(zero, value)
    if method in ("DL", "HS"):
        w, pm = projection(v, x, zero)
        q = (yy.T * pm * yy)[0]
        return max(zero, (q - (k - p)) / trace(pm) if method == "DL" else (q - k) / trace(w))
    if method == "SJ":
        mean = sum(yy) / k
        start = sum((item - mean) ** 2 for item in yy) / k
        _, pm = projection(v, x, start)
        return start * (yy.T * pm * yy)[0] / (k - p)
    if equation(method, y, v, x, zero) <= 0:
        return zero
    low, high = zero, mpf(1)
    while equation(method, y, v, x, high) > 0:
        high *= 2
    for _ in range(110):
        middle = (low + high) / 2
        if equation(method, y, v, x, middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def coefficients(y, v, t, moderators=()):
    """Coefficients, their covariance and y'Py at `t`."""
    x = design(len(y), moderators)
    yy = _column(y)
    w, pm = projection(v, x, mpf(t))
    covariance = (x.T * w * x) ** -1
    return covariance * (x.T * w * yy), covariance, (yy.T * pm * yy)[0]
