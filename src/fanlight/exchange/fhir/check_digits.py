"""Check digits of codes: they catch typing errors, not wrong meanings."""

from __future__ import annotations

import re

_LOINC = re.compile(r"[0-9]{1,7}-[0-9]\Z")
_NPI = re.compile(r"[0-9]{10}\Z")
_NPI_PREFIX = "80840"


def is_loinc(code: str) -> bool:
    """True when a LOINC term code has its form and its mod-10 check digit.

    Answer codes (``LA...``) follow another rule and are not terms. Source: interoperability reference, introduction.

    >>> is_loinc("8480-6"), is_loinc("3150-6")
    (True, False)
    """
    return bool(_LOINC.match(code)) and _luhn_sum(code.replace("-", "")) % 10 == 0


def is_npi(number: str) -> bool:
    """True when a US provider number has ten digits and passes the Luhn check with the prefix 80840.

    Source: interoperability reference, section 2 (recalled there).
    """
    return bool(_NPI.match(number)) and _luhn_sum(_NPI_PREFIX + number) % 10 == 0


def _luhn_sum(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total
