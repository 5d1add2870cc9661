"""Recall windows: answers that a shorter window cannot ask again are carried from the last full one, and marked so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.care.scales.instrument import Instrument, ScaleError
from fanlight.care.scales.parts import RecallForm


@dataclass(frozen=True, slots=True)
class CarriedAnswers:
    """Answers ready to score, and which of them were carried from the last full rating rather than asked."""

    answers: Mapping[str, object]
    carried: tuple[str, ...]


def recall_form(instrument: Instrument, form_id: str) -> RecallForm:
    """One of the instrument's recall windows; an unknown one is refused."""
    found = next((form for form in instrument.recall_forms if form.id == form_id), None)
    if found is None:
        known = ", ".join(form.id for form in instrument.recall_forms) or "only the one it was made for"
        raise ScaleError("FAN-SCALE-017", f"Cannot ask {instrument.id} over {form_id!r}", f"its windows are {known}")
    return found


def carry_forward(
    instrument: Instrument, form_id: str, answers: Mapping[str, object], last_full: Mapping[str, object] | None
) -> CarriedAnswers:
    """Answers of a shorter window with the items it cannot ask taken from the last full rating.

    An item answered now is kept as answered. Without a full rating, or where that lacks the item, it stays missing.
    """
    full = last_full or {}
    taken = {
        name: full[name] for name in recall_form(instrument, form_id).carried if answers.get(name) is None and full.get(name) is not None
    }
    return CarriedAnswers({**answers, **taken}, tuple(taken))
