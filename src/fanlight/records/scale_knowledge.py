"""What the answered scales of a patient say of the facts the rules ask for."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from fanlight.care.screening.scale_facts import ScoredAnswers, said_by_scales
from fanlight.core.instants import clinic_date, format_instant, parse_instant
from fanlight.records.library import Library
from fanlight.records.models import Patient, ScaleResponse


def add_said_by_scales(raw: dict[str, Any], patient: Patient, library: Library, at: datetime) -> None:
    """Add what answered scales say; what a person recorded stands where it was true later, and where its yes stays."""
    zone, definitions = patient.site.zone, library.facts.definitions
    wanted = {scale for definition in definitions.values() if definition.from_scale for scale in definition.from_scale.scales}
    rows = ScaleResponse.objects.filter(patient=patient, amended_by__isnull=True, answered_at__lte=at).order_by("pk")
    sets = [
        ScoredAnswers(scale, answered_at, clinic_date(answered_at, zone), score.get("status"), _exact(score.get("total")), answers)
        for scale, answered_at, score, answers in rows.values_list("instrument_id", "answered_at", "score", "answers")
        if scale in wanted
    ]
    for name, said in said_by_scales(definitions.values(), sets, clinic_date(at, zone)).items():
        told, source = raw.get(name), definitions[name].from_scale
        if isinstance(told, dict):
            stays = source is not None and source.stays and told["value"] is True
            if stays or parse_instant(told["at"]) > said.of.answered_at:
                continue
        value = said.value if isinstance(said.value, bool) else str(said.value)
        raw[name] = {"value": value, "at": format_instant(said.of.answered_at), "from": f"answered on the scale {said.of.scale}"}


def _exact(total: object) -> Decimal | None:
    return None if total is None else Decimal(str(total))
