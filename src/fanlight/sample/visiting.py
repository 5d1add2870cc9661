"""The visits of one made-up person: come to, moved after a call, or missed without a word."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from django.db.models import QuerySet

from fanlight.care.sessions import EventKind
from fanlight.core.errors import FanlightError
from fanlight.records.actions.courses import move_session
from fanlight.records.actions.gates import give_drug
from fanlight.records.actions.sessions import record_event
from fanlight.records.chance import new_id
from fanlight.records.models import TreatmentSession
from fanlight.records.policies import RefusedError
from fanlight.sample.course import order_for, usual_gap
from fanlight.sample.house import House, end_visit, see_alerts
from fanlight.sample.past import enter_sheet, weigh, words_of
from fanlight.sample.truth import Told, Truth
from fanlight.sample.visits import Body, Word


class Visiting:
    """How one person comes. `ask` fills in a scale of theirs; `event_by_event`: readings are recorded as they are taken."""

    def __init__(
        self, truth: Truth, told: Told, house: House, lot: Random, ask: Callable[[str, datetime], None], event_by_event: bool
    ) -> None:
        self.truth, self.told, self.house, self.lot = truth, told, house, lot
        self.cast, self.rates, self.ask, self.event_by_event = house.cast, house.rates, ask, event_by_event

    def come(self, session: TreatmentSession, product: str) -> Iterator[datetime]:
        """The day of one session, whatever becomes of it."""
        session = _whole().get(pk=session.pk)  # a visit before it may have pushed it on
        start = self._start(session)
        yield start - timedelta(minutes=20)
        if not self.told.missed and self.lot.random() < self.rates.of("missed_visit"):
            self.told.missed += 1
            if self.lot.random() < self.rates.of("missed_without_a_word"):
                yield from self._not_there(session, start)
                return
            yield from self._moved(session, start)
            start = self._start(session)
        self.told.first_on = self.told.first_on or session.planned_on
        if session.number == 1 and self.lot.random() < self.rates.of("answers_a_scale"):
            self.ask("phq9", start - timedelta(minutes=19))
        if self.lot.random() < self.rates.of("answers_a_scale"):
            self.ask("madrs", start - timedelta(minutes=18))
        weigh(self.cast, session, str(self.truth.weight_kg), start - timedelta(minutes=15))
        try:
            order_for(self.cast, session, product, at=start - timedelta(minutes=10))
        except FanlightError as problem:
            self.told.refusals.append(f"{session.number}: {problem}")
            return
        words = self._words(session, product, start)
        if self.event_by_event:
            yield from self._as_it_happens(session, start, words)
        else:
            yield start + timedelta(minutes=words[-1].minute)
            enter_sheet(self.cast, session, start, words)
        self.told.given += 1
        self.told.last_dose_on = session.planned_on
        if self.lot.random() < self.rates.of("ended_by_the_last_round"):
            return
        at = start + timedelta(minutes=words[-1].minute + 3)
        yield at
        see_alerts(self.cast, session, at)
        end_visit(self.cast, session, at)

    def _start(self, session: TreatmentSession) -> datetime:
        return self.house.visit_start(session.planned_on, self.truth.index % self.house.places)

    def _not_there(self, session: TreatmentSession, start: datetime) -> Iterator[datetime]:
        """They do not come and nobody was told: the desk reaches them, and says so at the session."""
        at = start + timedelta(minutes=45)
        yield at
        said = {"was_contacted": True, "reason": "Forgot (sample)."}
        by, kind = self.cast.staff["desk"], EventKind.DID_NOT_ATTEND
        record_event(session=session, event_id=new_id(), kind=kind, payload=said, taken_at=at, by=by, at=at)

    def _moved(self, session: TreatmentSession, start: datetime) -> Iterator[datetime]:
        """They ring in time: the visit goes to the next free day, and the later ones behind it as far as its protocol spaces them."""
        protocol = self.cast.library.protocols[session.course.protocol_signature.protocol_id]
        earliest, at = session.planned_on + timedelta(days=1), start - timedelta(minutes=15)
        for row in session.course.sessions.filter(number__gte=session.number).order_by("number"):
            if row.planned_on < earliest:
                later = self.house.place(earliest, at_most_days=6)
                if later is None:
                    break
                version, by = row.row_version, self.cast.staff["desk"]
                move_session(session=row, to=later, chair=None, seen_version=version, by=by, at=at)
            earliest = row.planned_on + timedelta(days=usual_gap(protocol, row.number + 1))
        session.refresh_from_db()
        yield self._start(session) - timedelta(minutes=20)

    def _words(self, session: TreatmentSession, product: str, start: datetime) -> list[Word]:
        truth, lot = self.truth, self.lot
        resting = truth.systolic_mmhg + lot.randint(-4, 4)
        peak = 165 if lot.random() < self.rates.of("high_pressure") else resting + lot.randint(8, 18)
        body = Body(resting, peak, lot.randint(3, 7))
        return words_of(session, start, product, body)

    def _as_it_happens(self, session: TreatmentSession, start: datetime, words: list[Word]) -> Iterator[datetime]:
        for word in words:
            at = start + timedelta(minutes=word.minute)
            yield at
            kind, by = EventKind(word.kind), self.cast.staff[word.by]
            if kind in (EventKind.STARTED, EventKind.DEVICE_TAKEN):
                try:
                    give_drug(session=session, kind=kind, payload=word.payload, event_id=new_id(), library=self.cast.library, by=by, at=at)
                    continue
                except RefusedError as refused:
                    self.told.refusals.append(f"{session.number}: {refused}")
            record_event(session=session, event_id=new_id(), kind=kind, payload=word.payload, taken_at=at, by=by, at=at)


def _whole() -> QuerySet[TreatmentSession]:
    """Sessions with all that a visit asks of them, in one question."""
    return TreatmentSession.objects.select_related("course__patient__site", "course__protocol_signature__signed_by")
