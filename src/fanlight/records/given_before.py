"""Sessions that were given here, as lines of a patient's history: the amounts that were given, not ordered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import OuterRef, Subquery

from fanlight.care.sessions.events import Event
from fanlight.care.sessions.fold import KINDS_OF_THE_DRUG, fold_drug
from fanlight.care.sessions.state import amount_given
from fanlight.core.instants import clinic_date
from fanlight.core.quantities import Rounding, round_to_step
from fanlight.records.models import Patient, SessionEvent, TreatmentSession
from fanlight.records.plans import load_plan
from fanlight.records.streams import load_kinds

_THOUSANDTH = Decimal("0.001")
_TOLD: dict[tuple[int, int, Any], dict[str, Any]] = {}
"""Lines of sessions that have ended, by session, version and last event: an event more, or a changed order, is another key.

Empty for a session in which nothing was given."""
_TOLD_AT_MOST = 20_000


def given_per_kg(order: Mapping[str, Any], given_mg: Fraction) -> dict[str, Any]:
    """What was given per kilogram, on the weight basis of its order: as ordered where all that was drawn was given, else its share.

    A rise is judged by the dose that was meant: 0.5 mg/kg drawn up as 35.1 mg for 70.3 kg is no 0.499 mg/kg to step from.
    An order in milligrams is said per kilogram of actual weight.
    """
    amount, made, weights = (order.get(name) or {} for name in ("dose", "preparation", "weights"))
    ordered, drawn = amount.get("mg_per_kg"), made.get("drawn_mg") or amount.get("mg")
    if ordered and drawn and weights.get("basis"):
        share = given_mg / Fraction(str(drawn))
        return {
            "dose_mg_per_kg": round_to_step(Fraction(str(ordered)) * share, _THOUSANDTH, Rounding.HALF_UP),
            "weight_basis": weights["basis"],
        }
    if not weights.get("actual_kg"):
        return {}
    per_kg = given_mg / Fraction(str(weights["actual_kg"]))
    return {"dose_mg_per_kg": round_to_step(per_kg, _THOUSANDTH, Rounding.HALF_UP), "weight_basis": "actual"}


def given_sessions(patient: Patient, *, at: datetime, but: TreatmentSession | None = None) -> list[dict[str, Any]]:
    """Sessions given here, as lines of the fact `sessions_given`.

    Without `but`, the session that is asked about. Its first device would else count against its second as a session of
    the week, and a first dose would be no first dose once it has begun.
    """
    sessions = TreatmentSession.objects.filter(course__patient=patient, plan__isnull=False)
    latest = SessionEvent.objects.filter(session=OuterRef("pk")).order_by("-sequence").values("event_id")[:1]
    begun = sessions.annotate(last_event=Subquery(latest)).filter(last_event__isnull=False).order_by("planned_on", "number")
    asked = [told for told in begun.values_list("pk", "row_version", "last_event") if but is None or told[0] != but.pk]
    known = {told: line for told in asked if (line := _TOLD.get(told)) is not None}  # another thread may empty it meanwhile
    unknown = [told[0] for told in asked if told not in known]
    rows = {row.pk: row for row in TreatmentSession.objects.filter(pk__in=unknown).only("plan", "dose")} if unknown else {}
    streams = load_kinds(unknown, KINDS_OF_THE_DRUG) if unknown else {}
    lines: list[dict[str, Any]] = []
    for told in asked:
        line = known.get(told)
        if line is None:
            line, is_settled = _line(rows[told[0]], streams.get(told[0], []), patient, at)
            if is_settled:
                if len(_TOLD) >= _TOLD_AT_MOST:
                    _TOLD.clear()
                _TOLD[told] = line
        if line:
            lines.append(dict(line))
    return lines


def _line(session: TreatmentSession, events: list[Event], patient: Patient, at: datetime) -> tuple[dict[str, Any], bool]:
    """The line of one session, empty where nothing was given; and whether it stays so until something more is said."""
    plan = load_plan(session.plan or {})
    dosing, is_ended = fold_drug(events, plan)
    if dosing.first_at is None:
        return {}, is_ended
    given = amount_given(dosing, at).given_mg
    line: dict[str, Any] = {
        "on": clinic_date(dosing.first_at, patient.site.zone).isoformat(),
        "drug": plan.drug.value,
        "route": plan.route.value,
        "elsewhere": False,
        "protocol": plan.protocol_id,
    }
    if given is not None:
        line["dose_mg"] = round_to_step(given, _THOUSANDTH, Rounding.HALF_UP)
        line |= given_per_kg(session.dose or {}, given)
    return line, is_ended and dosing.ended_at is not None and dosing.ended_at <= at
