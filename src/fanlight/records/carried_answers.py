"""A form asked over a shorter time than its own: what it cannot ask is carried from the last full rating on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.parts import RecallForm
from fanlight.care.scales.recall import carry_forward, recall_form
from fanlight.records.models import Patient, ScaleResponse


@dataclass(frozen=True, slots=True)
class Carried:
    """The answers to score, and which of them stand in from `full` rather than having been asked."""

    answers: Mapping[str, object]
    items: tuple[str, ...] = ()
    full: ScaleResponse | None = None

    def as_json(self) -> dict[str, object]:
        """For the score as it is kept: nothing where nothing was carried."""
        return {"carried": {"items": list(self.items), "from": self.full.pk}} if self.full is not None and self.items else {}


def with_carried(patient: Patient, instrument: Instrument, answers: Mapping[str, object], recall: object) -> Carried:
    """The answers of a form with those its time window leaves out; without a full rating on record they stay missing.

    Raises `ScaleError` (FAN-SCALE-017) where the instrument has no such window.
    """
    if recall is None or not recall_form(instrument, str(recall)).carried:
        return Carried(answers)
    full = last_full(patient, instrument)
    found = carry_forward(instrument, str(recall), answers, None if full is None else full.answers)
    return Carried(found.answers, found.carried, full)


def last_full(patient: Patient, instrument: Instrument) -> ScaleResponse | None:
    """The patient's latest whole answer set of this version in which every item was asked."""
    rows = ScaleResponse.objects.filter(
        patient__in=patient.record_ids, instrument_id=instrument.id, instrument_version=instrument.version, amended_by__isnull=True
    )
    for row in rows.order_by("-answered_at", "-pk"):
        window = window_of(row, instrument)
        if row.score.get("status") == "complete" and not (window and window.carried):
            return row
    return None


def window_of(row: ScaleResponse, instrument: Instrument) -> RecallForm | None:
    """The time window an answer set says it was asked over; None where it says none."""
    said = (row.score.get("context") or {}).get("recall")
    return next((form for form in instrument.recall_forms if form.id == said), None)
