"""Rates and weights of the exponentials of one to three compartments around a centre, with an effect site.

The amount in the centre after a unit push is the sum of c_m exp(-lam_m t). The lam_m are roots of
k10 - lam - lam (k12 / (k21 - lam) + k13 / (k31 - lam)) = 0, a form without cancellation for any size of the rates; c_m is
1 / (1 + k12 k21 / (k21 - lam_m)^2 + k13 k31 / (k31 - lam_m)^2). An effect site with rate ke0 adds the mode ke0.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled

Floats = NDArray[np.float64]
MOST_STEPS = 100
CLOSEST = 1e-3
"""Two rates closer than this, relative to the larger, are left to the stepping kernel: partial fractions would
lose three digits and more. The bound keeps the loss below 1e-11 of the peak."""


@compiled
def rates_and_weights(
    k10: float, k12: float, k21: float, k13: float, k31: float, ke0: float, compartments: int, lam: Floats, c: Floats, d: Floats
) -> bool:
    """Fill rates lam (4,), weights c (4,) of the centre and d (4,) of the effect site. False where they would be inexact."""
    lam[:], c[:], d[:] = 1.0, 0.0, 0.0
    if not (k10 > 0.0):
        return False
    if compartments == 1:
        lam[0], c[0] = k10, 1.0
    elif compartments == 2:
        total = k10 + k12 + k21
        root = math.sqrt((k10 + k12 - k21) ** 2 + 4.0 * k12 * k21)
        lam[0] = 0.5 * (total + root)
        lam[1] = k10 * k21 / lam[0]
        for m in range(2):
            gap = k21 - lam[m]
            if abs(gap) < 1e-6 * k21:
                return False
            c[m] = 1.0 / (1.0 + k12 * k21 / (gap * gap))
    else:
        if not _three_rates(k10, k12, k21, k13, k31, lam):
            return False
        for m in range(3):
            g2, g3 = k21 - lam[m], k31 - lam[m]
            if abs(g2) < 1e-6 * k21 or abs(g3) < 1e-6 * k31:
                return False
            c[m] = 1.0 / (1.0 + k12 * k21 / (g2 * g2) + k13 * k31 / (g3 * g3))
    for m in range(compartments):
        for other in range(m):
            if abs(lam[m] - lam[other]) < CLOSEST * max(lam[m], lam[other]):
                return False
    if ke0 > 0.0:
        lam[3] = ke0
        for m in range(compartments):
            if abs(ke0 - lam[m]) < CLOSEST * max(ke0, lam[m]):
                return False
            d[m] = c[m] * ke0 / (ke0 - lam[m])
            d[3] -= d[m]
    return True


@compiled
def _three_rates(k10: float, k12: float, k21: float, k13: float, k31: float, lam: Floats) -> bool:
    """Trigonometric roots of the cubic, then Newton's steps on the form without cancellation."""
    b = k10 + k12 + k13 + k21 + k31
    q = k10 * k21 + k10 * k31 + k12 * k31 + k13 * k21 + k21 * k31
    r = k10 * k21 * k31
    third = b / 3.0
    p = third * third - q / 3.0
    if not (p > 0.0):
        return False
    half = third * third * third - third * q / 2.0 + r / 2.0
    root = math.sqrt(p)
    cosine = half / (p * root)
    angle = math.acos(min(1.0, max(-1.0, cosine))) / 3.0
    lam[0] = third + 2.0 * root * math.cos(angle)
    # The smaller two from their product and sum: the small root keeps its digits.
    product, total = r / lam[0], b - lam[0]
    middle = third + 2.0 * root * math.cos(angle - 2.0943951023931953)
    lam[1] = middle
    lam[2] = product / middle if middle > 0.0 else total
    # Each root lies alone between the poles k21 and k31, where the function falls from end to end: Newton's steps, kept in
    # their bracket, find it from any start. The trigonometric start may have no digit right where one rate dwarfs the others.
    near, far = min(k21, k31), max(k21, k31)
    for m in range(3):
        under = far if m == 0 else near if m == 1 else 0.0
        over = 2.0 * b if m == 0 else far if m == 1 else near
        if not (under < lam[m] < over):
            lam[m] = 0.5 * (under + over)
        before, settled = math.inf, False
        for _ in range(MOST_STEPS):
            g2, g3 = k21 - lam[m], k31 - lam[m]
            if g2 == 0.0 or g3 == 0.0:
                return False
            value = k10 - lam[m] - lam[m] * (k12 / g2 + k13 / g3)
            if value > 0.0:
                under = lam[m]
            else:
                over = lam[m]
            step = value / (1.0 + k12 * k21 / (g2 * g2) + k13 * k31 / (g3 * g3))
            after = lam[m] + step
            if not (under <= after <= over):
                after = 0.5 * (under + over)
            step = abs(after - lam[m])
            lam[m] = after
            if step <= 1e-15 * after or (step <= 1e-12 * after and step >= 0.5 * before):
                settled = True
                break
            before = step
        if not (settled and lam[m] > 0.0):
            return False
    low, high = min(k21, k31), max(k21, k31)
    return bool(lam[2] < low <= lam[1] <= high < lam[0])
