"""Linear systems with known traps, and their solution by a 50-digit matrix exponential (mpmath)."""

from __future__ import annotations

from dataclasses import dataclass, field

import mpmath
import numpy as np


@dataclass(frozen=True)
class System:
    name: str
    matrix: np.ndarray
    boluses: list[tuple[float, int, float]] = field(default_factory=list)
    infusions: list[tuple[float, float, int, float]] = field(default_factory=list)
    times: tuple[float, ...] = (0.1, 0.5, 0.73, 1.0, 2.9, 7.77, 24.0, 100.0)


def compartments(rates: dict[tuple[int, int], float], loss: dict[int, float], n: int) -> np.ndarray:
    """Matrix from transfer rates {(from, to): k} and losses {state: k}."""
    a = np.zeros((n, n))
    for (source, target), rate in rates.items():
        a[target, source] += rate
        a[source, source] -= rate
    for state, rate in loss.items():
        a[state, state] -= rate
    return a


def _mammillary(k10: float, k12: float, k21: float, k13: float, k31: float, ke0: float = 6.8) -> np.ndarray:
    a = compartments({(0, 1): k12, (1, 0): k21, (0, 2): k13, (2, 0): k31}, {0: k10}, 4)
    a[3, 0], a[3, 3] = ke0, -ke0
    return a


def _chain(rates: list[float]) -> np.ndarray:
    n = len(rates)
    return compartments({(i, i + 1): rates[i] for i in range(n - 1)}, {n - 1: rates[-1]}, n)


PUSH = [(0.0, 0, 100.0)]
DRIP = [(0.0, 2 / 3, 0, 52.5)]


def systems() -> list[System]:
    """More than forty systems: ordinary ones, and those on which eigenvectors, partial fractions or one double fail."""
    found = [
        System("one compartment, push", compartments({}, {0: 0.3}, 1), PUSH),
        System("one compartment, infusion", compartments({}, {0: 0.3}, 1), [], DRIP),
        System("no clearance at all", compartments({(0, 1): 1.0, (1, 0): 0.5}, {}, 2), PUSH, DRIP),
        System("three compartments and effect site", _mammillary(3.36, 6.44, 2.875, 3.16, 0.503), PUSH, DRIP),
        System("infusion alone", _mammillary(3.36, 6.44, 2.875, 3.16, 0.503), [], DRIP),
        System("two equal peripherals", _mammillary(3.36, 2.0, 1.0, 2.0, 1.0), PUSH, DRIP),
        System("a peripheral that never returns", _mammillary(1.0, 1.0, 0.0, 0.2, 0.1), PUSH, DRIP),
        System("effect site that does not move", _mammillary(1.0, 1.0, 0.5, 0.2, 0.1, 0.0), PUSH, DRIP),
        System("absorption equals elimination", _chain([0.9, 0.9]), PUSH),
        System("depot with an infusion into it", _chain([1.1, 0.4]), [], [(0.2, 0.73, 0, 30.0)]),
        System("transit chain, all equal", _chain([2.0] * 6), PUSH, DRIP),
        System("transit chain of ten, all equal", _chain([5.0] * 10), PUSH, DRIP),
        System("metabolites in chain, all equal", _chain([0.7] * 4), PUSH, DRIP),
        System("cycle with complex eigenvalues", compartments({(0, 1): 3.0, (1, 2): 3.0, (2, 0): 3.0}, {0: 0.01}, 3), PUSH, DRIP),
        System("enterohepatic cycle", compartments({(0, 1): 1.0, (1, 2): 0.4, (2, 0): 0.9, (0, 3): 2.0, (3, 0): 0.1}, {0: 0.2}, 4), PUSH),
        System(
            "two parents into one metabolite", compartments({(0, 2): 1.0, (1, 2): 1.0}, {2: 1.0, 1: 0.5}, 3), [*PUSH, (0.5, 1, 50.0)], DRIP
        ),
        System("nothing flows", np.zeros((2, 2)), PUSH, DRIP),
    ]
    for gap in (1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 1e-15):
        found.append(System(f"absorption and elimination {gap:g} apart", _chain([0.9, 0.9 * (1 + gap)]), PUSH))
        found.append(System(f"three in chain {gap:g} apart", _chain([0.9, 0.9 * (1 + gap), 0.9 * (1 - gap)]), PUSH, DRIP))
    for ratio in (1e2, 1e3, 1e4, 1e5, 1e6):
        found.append(System(f"stiff, {ratio:g} between rates", _mammillary(0.05, ratio, ratio / 3, 0.02, 0.01, ratio / 7), PUSH, DRIP))
        found.append(System(f"slow leak, {ratio:g} between rates", _mammillary(1 / ratio, 3.0, 1.0, 1 / ratio, 1 / ratio), PUSH, DRIP))
    base = _mammillary(3.36, 6.44, 2.875, 3.16, 0.503)
    slowest = float(-np.linalg.eigvals(base[:3, :3]).real.max())
    found += [
        System("effect site equals the slowest rate", _mammillary(3.36, 6.44, 2.875, 3.16, 0.503, slowest), PUSH, DRIP),
        System("overlapping infusions", base, [], [(0.0, 2.0, 0, 10.0), (1.0, 3.0, 0, 20.0), (1.5, 1.75, 0, 100.0)]),
        System("aborted, then stepped", base, [], [(0.0, 0.31, 0, 52.5), (0.31, 0.9, 0, 26.0), (1.1, 1.7, 0, 13.0)]),
        System("edges off the grid", base, [(0.7299999, 0, 5.0)], [(0.33333333, 0.77777777, 0, 31.0)]),
        System("push exactly at a time", base, [(0.5, 0, 20.0), (2.9, 0, 20.0)]),
        System("infusion of a second", base, [], [(0.1, 0.1 + 1 / 3600, 0, 1e5)]),
        System(
            "weekly for two years",
            base,
            [],
            [(w * 168.0, w * 168.0 + 2 / 3, 0, 52.5) for w in range(105)],
            (2.0, 168.5, 8736.9, 17472.4, 17640.0),
        ),
        System("daily oral for a year", _chain([0.9, 0.07]), [(d * 24.0, 0, 50.0) for d in range(365)], [], (1.0, 500.3, 8736.0, 8800.0)),
    ]
    return found


def exact(system: System) -> np.ndarray:
    """States (T, n): each dose on its own, by superposition, with 50 digits."""
    with mpmath.workdps(50):
        n = len(system.matrix)
        a = mpmath.matrix(system.matrix.tolist())
        result = np.zeros((len(system.times), n))
        known: dict[tuple[object, ...], mpmath.matrix] = {}

        def response(kind: str, state: int, hours: mpmath.mpf) -> mpmath.matrix:
            key = (kind, state, hours)
            if key not in known:
                if kind == "push":
                    known[key] = mpmath.expm(a * hours)[:, state]
                else:  # the integral of the exponential, from the exponential of the matrix bordered by the input
                    bordered = mpmath.zeros(n + 1)
                    bordered[:n, :n] = a
                    bordered[state, n] = 1
                    known[key] = mpmath.expm(bordered * hours)[:n, n]
            return known[key]

        for row, time in enumerate(system.times):
            total = mpmath.zeros(n, 1)
            for at, state, amount in system.boluses:
                if at <= time:
                    total += response("push", state, mpmath.mpf(time) - at) * amount
            for start, end, state, rate in system.infusions:
                for edge, sign in ((start, 1), (end, -1)):
                    if edge < time:
                        total += response("drip", state, mpmath.mpf(time) - edge) * rate * sign
            result[row] = [float(v) for v in total]
        return result
