"""The UCUM units Fanlight knows: what each measures, and its exact size.

Source: UCUM (ucum.org), read 2026-11-21. Only units listed here are accepted; anything else is refused,
never guessed. Spellings that arrive often but are not UCUM are mapped by an explicit table.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """A UCUM unit: `dimension` names the base units and powers, `factor` its size in them, exactly.

    `offset` is added after scaling (degrees only). Units of one dimension convert; others never meet.
    """

    code: str
    dimension: tuple[tuple[str, int], ...]
    factor: Fraction
    offset: Fraction = Fraction(0)


_ATOMS: dict[str, tuple[str, Fraction]] = {
    "g": ("g", Fraction(1)),
    "mg": ("g", Fraction(1, 1_000)),
    "ug": ("g", Fraction(1, 1_000_000)),
    "ng": ("g", Fraction(1, 1_000_000_000)),
    "kg": ("g", Fraction(1_000)),
    "[lb_av]": ("g", Fraction("453.59237")),
    "[oz_av]": ("g", Fraction("28.349523125")),
    "L": ("L", Fraction(1)),
    "dL": ("L", Fraction(1, 10)),
    "mL": ("L", Fraction(1, 1_000)),
    "uL": ("L", Fraction(1, 1_000_000)),
    "s": ("s", Fraction(1)),
    "min": ("s", Fraction(60)),
    "h": ("s", Fraction(3_600)),
    "d": ("s", Fraction(86_400)),
    "wk": ("s", Fraction(604_800)),
    "a": ("s", Fraction(31_557_600)),
    "mo": ("s", Fraction(31_557_600, 12)),
    "m": ("m", Fraction(1)),
    "cm": ("m", Fraction(1, 100)),
    "mm": ("m", Fraction(1, 1_000)),
    "[in_i]": ("m", Fraction("0.0254")),
    "[ft_i]": ("m", Fraction("0.3048")),
    "m2": ("m2", Fraction(1)),
    "mm[Hg]": ("mm[Hg]", Fraction(1)),
    "kPa": ("mm[Hg]", Fraction(1_000_000, 133_322)),
    "Cel": ("Cel", Fraction(1)),
    "[degF]": ("Cel", Fraction(5, 9)),
    "%": ("1", Fraction(1, 100)),
    "1": ("1", Fraction(1)),
    "mmol": ("mol", Fraction(1, 1_000)),
    "umol": ("mol", Fraction(1, 1_000_000)),
    "U": ("U", Fraction(1)),
    "[iU]": ("[iU]", Fraction(1)),
}
_OFFSETS = {"[degF]": Fraction(-160, 9)}
_ANNOTATIONS = ("{score}", "{beats}", "{breaths}", "{spray}", "{device}", "{vial}", "{session}", "{tablet}", "{dose}")

RECEIVED_SPELLINGS: dict[str, str] = {
    "mmHg": "mm[Hg]",
    "mm Hg": "mm[Hg]",
    "bpm": "/min",
    "beats/minute": "/min",
    "breaths/min": "/min",
    "breaths/minute": "/min",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "mcg": "ug",
    "mcg/kg/min": "ug/kg/min",
    "score": "{score}",
    "C": "Cel",
    "°C": "Cel",
    "F": "[degF]",
    "°F": "[degF]",
    "in": "[in_i]",
    "kgs": "kg",
    "ml": "mL",
    "ml/h": "mL/h",
    "mL/hr": "mL/h",
    "l/min": "L/min",
}
"""Spellings often received that are not UCUM, and what each means. The original stays in the record."""


def find_unit(code: str) -> Unit | None:
    """The unit with this UCUM code, or None where Fanlight does not know it."""
    if code in _ANNOTATIONS:
        return Unit(code, ((code, 1),), Fraction(1))
    powers: dict[str, int] = {}
    factor = Fraction(1)
    head, *denominators = code.split("/")
    for atom, sign in [(head, 1), *((atom, -1) for atom in denominators)]:
        if atom == "" and sign == 1 and denominators:
            continue
        if atom in _ANNOTATIONS and sign == 1:
            continue
        if atom in _ANNOTATIONS:
            powers[atom] = powers.get(atom, 0) + sign
            continue
        if atom not in _ATOMS:
            return None
        base, size = _ATOMS[atom]
        if base != "1":
            powers[base] = powers.get(base, 0) + sign
        factor *= size if sign == 1 else 1 / size
    dimension = tuple(sorted((base, power) for base, power in powers.items() if power))
    return Unit(code, dimension, factor, _OFFSETS.get(code, Fraction(0)))


def received_unit(text: str) -> str | None:
    """The UCUM code for a unit as received, or None where it must not be guessed."""
    cleaned = text.strip()
    if find_unit(cleaned) is not None:
        return cleaned
    return RECEIVED_SPELLINGS.get(cleaned)


def known_units() -> tuple[str, ...]:
    """Single units known, for suggestions in error messages."""
    return (*_ATOMS, *_ANNOTATIONS, "/min", "mg/kg", "mg/mL", "mL/h", "mg/kg/h", "mg/h", "mg/min", "ug/kg/min", "kg/m2")
