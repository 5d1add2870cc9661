"""The check digit of a LOINC term code: it catches typing errors, not wrong meanings."""

from __future__ import annotations


def has_valid_check_digit(code: str) -> bool:
    """Whether ``digits-check`` is a well-formed LOINC term code (mod 10, as LOINC publishes it).

    Answer codes (``LA...``) and list codes (``LL...``) follow another rule and are not term codes.

    >>> has_valid_check_digit("44249-1"), has_valid_check_digit("44249-2")
    (True, False)
    """
    number, dash, check = code.partition("-")
    if not (dash and number.isascii() and number.isdigit() and check.isascii() and check.isdigit() and len(check) == 1):
        return False
    doubled = str(int(number[::-1][::2]) * 2)
    total = sum(int(digit) for digit in doubled + number[::-1][1::2])
    return (10 - total % 10) % 10 == int(check)
