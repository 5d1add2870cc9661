"""A made-up person with a long record, for the course chart: two courses' worth of sessions, scores, gaps and medicines.

Everything is written through the records' own actions, at its own time.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from fanlight.care.protocols.session import PlannedDose
from fanlight.care.sessions import EventKind
from fanlight.records.actions.courses import current_signature, open_course, order_session, sign_protocol
from fanlight.records.actions.patients import add_history
from fanlight.records.actions.scales import finish_form, open_form, save_answer
from fanlight.records.actions.sessions import record_event
from fanlight.records.library import library
from fanlight.records.models import Course, Decision, HistoryEntry, Patient, ScaleResponse, StaffMember, TreatmentSession

PROTOCOL, PHASES = "iv-racemic-induction", ("induction",)


def noon(day: date, minute: int = 0) -> datetime:
    """Five in the afternoon by UTC: noon at the clinic, whatever the season, or an hour beside it."""
    return datetime.combine(day, time(17, 0), UTC) + timedelta(minutes=minute)


@dataclass
class ChartScene:
    """One person's record as it grows. `people` by role."""

    people: Mapping[str, StaffMember]
    patient: Patient
    sessions: list[TreatmentSession] = field(default_factory=list)

    def decide(self, on: date, intention: str, session: TreatmentSession | None = None) -> Decision:
        """A decision that lets it pass, as the gates would have written it."""
        made = Decision(
            patient=self.patient,
            session=session,
            intention=intention,
            protocol_id=PROTOCOL,
            stage="screen",
            outcome="PROCEED",
            is_passed=True,
            result={},
            decided_by=self.people["prescriber"],
            decided_at=noon(on),
        )
        made.save()
        return made

    def course(self, planned: Sequence[date]) -> Course:
        """A course on these dates."""
        site, start = self.patient.site, planned[0]
        if current_signature(site, PROTOCOL, library()) is None:
            sign_protocol(site=site, protocol_id=PROTOCOL, library=library(), by=self.people["medical_director"], at=noon(start, -300))
        signature = current_signature(site, PROTOCOL, library())
        assert signature is not None
        made = open_course(
            patient=self.patient,
            signature=signature,
            decision=self.decide(start, "screen"),
            starts_on=start,
            planned=list(planned),
            plan={},
            by=self.people["prescriber"],
            at=noon(start, -200),
        )
        self.sessions = list(made.sessions.order_by("number"))
        return made

    def give(self, number: int, mg: str) -> TreatmentSession:
        """Order and give one session: `mg` in 50 mL over 40 minutes, all of it."""
        session = self.order(number, mg)
        self.say(session, 0, EventKind.CHECKED_IN, {"has_two_identifiers": True})
        self.say(session, 5, EventKind.CSSRS_ASKED, {"ideation_level": 1 if number < 3 else 0, "behaviour_3_months": False})
        drawn = {"product": "ketamine-50-mg-ml-10-ml-multi", "lot": "K1", "drawn_mg": mg, "bag_ml": "50", "rate_ml_per_h": "75"}
        self.say(session, 10, EventKind.DOSE_PREPARED, {**drawn, "line_volume_ml": "0"})
        self.say(session, 20, EventKind.STARTED, {})
        self.say(session, 60, EventKind.STOPPED, {"reason": "completed"})
        return session

    def order(self, number: int, mg: str) -> TreatmentSession:
        """Order one session: `mg` in 50 mL over 40 minutes. Nothing is given yet."""
        session = TreatmentSession.objects.get(pk=next(one for one in self.sessions if one.number == number).pk)
        day = session.planned_on
        order_session(
            session=session,
            phase_id=PHASES[0],
            dose=PlannedDose(Decimal(mg), None, 40, Decimal(75), Decimal(50), Decimal(50)),
            dose_shown={},
            decision=self.decide(day, "order", session),
            extra_observation_minutes=0,
            library=library(),
            by=self.people["prescriber"],
            at=noon(day, -60),
        )
        return session

    def miss(self, number: int) -> TreatmentSession:
        """Nobody came."""
        session = TreatmentSession.objects.get(pk=next(one for one in self.sessions if one.number == number).pk)
        TreatmentSession.objects.filter(pk=session.pk).update(state="did_not_attend")
        return session

    def say(self, session: TreatmentSession, minute: int, kind: EventKind, payload: Mapping[str, Any]) -> None:
        """One event of a session, so many minutes after noon of its day."""
        session.refresh_from_db()
        moment = noon(session.planned_on, minute)
        by = self.people["nurse"]
        record_event(session=session, event_id=uuid.uuid4(), kind=kind, payload=payload, taken_at=moment, by=by, at=moment)

    def answer(self, scale: str, on: date, answers: Mapping[str, int]) -> ScaleResponse:
        """One form, handed in."""
        nurse, moment = self.people["nurse"], noon(on, 90)
        rater = self.people["therapist"] if scale == "madrs" else None
        form = open_form(patient=self.patient, instrument_id=scale, way="rated" if rater else "typed", rater=rater, by=nurse, at=moment)
        for item, value in answers.items():
            save_answer(
                form=form, answer_id=uuid.uuid4(), item=item, value=value, answered_at=moment, content=library(), by=nurse, at=moment
            )
        return finish_form(form=form, content=library(), by=nurse, at=moment)

    def score(self, scale: str, on: date, total: int, items: int, highest: int, zero: str = "") -> ScaleResponse:
        """One form of `items` questions that adds up to `total`; the item `zero` is answered 0."""
        names = [f"q{n}" for n in range(1, items + 1)]
        spread = dict.fromkeys(names, 0)
        left, free = total, [name for name in names if name != zero]
        while left > 0:
            for name in free:
                if left and spread[name] < highest:
                    spread[name] += 1
                    left -= 1
        return self.answer(scale, on, spread)

    def medicine(self, on: date, replaces: HistoryEntry | None = None, **details: Any) -> HistoryEntry:
        """One line of the list of medicines, told on a day."""
        return add_history(
            patient=self.patient,
            kind="medications",
            details=details,
            by=self.people["nurse"],
            at=noon(on),
            source="interview",
            replaces=replaces,
        )


def long_course(scene: ChartScene, today: date) -> ChartScene:
    """Eight sessions over eleven weeks up to `today`, 30 scores and more, a changed medicine, gaps, a form left half done."""
    start = today - timedelta(days=77)
    days = [start + timedelta(days=offset) for offset in (0, 4, 7, 11, 14, 18, 39, 60)]
    old = scene.medicine(start - timedelta(days=3), name="sertraline", dose="100 mg", started_on=(start - timedelta(days=400)).isoformat())
    scene.medicine(start - timedelta(days=3), name="levothyroxine", dose="50 mcg")
    scene.course([*days, today + timedelta(days=6)])
    for number, mg in enumerate((36, 36, 36, 40, 40, 40), start=1):
        scene.give(number, str(mg))
    scene.miss(7)
    scene.give(8, "44")
    scene.medicine(start + timedelta(days=30), old, name="sertraline", dose="150 mg")
    scene.medicine(start + timedelta(days=45), name="lithium", dose="600 mg", started_on=(start + timedelta(days=44)).isoformat())
    scene.medicine(start + timedelta(days=50), name="melatonin", dose="3 mg")
    for offset, total in ((-2, 34), (4, 30), (7, 27), (11, 22), (14, 18), (18, 13), (28, 9), (60, 16)):
        scene.score("madrs", start + timedelta(days=offset), total, 10, 6, "q10" if offset > 4 else "")
    scores = (21, 19, 17, 15, 12, 10, 8, 7, None, 6, 4, None, 9, 12, 11, 7, 6)
    for week, total in enumerate(scores):
        if total is not None:
            scene.score("phq9", start + timedelta(days=-2 + round(week * 4.9)), total, 9, 3, "q9" if total < 17 else "")
    scene.answer("phq9", start + timedelta(days=42), {f"q{n}": 1 for n in range(1, 5)})
    scene.answer("phq9", start + timedelta(days=70), {f"q{n}": 1 for n in range(1, 9)})
    for offset, total in ((-2, 15), (14, 11), (28, 8), (56, 5), (75, 4)):
        scene.score("gad7", start + timedelta(days=offset), total, 7, 3)
    for offset, total in ((-2, 5), (28, 13), (75, 16)):
        scene.score("who5", start + timedelta(days=offset), total, 5, 5)
    return scene


def two_years(scene: ChartScene, today: date, seed: int = 20261121) -> ChartScene:
    """Two years: six sessions in three weeks, then one every four weeks; PHQ-9 each week, MADRS each four weeks. About 200 scores."""
    chance = random.Random(seed)
    start = today - timedelta(days=728)
    days = [start + timedelta(days=offset) for offset in (0, 4, 7, 11, 14, 18, *range(46, 728, 28))]
    scene.course(days)
    for number in range(1, len(days) + 1):
        scene.give(number, str(36 + 2 * min(number // 3, 4)))
    line = scene.medicine(start, name="sertraline", dose="50 mg", started_on=start.isoformat())
    for month in (3, 9, 15):
        line = scene.medicine(start + timedelta(days=30 * month), line, name="sertraline", dose=f"{50 + 10 * month} mg")
    for week in range(104):
        total = max(2, min(27, round(20 - min(week, 6) * 2 + chance.gauss(0, 2.5))))
        scene.score("phq9", start + timedelta(days=7 * week), total, 9, 3, "q9")
        if week % 2 == 0:
            scene.score("gad7", start + timedelta(days=7 * week), max(1, total * 3 // 4), 7, 3)
        if week % 4 == 0:
            scene.score("madrs", start + timedelta(days=7 * week), min(60, total * 2), 10, 6, "q10")
    return scene
