"""One made-up person's way through the clinic, as a story that acts and then says when it goes on.

A life is a generator: it yields the instant at which it wants to act next, and acts when it is woken. So many lives run
side by side on one clock, and the record is written in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from fanlight.care.sessions import EventKind
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.records.actions.courses import end_course, move_session
from fanlight.records.actions.gates import give_drug
from fanlight.records.actions.screening_tasks import ask_for_all
from fanlight.records.actions.sessions import record_event
from fanlight.records.chance import new_id
from fanlight.records.models import Course, Patient, TreatmentSession
from fanlight.records.policies import RefusedError
from fanlight.sample.answers import fill_madrs, fill_phq9
from fanlight.sample.course import consent_to, open_for, order_for, screened_for
from fanlight.sample.fill import enter_person, work_up
from fanlight.sample.house import House, end_visit, see_alerts
from fanlight.sample.past import enter_sheet, weigh, words_of
from fanlight.sample.people import SamplePerson
from fanlight.sample.truth import Path, Truth
from fanlight.sample.visits import Body, Word

IV, SPRAY = ("iv-racemic-induction", "ketamine-50-mg-ml-10-ml-multi"), ("esketamine-us-trd", "spravato-28-mg")
_GAPS = {True: (0, 3, 7, 10, 14, 17, 21, 24), False: (0, 4, 7, 11, 14, 18)}
_FOLLOW_UP_DAYS = (10, 28, 90, 180, 360)  # ten: within the window of the seventh day, and after the course was ended


@dataclass
class Told:
    """What became of a person, kept beside the truth for tests."""

    patient: int | None = None
    given: int = 0
    missed: int = 0
    ended: str = ""
    first_on: date | None = None
    induction_over_on: date | None = None
    refusals: list[str] = field(default_factory=list)


class Life:
    """One person in one house. `event_by_event`: readings are recorded as they are taken, else a visit's sheet is entered at its end."""

    def __init__(self, truth: Truth, house: House, *, event_by_event: bool) -> None:
        self.truth = truth
        self.house = house
        self.cast = house.cast
        self.event_by_event = event_by_event
        self.lot = Random(truth.seed)
        self.told = Told()
        self.patient: Patient | None = None

    def story(self) -> Iterator[datetime]:
        """From the referral on."""
        truth, house = self.truth, self.house
        person = self._person()
        entered = house.instant(truth.referred_on, time(9, self.lot.randrange(60)))
        yield entered
        patient = self.patient = enter_person(self.cast, person, at=entered)
        self.told.patient = patient.pk
        if truth.path is Path.NEVER_SCREENED:
            return
        seen_on = self._open_day(truth.referred_on + timedelta(days=self.lot.randint(3, 21)))
        at = house.instant(seen_on, time(10, self.lot.randrange(60)))
        yield at
        work_up(self.cast, patient, person, at=at, today=seen_on)
        self._phq9(at)
        if truth.path is Path.UNKNOWNS:
            result = screened_for(self.cast, patient, self.protocol, at=at)
            ask_for_all(patient=patient, result=result, catalogue=self.cast.library.facts, by=self.cast.staff["prescriber"], at=at)
            return
        if truth.path is Path.DECLINED:
            return
        yield from self._treated(patient, at)

    @property
    def protocol(self) -> str:
        """The protocol this person is treated by."""
        return (SPRAY if self.truth.is_esketamine else IV)[0]

    @property
    def product(self) -> str:
        """The product in the nurse's hand."""
        return (SPRAY if self.truth.is_esketamine else IV)[1]

    def _treated(self, patient: Patient, at: datetime) -> Iterator[datetime]:
        first = clinic_date(at, self.cast.site.zone) + timedelta(days=2)
        days: list[date] = []
        for gap in _GAPS[self.truth.is_esketamine]:
            earliest = first if not days else max(days[0] + timedelta(days=gap), days[-1] + timedelta(days=2))
            wait = int(self.house.rates.of("longest_wait_days")) if not days else 6
            day = self.house.place(earliest, at_most_days=wait)
            if day is None:
                break
            days.append(day)
        if not days:
            self.told.ended = "no place in time"
            return
        consent_to(self.cast, patient, self.protocol, at=at)
        try:
            course = open_for(self.cast, patient, self.protocol, days, at=at)
        except RefusedError as refused:
            self.told.refusals.append(str(refused))
            self.told.ended = "refused"
            return
        for session in course.sessions.order_by("number"):
            if self.truth.drops_out_after is not None and self.told.given >= self.truth.drops_out_after:
                yield from self._stop(course, session)
                return
            yield from self._visit(session)
        last = self.told.induction_over_on = days[-1]
        yield from self._after(patient, course, last)

    def _stop(self, course: Course, session: TreatmentSession) -> Iterator[datetime]:
        at = self.house.instant(session.planned_on, time(12, 0))
        yield at
        self.told.ended = f"dropped out: {self.truth.drop_out_reason}"
        reason = f"Stopped by the patient: {self.truth.drop_out_reason} (sample)."
        end_course(course=course, kind="stopped", reason=reason, by=self.cast.staff["prescriber"], at=at)

    def _after(self, patient: Patient, course: Course, last: date) -> Iterator[datetime]:
        at = self.house.instant(self._open_day(last + timedelta(days=7)), time(11, 0))
        yield at
        end_course(course=course, kind="completed", reason="Every session is over (sample).", by=self.cast.staff["prescriber"], at=at)
        self.told.ended = "completed"
        for days in _FOLLOW_UP_DAYS:
            at = self.house.instant(last + timedelta(days=days), time(11, 30))
            yield at
            if self.lot.random() < self.house.rates.of("answers_a_scale"):
                self._phq9(at)

    def _visit(self, session: TreatmentSession) -> Iterator[datetime]:
        day = session.planned_on
        start = self.house.visit_start(day, self.truth.index % self.house.places)
        yield start - timedelta(minutes=20)
        if self.lot.random() < self.house.rates.of("missed_visit") and not self.told.missed:
            yield from self._missed(session, start)
        self.told.first_on = self.told.first_on or session.planned_on
        start = self.house.visit_start(session.planned_on, self.truth.index % self.house.places)
        if session.number == 1 and self.lot.random() < self.house.rates.of("answers_a_scale"):
            self._phq9(start - timedelta(minutes=19))
        if self.lot.random() < self.house.rates.of("answers_a_scale"):
            self._madrs(start - timedelta(minutes=18))
        weigh(self.cast, session, str(self.truth.weight_kg), start - timedelta(minutes=15))
        try:
            order_for(self.cast, session, self.product, at=start - timedelta(minutes=10))
        except FanlightError as problem:
            self.told.refusals.append(f"{session.number}: {problem}")
            return
        words = self._words(session, start)
        if self.event_by_event:
            yield from self._as_it_happens(session, start, words)
        else:
            yield start + timedelta(minutes=words[-1].minute)
            enter_sheet(self.cast, session, start, words)
        at = start + timedelta(minutes=words[-1].minute + 3)
        if self.lot.random() < self.house.rates.of("ended_by_the_last_round"):
            self.told.given += 1
            return
        yield at
        see_alerts(self.cast, session, at)
        end_visit(self.cast, session, at)
        self.told.given += 1

    def _missed(self, session: TreatmentSession, start: datetime) -> Iterator[datetime]:
        """They do not come; the desk rings, and the session is moved to the next free day."""
        self.told.missed += 1
        later = self.house.place(session.planned_on + timedelta(days=1), at_most_days=6)
        if later is None:
            return
        version, noon = session.row_version, start + timedelta(minutes=30)
        move_session(session=session, to=later, chair=None, seen_version=version, by=self.cast.staff["desk"], at=noon)
        yield self.house.visit_start(later, self.truth.index % self.house.places) - timedelta(minutes=20)

    def _words(self, session: TreatmentSession, start: datetime) -> list[Word]:
        truth, lot = self.truth, self.lot
        resting = truth.systolic_mmhg + lot.randint(-4, 4)
        peak = 165 if lot.random() < self.house.rates.of("high_pressure") else resting + lot.randint(8, 18)
        body = Body(resting, peak, lot.randint(3, 7))
        return words_of(session, start, self.product, body)

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

    def _score(self, at: datetime) -> int:
        """The PHQ-9 this person would give now."""
        over = self.told.induction_over_on
        since = None if over is None else (clinic_date(at, self.cast.site.zone) - over).days
        return self.truth.phq9_on(self.told.given, since, self.lot.gauss(0, 1.5))

    def _phq9(self, at: datetime) -> None:
        assert self.patient is not None
        dark = 1 if self.lot.random() < self.house.rates.of("thoughts_of_death") else 0
        fill_phq9(self.cast, self.patient, self._score(at), at=at, lot=self.lot, dark=dark)

    def _madrs(self, at: datetime) -> None:
        assert self.patient is not None
        fill_madrs(self.cast, self.patient, self._score(at), at=at, lot=self.lot)

    def _open_day(self, day: date) -> date:
        while not self.house.is_open(day):
            day += timedelta(days=1)
        return day

    def _person(self) -> SamplePerson:
        truth = self.truth
        chosen: dict[str, object] = {
            "episode_started_on": "today-500",
            "episode_severity": "severe_without_psychosis",
            "weight_kg": str(truth.weight_kg),
            "height_cm": str(truth.height_cm),
            "weight_measured_on": "today",
            "rems_enrolled": truth.is_esketamine,
        }
        if truth.sex == "female":
            chosen |= {"childbearing_potential": False, "cannot_become_pregnant_because": "sterilisation", "breastfeeding": False}
        trial = {"weeks_at_or_above_floor": 10, "adherence_percent": 90, "improvement_percent": 15, "in_current_episode": True}
        trials = tuple(
            {"treatment": name, "highest_dose_mg_per_day": mg, **trial} for name, mg in (("sertraline", 150), ("bupropion", 300))
        )
        return SamplePerson(
            key=f"made-{truth.index}",
            family_name=truth.family_name,
            given_names=truth.given_names,
            birth_date=truth.birth_date,
            sex=truth.sex,
            denied_except=("active_cystitis", "seizure_disorder") if truth.path is Path.UNKNOWNS else (),
            facts=chosen,
            antidepressant_trials=trials,
            medications=({"name": "sertraline", "dose": "150 mg once a day"},),
            is_worked_up=truth.path is not Path.UNKNOWNS,
        )
