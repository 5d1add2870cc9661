"""The same summaries for a linear model of any shape, from its propagators: slower, and as exact."""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.stepping_kernel import advance, matrix_of, propagators, schedule

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
GROWTH = 1.2


@compiled
def _value_and_slope(a: Floats, x: Floats, r: Floats, row: int) -> tuple[float, float]:
    total = r[row]
    for k in range(x.shape[0]):
        total += a[row, k] * x[k]
    return x[row], total


@compiled
def _moved(a: Floats, power: Floats, integral: Floats, h0: float, x: Floats, r: Floats, step: float, one: Floats, two: Floats) -> Floats:
    after = x.copy()
    advance(a, power, integral, h0, after, r, step, one, two)
    return after


@compiled
def _zero(
    a: Floats, power: Floats, integral: Floats, h0: float, x: Floats, r: Floats, step: float, row: int, asked: float, of_slope: bool,
    one: Floats, two: Floats,
) -> float:  # fmt: skip
    """Where in (0, step) the value minus `asked`, or the slope, changes sign: by bisection on the exact solution."""
    low, high = 0.0, step
    y, g = _value_and_slope(a, x, r, row)
    sign = (g if of_slope else y - asked) > 0.0
    for _ in range(48):
        middle = 0.5 * (low + high)
        y, g = _value_and_slope(a, _moved(a, power, integral, h0, x, r, middle, one, two), r, row)
        if ((g if of_slope else y - asked) > 0.0) == sign:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@compiled
def _above(
    a: Floats, power: Floats, integral: Floats, h0: float, x: Floats, r: Floats, step: float, row: int, bound: float, before: float,
    now: float, one: Floats, two: Floats,
) -> float:  # fmt: skip
    """Hours of a stretch that goes one way, from `before` to `now`, that lie at or above `bound`."""
    if before >= bound and now >= bound:
        return step
    if before < bound <= now:
        return step - _zero(a, power, integral, h0, x, r, step, row, bound, False, one, two)
    if now < bound <= before:
        return _zero(a, power, integral, h0, x, r, step, row, bound, False, one, two)
    return 0.0


@in_parallel
def summaries(
    flow_rates: Floats, source: Whole, target: Whole, keeps: Flags, n: int,
    start: Floats, duration: Floats, amount: Floats, state: Whole, until: float, who: Whole, read: Whole, scale: Floats, levels: Floats,
    workers: int, out: Floats,
) -> None:  # fmt: skip
    """Fill out (N, O, 4) for persons `who`; see `summary_kernel`. Areas are further states that gather what is read."""
    people, outputs = who.shape[0], read.shape[0]
    for worker in prange(workers):
        for p in range(worker * people // workers, (worker + 1) * people // workers):
            i = who[p]
            size = n + outputs
            a, rest = matrix_of(flow_rates[i], source, target, keeps, size)
            norm = 0.0
            for j in range(n):
                norm = max(norm, np.abs(a[:, j]).sum())
            for o in range(outputs):
                a[n + o, read[o]] = 1.0
            edges, pushes, rates = schedule(start[i], duration[i], amount[i], state, size)
            h0 = 2.0 ** np.floor(np.log2(0.5 / max(norm, 1.0)))
            depth = max(1, int(np.floor(np.log2(max((until - edges[0]) / h0, 1.0)))) + 2)
            power, integral = propagators(a, rest, h0, depth)
            x, one, two = np.zeros(size), np.zeros(size), np.zeros(size)
            out[i] = 0.0
            for s in range(edges.shape[0]):
                if edges[s] > until:
                    break
                length = (min(edges[s + 1], until) if s + 1 < edges.shape[0] else until) - edges[s]
                x += pushes[s]
                r = rates[s]
                done, step = 0.0, 0.02 / max(norm, 1e-6)  # hours from the edge: they keep their digits however late it is
                for o in range(outputs):
                    if x[read[o]] * scale[i, o] > out[i, o, 0]:
                        out[i, o, 0], out[i, o, 1] = x[read[o]] * scale[i, o], edges[s]
                while done < length:
                    h = step if done + step < length else length - done
                    at = edges[s] + done
                    after = _moved(a, power, integral, h0, x, r, h, one, two)
                    for o in range(outputs):
                        row, per_mg = read[o], scale[i, o]
                        y0, g0 = _value_and_slope(a, x, r, row)
                        y1, g1 = _value_and_slope(a, after, r, row)
                        bound = levels[o] / per_mg  # NaN, which nothing reaches, where no level was asked
                        # A turn inside is looked for where it may hold the peak or cross the level: the tangents bound it.
                        top = g0 > 0.0 > g1 and (
                            max(y0 + g0 * h, y1) * per_mg > out[i, o, 0] or (y0 < bound and y1 < bound and y0 + g0 * h >= bound)
                        )
                        dip = g0 < 0.0 < g1 and y0 >= bound and y1 >= bound and y0 + g0 * h < bound
                        if top or dip:
                            cut = _zero(a, power, integral, h0, x, r, h, row, 0.0, True, one, two)
                            turn = _moved(a, power, integral, h0, x, r, cut, one, two)
                            if turn[row] * per_mg > out[i, o, 0]:
                                out[i, o, 0], out[i, o, 1] = turn[row] * per_mg, at + cut
                            out[i, o, 3] += _above(a, power, integral, h0, x, r, cut, row, bound, y0, turn[row], one, two)
                            out[i, o, 3] += _above(a, power, integral, h0, turn, r, h - cut, row, bound, turn[row], y1, one, two)
                        else:
                            out[i, o, 3] += _above(a, power, integral, h0, x, r, h, row, bound, y0, y1, one, two)
                        if y1 * per_mg > out[i, o, 0]:
                            out[i, o, 0], out[i, o, 1] = y1 * per_mg, at + h
                    x = after
                    done = done + h if h == step else length
                    step *= GROWTH
            for o in range(outputs):
                out[i, o, 2] = x[n + o] * scale[i, o]
