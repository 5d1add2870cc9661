"""Scales filled in by made-up people: a total spread over the items."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from fanlight.records.actions.scales import enter_paper_form
from fanlight.records.models import Patient
from fanlight.sample.fill import Cast


@dataclass(frozen=True, slots=True)
class _Form:
    """The items of a form, the most each can be, and the one that asks of suicide."""

    instrument: str
    items: tuple[str, ...]
    most: int
    dark: str


_PHQ9 = _Form("phq9", tuple(f"q{number}" for number in range(1, 10)), 3, "q9")
_MADRS = _Form("madrs", tuple(f"q{number}" for number in range(1, 11)), 6, "q10")


def fill_phq9(cast: Cast, patient: Patient, total: int, *, at: datetime, lot: Random, dark: int = 0) -> None:
    """Enter a PHQ-9 from paper: `dark` is the ninth answer, the rest of the total falls on the other eight as `lot` has it."""
    _fill(_PHQ9, cast, patient, total, at=at, lot=lot, dark=dark)


def fill_madrs(cast: Cast, patient: Patient, phq9_total: int, *, at: datetime, lot: Random) -> None:
    """Enter a MADRS of the same share of its range as a PHQ-9 total, with the tenth item at 1 (no more than weary of life)."""
    _fill(_MADRS, cast, patient, round(phq9_total * 60 / 27), at=at, lot=lot, dark=1 if phq9_total else 0)


def _fill(form: _Form, cast: Cast, patient: Patient, total: int, *, at: datetime, lot: Random, dark: int) -> None:
    others = [name for name in form.items if name != form.dark]
    answers = dict.fromkeys(form.items, 0) | {form.dark: dark}
    for _ in range(max(min(total, form.most * len(others) + dark) - dark, 0)):
        answers[lot.choice([name for name in others if answers[name] < form.most])] += 1
    enter_paper_form(
        patient=patient,
        instrument_id=form.instrument,
        answers=answers,
        answered_at=at,
        content=cast.library,
        rater=cast.staff["prescriber"] if form is _MADRS else None,
        by=cast.staff["nurse"],
        at=at,
    )
