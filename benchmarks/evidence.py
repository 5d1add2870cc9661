"""How fast the evidence room pools, beside statsmodels and PyMARE in the same run.

Run as ``python benchmarks/evidence.py``. Gates: REML over 10,000 analyses of 20 studies at 40,000 a second (aim 400,000), tau2 within
1e-9 of a 50-digit solution; one analysis of 2,000 studies and leave-one-out of 500 studies under 20 ms each.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from fanlight.science.evidence import pool
from fanlight.science.evidence.batch import pool_many
from fanlight.science.evidence.diagnostics import leave_one_out


def studies(rows: int, k: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    v = 10 ** rng.uniform(-2, 0, (rows, k))
    return rng.normal(0.3, 1, (rows, k)) * np.sqrt(v + 0.1), v


def best(action: Callable[[], object], times: int = 7) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return min(taken)


def furthest_from_fifty_digits(y: np.ndarray, v: np.ndarray, tau2: np.ndarray) -> float:
    from mpmath import mp, mpf

    mp.dps = 50
    worst = 0.0
    for row in range(len(y)):
        effects, variances = [mpf(float(x)) for x in y[row]], [mpf(float(x)) for x in v[row]]

        def score(t: mpf, effects: list[mpf] = effects, variances: list[mpf] = variances) -> mpf:
            w = [1 / (x + t) for x in variances]
            total = sum(w)
            mean = sum(a * b for a, b in zip(w, effects, strict=True)) / total
            squares = sum((a * (e - mean)) ** 2 for a, e in zip(w, effects, strict=True))
            return squares - (total - sum(a * a for a in w) / total)

        low, high = mpf(0), mpf(50)
        if score(low) <= 0:
            high = low
        for _ in range(130):
            middle = (low + high) / 2
            low, high = (middle, high) if score(middle) > 0 else (low, middle)
        worst = max(worst, abs(float(low - mpf(float(tau2[row])))))
    return worst


def main() -> None:
    rows: list[tuple[str, str, str]] = []
    y, v = studies(10_000, 20, 1)
    pool_many(y[:10], v[:10])  # compiled, or read from the cache, before the clock starts
    taken = best(lambda: pool_many(y, v))
    rate = 10_000 / taken
    rows.append(("Fanlight, REML, 10,000 analyses of 20 studies", f"{rate:,.0f} /s", "gate 40,000, aim 400,000"))
    found = pool_many(y, v)
    rows.append(
        ("  tau2 furthest from 50 digits, 60 analyses", f"{furthest_from_fifty_digits(y[:60], v[:60], found.tau2[:60]):.1e}", "gate 1e-9")
    )
    rows.append(("  converged", f"{int(found.converged.sum()):,} of 10,000", ""))
    one_by_one = best(lambda: [pool(y[i], v[i]) for i in range(50)], 3) / 50
    rows.append(("Fanlight, pool with everything, one at a time", f"{1 / one_by_one:,.0f} /s", ""))
    rows += yardsticks(y, v, found.tau2)
    big_y, big_v = (column[0] for column in studies(1, 2_000, 2))
    rows.append(("Fanlight, one analysis of 2,000 studies", f"{1000 * best(lambda: pool(big_y, big_v)):.1f} ms", "gate 20 ms"))
    left_y, left_v = (column[0] for column in studies(1, 500, 3))
    rows.append(("Fanlight, leave-one-out of 500 studies", f"{1000 * best(lambda: leave_one_out(left_y, left_v)):.1f} ms", "gate 20 ms"))
    width = max(len(name) for name, _, _ in rows)
    for name, figure, gate in rows:
        print(f"{name:<{width}}  {figure:>18}  {gate}")


def yardsticks(y: np.ndarray, v: np.ndarray, tau2: np.ndarray) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    try:
        from statsmodels.stats.meta_analysis import combine_effects
    except ImportError:
        found.append(("statsmodels", "not installed", ""))
    else:
        taken = best(lambda: [combine_effects(y[i], v[i], method_re="iterated") for i in range(100)], 3) / 100
        found.append(("statsmodels combine_effects, iterated (PM)", f"{1 / taken:,.0f} /s", "no REML there"))
    try:
        from pymare.estimators import VarianceBasedLikelihoodEstimator
    except ImportError:
        found.append(("PyMARE", "not installed", ""))
        return found
    ones = np.ones((20, 1))

    def fit(row: int) -> float:
        estimator = VarianceBasedLikelihoodEstimator(method="REML")
        estimator.fit(y[row][:, None], v[row][:, None], ones)
        return float(np.ravel(estimator.params_["tau2"])[0])

    taken = best(lambda: [fit(i) for i in range(20)], 2) / 20
    apart = max(abs(fit(i) - tau2[i]) for i in range(20))
    found.append(("PyMARE, REML", f"{1 / taken:,.0f} /s", f"its tau2 differs by up to {apart:.1e}"))
    return found


if __name__ == "__main__":
    main()
