"""A whole visit of the past: weighed, ordered, given, watched and let go, entered from the sheet of that day."""

from __future__ import annotations

from datetime import datetime, timedelta

from fanlight.care.sessions import EventKind
from fanlight.core.instants import clinic_date
from fanlight.records.actions.patients import record_facts
from fanlight.records.actions.sessions import Said, record_kept
from fanlight.records.chance import new_id
from fanlight.records.models import TreatmentSession
from fanlight.sample.course import order_for
from fanlight.sample.fill import Cast
from fanlight.sample.house import end_visit, see_alerts
from fanlight.sample.visits import Body, Word, infusion_visit, spray_visit


def weigh(cast: Cast, session: TreatmentSession, weight_kg: str, at: datetime) -> None:
    """The weight of the day, before the dose is ordered by it."""
    day = clinic_date(at, cast.site.zone).isoformat()
    facts = [{"name": "weight_kg", "value": weight_kg}, {"name": "weight_measured_on", "value": day}]
    record_facts(patient=session.patient, facts=facts, by=cast.staff["nurse"], at=at, source="measured")


def words_of(session: TreatmentSession, start: datetime, product: str, body: Body) -> list[Word]:
    """What is said in a visit, by the drug that was ordered."""
    made = spray_visit if product.startswith("spravato") else infusion_visit
    return list(made(start, session.dose or {}, product, body))


def enter_sheet(cast: Cast, session: TreatmentSession, start: datetime, words: list[Word]) -> datetime:
    """Enter a sheet at the minute of its last word; that instant."""
    end = start + timedelta(minutes=words[-1].minute)
    said = []
    for word in words:
        at = start + timedelta(minutes=word.minute)
        said.append(Said(new_id(), EventKind(word.kind), word.payload, at, cast.staff[word.by], entered_at=at))
    record_kept(session=session, said=said, at=end)
    return end


def whole_visit(cast: Cast, session: TreatmentSession, product: str, start: datetime, body: Body, weight_kg: str = "74") -> str:
    """One visit from the scale to the door; the state it ended in."""
    weigh(cast, session, weight_kg, start - timedelta(minutes=15))
    order_for(cast, session, product, at=start - timedelta(minutes=10))
    end = enter_sheet(cast, session, start, words_of(session, start, product, body)) + timedelta(minutes=3)
    see_alerts(cast, session, end)
    return end_visit(cast, session, end)
