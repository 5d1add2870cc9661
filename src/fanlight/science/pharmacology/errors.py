"""What cannot be simulated, and why."""

from __future__ import annotations

from collections.abc import Sequence

from fanlight.core.errors import FanlightError, Fault, InputError


class PharmacologyError(FanlightError):
    """A simulation that cannot be done."""


class SimulationInputError(InputError, PharmacologyError):
    """A simulation refused, with everything that is wrong with its input."""


def refuse(subject: str, faults: Sequence[Fault]) -> None:
    """Raise `SimulationInputError` when there are faults."""
    if faults:
        raise SimulationInputError("FAN-PHAR-001", f"Cannot simulate {subject}", faults)
