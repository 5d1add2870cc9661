"""A PHQ-9 filled in by a made-up person: a total spread over its items."""

from __future__ import annotations

from datetime import datetime
from random import Random

from fanlight.records.actions.scales import enter_paper_form
from fanlight.records.models import Patient
from fanlight.sample.fill import Cast

_ITEMS = tuple(f"q{number}" for number in range(1, 10))
_MOST_WITHOUT_THE_NINTH = 24


def fill_phq9(cast: Cast, patient: Patient, total: int, *, at: datetime, lot: Random, dark: int = 0) -> None:
    """Enter the form from paper: `dark` is the ninth answer, the rest of the total falls on the other eight as `lot` has it."""
    answers = dict.fromkeys(_ITEMS, 0) | {"q9": dark}
    for _ in range(max(min(total, _MOST_WITHOUT_THE_NINTH) - dark, 0)):
        item = lot.choice([name for name in _ITEMS[:8] if answers[name] < 3])
        answers[item] += 1
    nurse = cast.staff["nurse"]
    enter_paper_form(patient=patient, instrument_id="phq9", answers=answers, answered_at=at, content=cast.library, by=nurse, at=at)
