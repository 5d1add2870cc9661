"""How often things happen in the made-up clinic, as written in ``rates.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fanlight.content import read


@dataclass(frozen=True, slots=True)
class Rate:
    """One number of the simulator: what it is, and whether a published report or this project says so."""

    name: str
    value: float
    what: str
    mark: str
    source: str


@dataclass(frozen=True, slots=True)
class RatesFile:
    """Every number, and the syllables that made-up names are put together from."""

    read_on: str
    rates: tuple[Rate, ...]
    families: tuple[str, ...]
    givens: tuple[str, ...]

    def of(self, name: str) -> float:
        """A number by name; a name that is not there is a mistake of the caller, and a `KeyError`."""
        return {rate.name: rate.value for rate in self.rates}[name]


def read_rates() -> RatesFile:
    """The shipped numbers."""
    return read(Path(__file__).with_name("rates.yaml"), RatesFile)
