"""A product of parameters, as written in a model file: ``CL / V1``, ``Fgut * (1 - FRn)``. Nothing is ever evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fanlight.science.pharmacology.errors import PharmacologyError

Floats = NDArray[np.float64]
_FACTOR = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z]\w*)|\(\s*1\s*-\s*(?P<rest>[A-Za-z]\w*)\s*\))\s*")


@dataclass(frozen=True, slots=True)
class Product:
    """constant x product of `times` x product of (1 - `rests`) / product of `over`."""

    constant: float
    times: tuple[str, ...]
    rests: tuple[str, ...]
    over: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """Parameters it needs."""
        return frozenset((*self.times, *self.rests, *self.over))

    def value(self, parameters: Mapping[str, Floats], count: int) -> Floats:
        """Its value per person, shape (count,)."""
        result = np.full(count, self.constant)
        for name in self.times:
            result = result * parameters[name]
        for name in self.rests:
            result = result * (1.0 - parameters[name])
        for name in self.over:
            result = result / parameters[name]
        return result


def parse_product(text: str) -> Product:
    """Read a product; raises `PharmacologyError` where the text is anything else."""
    constant, at, divides = 1.0, 0, False
    times: list[str] = []
    rests: list[str] = []
    over: list[str] = []
    while True:
        found = _FACTOR.match(text, at)
        if not found:
            raise PharmacologyError(
                "FAN-PHAR-002", f"Cannot read the product {text!r}", "it is not names and numbers joined by * and /", "Write it as CL / V1."
            )
        if found["number"]:
            constant = constant / float(found["number"]) if divides else constant * float(found["number"])
        elif found["name"]:
            (over if divides else times).append(found["name"])
        elif divides:
            raise PharmacologyError("FAN-PHAR-002", f"Cannot read the product {text!r}", "it divides by a remainder", "")
        else:
            rests.append(found["rest"])
        at = found.end()
        if at >= len(text):
            return Product(constant, tuple(times), tuple(rests), tuple(over))
        if text[at] not in "*/":
            raise PharmacologyError("FAN-PHAR-002", f"Cannot read the product {text!r}", f"{text[at]!r} is neither * nor /", "")
        divides = text[at] == "/"
        at += 1
