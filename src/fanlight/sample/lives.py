"""One made-up person's way through the clinic, as a story that acts and then says when it goes on.

A life is a generator: it yields the instant at which it wants to act next, and acts when it is woken. So many lives run
side by side on one clock, and the record is written in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from fanlight.core.instants import clinic_date
from fanlight.records.actions.courses import end_course
from fanlight.records.actions.patients import record_facts
from fanlight.records.actions.screening_tasks import ask_for_all
from fanlight.records.models import Course, Patient, TreatmentSession
from fanlight.records.policies import RefusedError
from fanlight.sample.answers import fill_madrs, fill_phq9
from fanlight.sample.course import consent_to, open_for, screened_for, usual_gap
from fanlight.sample.fill import enter_person, work_up
from fanlight.sample.house import House
from fanlight.sample.people import SamplePerson
from fanlight.sample.truth import Path, Told, Truth
from fanlight.sample.visiting import Visiting

IV, SPRAY = ("iv-racemic-induction", "ketamine-50-mg-ml-10-ml-multi"), ("esketamine-us-trd", "spravato-28-mg")
MAINTENANCE = "iv-racemic-maintenance", "ketamine-50-mg-ml-10-ml-multi"
_SOON_DAYS = 6
_FOLLOW_UP_DAYS = (10, 28, 90, 180, 360)  # ten: within the window of the seventh day, and after the course was ended


class Life:
    """One person in one house. `event_by_event`: readings are recorded as they are taken, else a visit's sheet is entered at its end."""

    def __init__(self, truth: Truth, house: House, *, event_by_event: bool) -> None:
        self.truth = truth
        self.house = house
        self.cast = house.cast
        self.lot = Random(truth.seed)
        self.told = Told()
        self.visiting = Visiting(truth, self.told, house, self.lot, self._ask, event_by_event)
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
        self._ask("phq9", at)
        if truth.path is Path.UNKNOWNS:
            result = screened_for(self.cast, patient, (SPRAY if truth.is_esketamine else IV)[0], at=at)
            ask_for_all(patient=patient, result=result, catalogue=self.cast.library.facts, by=self.cast.staff["prescriber"], at=at)
            return
        if truth.path is Path.DECLINED:
            return
        yield from self._treated(patient, at)

    def _treated(self, patient: Patient, at: datetime) -> Iterator[datetime]:
        protocol, product = SPRAY if self.truth.is_esketamine else IV
        length = self.cast.library.protocols[protocol].phases[0].session_count or 1
        more = self._maintenance_visits if self.truth.is_esketamine and self.truth.is_maintained else 0
        course = self._opened(patient, protocol, length + more, at=at, wait=int(self.house.rates.of("longest_wait_days")))
        if course is None:
            return
        sessions = list(course.sessions.order_by("number"))
        for session in sessions[:length]:
            if self.truth.drops_out_after is not None and self.told.given >= self.truth.drops_out_after:
                yield from self._stop(course, session)
                return
            yield from self.visiting.come(session, product)
        self.told.induction_over_on = sessions[:length][-1].planned_on
        if len(sessions) > length:
            yield (at := self.house.instant(self._open_day(self._last_day + timedelta(days=1)), time(11, 15)))
            self._say({"benefit_at_week_4_decided": True}, at)
            yield from self._maintained(sessions[length:], product)
        yield from self._over(course)
        if self.truth.is_maintained and not self.truth.is_esketamine:
            yield from self._infusions_go_on(patient)
        yield from self._followed_up()

    def _infusions_go_on(self, patient: Patient) -> Iterator[datetime]:
        """Infusions spaced out are a protocol, and so a course, of their own: screened, decided and consented to anew."""
        at = self.house.instant(self._open_day(self._last_day + timedelta(days=7)), time(11, 30))
        yield at
        today = clinic_date(at, self.cast.site.zone).isoformat()
        self._ask("phq9", at)
        self._say(dict.fromkeys(("cssrs_asked_on", "baseline_vital_signs_on", "medicines_reconciled_on"), today), at)
        course = self._opened(patient, MAINTENANCE[0], self._maintenance_visits, at=at, wait=_SOON_DAYS)
        if course is not None:
            yield from self._maintained(list(course.sessions.order_by("number")), MAINTENANCE[1])
            yield from self._over(course)

    def _maintained(self, sessions: list[TreatmentSession], product: str) -> Iterator[datetime]:
        for session in sessions:
            before = self.told.given
            yield from self.visiting.come(session, product)
            self.told.maintained += self.told.given - before

    def _opened(self, patient: Patient, protocol: str, visits: int, *, at: datetime, wait: int) -> Course | None:
        """A course on the first free days its protocol allows; None, with why, where there are none or a gate stays shut."""
        days = self._days(protocol, visits, clinic_date(at, self.cast.site.zone), wait)
        if not days:
            self.told.ended = self.told.ended or "no place in time"
            return None
        consent_to(self.cast, patient, protocol, at=at)
        try:
            return open_for(self.cast, patient, protocol, days, at=at)
        except RefusedError as refused:
            self.told.refusals.append(str(refused))
            self.told.ended = self.told.ended or "refused"
            return None

    def _days(self, protocol: str, visits: int, today: date, wait: int) -> list[date]:
        """Dates as the protocol usually spaces them, each on the first day after with a place; cut short where there is none."""
        known = self.cast.library.protocols[protocol]
        days: list[date] = []
        for number in range(1, visits + 1):
            earliest = days[-1] + timedelta(days=usual_gap(known, number)) if days else today + timedelta(days=2)
            day = self.house.place(earliest, at_most_days=_SOON_DAYS if days else wait)
            if day is None:
                break
            days.append(day)
        return days

    def _stop(self, course: Course, session: TreatmentSession) -> Iterator[datetime]:
        at = self.house.instant(session.planned_on, time(12, 0))
        yield at
        self.told.ended = f"dropped out: {self.truth.drop_out_reason}"
        reason = f"Stopped by the patient: {self.truth.drop_out_reason} (sample)."
        end_course(course=course, kind="stopped", reason=reason, by=self.cast.staff["prescriber"], at=at)

    def _over(self, course: Course) -> Iterator[datetime]:
        """A week after the last visit the course is ended."""
        at = self.house.instant(self._open_day(self._last_day + timedelta(days=7)), time(11, 0))
        yield at
        end_course(course=course, kind="completed", reason="Every session is over (sample).", by=self.cast.staff["prescriber"], at=at)
        self.told.ended = "completed"

    def _followed_up(self) -> Iterator[datetime]:
        for days in _FOLLOW_UP_DAYS:
            at = self.house.instant(self._last_day + timedelta(days=days), time(11, 45))
            yield at
            if self.lot.random() < self.house.rates.of("answers_a_scale"):
                self._ask("phq9", at)

    @property
    def _last_day(self) -> date:
        """Of the last dose; of the induction's last day where none was given since."""
        days = [day for day in (self.told.last_dose_on, self.told.induction_over_on) if day is not None]
        return max(days)

    @property
    def _maintenance_visits(self) -> int:
        return int(self.house.rates.of("maintenance_visits"))

    def _ask(self, scale: str, at: datetime) -> None:
        """This person fills in a scale, by what is true of them now."""
        assert self.patient is not None
        last = None if self.told.induction_over_on is None else self._last_day
        since = None if last is None else (clinic_date(at, self.cast.site.zone) - last).days
        score = self.truth.phq9_on(self.told.given, since, self.lot.gauss(0, 1.5))
        if scale == "madrs":
            fill_madrs(self.cast, self.patient, score, at=at, lot=self.lot)
            return
        dark = 1 if self.lot.random() < self.house.rates.of("thoughts_of_death") else 0
        fill_phq9(self.cast, self.patient, score, at=at, lot=self.lot, dark=dark)

    def _say(self, facts: dict[str, object], at: datetime) -> None:
        assert self.patient is not None
        rows = [{"name": name, "value": value} for name, value in facts.items()]
        record_facts(patient=self.patient, facts=rows, by=self.cast.staff["prescriber"], at=at, source="asked and examined")

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
