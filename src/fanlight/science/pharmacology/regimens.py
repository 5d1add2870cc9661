"""Doses over time, as a model takes them: mg of base, hours from the start."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fanlight.core.errors import Fault


@dataclass(frozen=True, slots=True)
class Dose:
    """One administration. Give `amount_mg` or `amount_mg_per_kg`, in mg of the model's substance as base.

    `over_h` is the length of an infusion, 0 for a push or for a route with its own absorption. `stopped_after_h`
    is when an infusion was aborted: what had run by then is what was given.
    """

    at_h: float
    amount_mg: float = 0.0
    amount_mg_per_kg: float = 0.0
    over_h: float = 0.0
    route: str = "iv"
    devices: int = 1
    stopped_after_h: float | None = None

    @property
    def runs_h(self) -> float:
        """How long it ran in truth."""
        return self.over_h if self.stopped_after_h is None else min(self.over_h, self.stopped_after_h)

    @property
    def share_given(self) -> float:
        """The part of the ordered amount that was given."""
        return 1.0 if self.over_h == 0.0 else self.runs_h / self.over_h


def repeated(dose: Dose, every_h: float, count: int) -> tuple[Dose, ...]:
    """The same dose `count` times, `every_h` apart."""
    return tuple(replace(dose, at_h=dose.at_h + k * every_h) for k in range(count))


def regimen_faults(regimen: Any, last_h: float) -> list[Fault]:
    """What is wrong with a regimen, or with what was given for one, whose curve ends at `last_h`."""
    if not isinstance(regimen, Sequence) or isinstance(regimen, (str, bytes)):
        return [Fault("regimen", "is not a list of doses.", suggestion="Give one dose as [dose].")]
    faults = []
    for k, dose in enumerate(regimen):
        path = f"regimen[{k}]"
        if not isinstance(dose, Dose):
            faults.append(Fault(path, "is not a dose.", suggestion="Give a Dose."))
            continue
        stopped = 0.0 if dose.stopped_after_h is None else dose.stopped_after_h
        values = (dose.at_h, dose.amount_mg, dose.amount_mg_per_kg, dose.over_h, stopped, dose.devices)
        if not all(isinstance(n, (int, float, np.integer, np.floating)) and not isinstance(n, bool) for n in values):
            faults.append(Fault(path, "holds something that is not a plain number."))
            continue
        if not all(math.isfinite(n) for n in values):
            faults.append(Fault(path, "holds a number that is not finite (NaN or infinity)."))
            continue
        if (dose.amount_mg > 0) == (dose.amount_mg_per_kg > 0):
            faults.append(Fault(path, "needs one amount above zero: in mg, or in mg per kg, not both."))
        if min(dose.amount_mg, dose.amount_mg_per_kg) < 0:
            faults.append(Fault(path, "the amount is below zero."))
        if dose.over_h < 0:
            faults.append(Fault(path, "lasts less than no time."))
        if not 0 <= stopped <= max(dose.over_h, 0.0):
            faults.append(Fault(path, "was stopped outside the time it was to run."))
        if dose.devices < 1 or dose.devices != int(dose.devices):
            faults.append(Fault(path, "needs a whole number of devices, at least one."))
        if dose.at_h > last_h:
            faults.append(Fault(path, f"is given at {dose.at_h:g} h, after the last time ({last_h:g} h)."))
    return faults
