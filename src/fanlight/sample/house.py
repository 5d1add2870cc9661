"""A day in the made-up clinic that nobody's visit is about: who comes in, what is owed and gets done, what is passed on."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random

from fanlight.care.sessions import ENDED, EventKind, SessionStatus, session_owes
from fanlight.care.sessions.owed import EXPLAIN
from fanlight.core.instants import clinic_date, clinic_day, local_to_utc
from fanlight.records.actions.gates import release
from fanlight.records.actions.risk import close_risk, gravest
from fanlight.records.actions.session_owed import keep_sessions_owed
from fanlight.records.actions.sessions import record_event
from fanlight.records.actions.tasks import RISK_KIND, SETTLED_BY_RECORD_KIND, close_task, escalate_late_tasks
from fanlight.records.bedside import at_bedside
from fanlight.records.chance import new_id
from fanlight.records.models import Task, TreatmentSession
from fanlight.records.owed_scales import KINDS, keep_asking
from fanlight.records.policies import RefusedError
from fanlight.sample.fill import Cast, come_in
from fanlight.sample.rates import RatesFile

_ENDS = {status.value for status in ENDED}
_ASKING = set(KINDS.values())


class House:
    """The clinic from day to day: its open days, its places, its owed work."""

    def __init__(self, cast: Cast, rates: RatesFile, patients: int, seed: int, ask_every_days: int) -> None:
        self.cast = cast
        self.rates = rates
        self.calendar = cast.library.calendars[cast.site.calendar_id]
        self.places = max(int(rates.of("least_daily_visits")), round(patients / rates.of("patients_per_daily_visit")))
        self.booked: Counter[date] = Counter()
        self.lot = Random(f"{seed}/house")
        self.ask_every_days = ask_every_days

    def is_open(self, day: date) -> bool:
        """Whether a dose can be given on a date."""
        return self.calendar.why_not(day) is None

    def place(self, earliest: date, *, at_most_days: int) -> date | None:
        """The first open day with a free place, which is taken; None where there is none in time."""
        for ahead in range(at_most_days + 1):
            day = earliest + timedelta(days=ahead)
            if self.booked[day] < self.places and self.is_open(day):
                self.booked[day] += 1
                return day
        return None

    def instant(self, day: date, at: time) -> datetime:
        """A wall-clock time of the clinic."""
        return local_to_utc(datetime.combine(day, at), self.cast.site.zone, fold=0)

    def visit_start(self, day: date, nth: int) -> datetime:
        """When the nth visit of a day begins: spread over the morning and early afternoon."""
        opening = self.calendar.opening(day)
        opens = opening.opens if opening is not None else time(8, 30)
        return self.instant(day, opens) + timedelta(minutes=5 + (nth * 300) // max(self.places, 1))

    def open_up(self, day: date) -> None:
        """The morning: who is in the house."""
        if self.calendar.opening(day) is not None:
            come_in(self.cast, self.instant(day, time(8, 0)))

    def close_up(self, day: date) -> None:
        """The evening: what became owed is opened, done, or passed on."""
        at, site = self.instant(day, time(20, 30)), self.cast.site
        self._last_round(day, at)
        keep_sessions_owed(site=site, at=at)
        if day.toordinal() % self.ask_every_days == 0:
            keep_asking(site=site, content=self.cast.library, at=at)
        if self.calendar.opening(day) is not None:
            self._work_off(at)
        escalate_late_tasks(site=site, at=at)

    def _last_round(self, day: date, at: datetime) -> None:
        """Nobody goes home while a visit is open: what was forgotten at its time is ended now."""
        begun = TreatmentSession.objects.filter(course__patient__site=self.cast.site, planned_on=day)
        left = begun.exclude(state__in=[*_ENDS, SessionStatus.PLANNED.value]).select_related("course__patient__site")
        for session in left.order_by("pk"):
            see_alerts(self.cast, session, at)
            end_visit(self.cast, session, at)

    def _work_off(self, at: datetime) -> None:
        due = clinic_day(clinic_date(at, self.cast.site.zone), self.cast.site.zone)[1]
        owed = Task.objects.filter(site=self.cast.site, closed_at__isnull=True, due_at__lt=due)
        for task in list(owed.select_related("patient__site", "owner", "session__course__patient__site").order_by("pk")):
            self._do(task, at)

    def _do(self, task: Task, at: datetime) -> None:
        nurse, prescriber = self.cast.staff["nurse"], self.cast.staff["prescriber"]
        if task.kind == RISK_KIND:
            found = dict.fromkeys(gravest(task, self.cast.library.risk_table).close_needs, "Spoken with; plan written (sample).")
            close_risk(task=task, found=found, content=self.cast.library, by=prescriber, at=at)
        elif task.kind == SETTLED_BY_RECORD_KIND and task.session is not None:
            self._explain(task.session, at)
        elif task.kind in _ASKING:
            if self.lot.random() < 0.5:  # the other half is asked once more tomorrow
                close_task(task=task, note="Called; no answer wanted (sample).", by=nurse, at=at)
        else:
            close_task(task=task, note="Done (sample).", by=nurse, at=at)

    def _explain(self, session: TreatmentSession, at: datetime) -> None:
        """Say what the record still asks of a session: alerts seen, odd facts explained."""
        session.refresh_from_db()
        see_alerts(self.cast, session, at)
        bedside = at_bedside(session, at)
        if bedside is None:
            return
        for item in session_owes(bedside.state, bedside.plan, at, bedside.alerts, self.cast.library.session_owed_times):
            if item.kind == EXPLAIN:
                about = item.id.partition(":")[2]
                _say(self.cast, session, EventKind.EXPLANATION, {"about": about, "text": "Seen to at the time (sample)."}, "prescriber", at)


def see_alerts(cast: Cast, session: TreatmentSession, at: datetime) -> None:
    """A nurse says what was done about every alert that nobody has seen yet."""
    bedside = at_bedside(session, at)
    for alert in bedside.alerts if bedside is not None else ():
        if alert.needs_acknowledgement and alert.acknowledged is None:
            _say(cast, session, EventKind.ALERT_ACKNOWLEDGED, {"alert": alert.id, "action": "Rested; taken again (sample)."}, "nurse", at)


def end_visit(cast: Cast, session: TreatmentSession, at: datetime) -> str:
    """Let the patient go by the gate; where it stays shut, say that they went all the same. The state it ended in."""
    try:
        release(
            session=session,
            kind=EventKind.DISCHARGED,
            payload={"escort": "Robin (sample)"},
            event_id=new_id(),
            library=cast.library,
            by=cast.staff["prescriber"],
            at=at,
        )
    except RefusedError:
        session.refresh_from_db()
        if session.state not in _ENDS:
            _say(cast, session, EventKind.LEFT_AGAINST_ADVICE, {"was_advised": True, "reason": "Wished to go (sample)."}, "nurse", at)
    return session.state


def _say(cast: Cast, session: TreatmentSession, kind: EventKind, payload: dict[str, object], by: str, at: datetime) -> None:
    record_event(session=session, event_id=new_id(), kind=kind, payload=payload, taken_at=at, by=cast.staff[by], at=at)
