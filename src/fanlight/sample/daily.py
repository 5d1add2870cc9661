"""What must hold on every evening of the made-up clinic, looked at in the database: each broken rule as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Min

from fanlight.care.sessions import ENDED, AlertLevel, SessionStatus
from fanlight.care.sessions.fold import fold
from fanlight.core.instants import clinic_day
from fanlight.records.audit import FIRST_HASH, entry_text
from fanlight.records.bedside import at_bedside
from fanlight.records.canonical import sha256
from fanlight.records.models import AuditEvent, RoleGrant, SessionEvent, Task, TreatmentSession
from fanlight.records.plans import load_plan
from fanlight.records.streams import load_stream
from fanlight.sample.house import House


@dataclass
class DailyCheck:
    """Looks at what was written since the evening before. `looked` counts what it looked at."""

    last: tuple[int, str] = (0, FIRST_HASH)
    looked_links: int = 0
    looked_streams: int = 0
    looked_tasks: int = 0

    def evening(self, house: House, day: date) -> list[str]:
        """Every rule broken on this day."""
        site = house.cast.site
        since, until = clinic_day(day, site.zone)
        found = [*self._chain()]
        touched = TreatmentSession.objects.filter(events__received_at__gte=since, events__received_at__lt=until + timedelta(days=1))
        for session in touched.distinct().select_related("course__patient__site"):
            found += self._stream(session, house)
        found += self._open_over_night(day)
        found += self._tasks(house, day)
        return [f"{day}: {fault}" for fault in found]

    def _chain(self) -> list[str]:
        for event in AuditEvent.objects.filter(sequence__gt=self.last[0]).order_by("sequence").iterator(chunk_size=2000):
            self.looked_links += 1
            if event.sequence != self.last[0] + 1 or event.previous_hash != self.last[1]:
                return [f"audit link {event.sequence} does not follow link {self.last[0]}"]
            if event.hash != sha256(self.last[1] + entry_text(event)):
                return [f"audit link {event.sequence} does not match its hash"]
            self.last = (event.sequence, event.hash)
        return []

    def _stream(self, session: TreatmentSession, house: House) -> list[str]:
        self.looked_streams += 1
        found = []
        if session.plan is not None:
            said = fold(load_stream(session), load_plan(session.plan), zone=house.cast.site.zone).status.value
            if said != session.state:
                found.append(f"session {session.reference} stands as {session.state}, and its stream says {said}")
        spread = SessionEvent.objects.filter(session=session).aggregate(low=Min("sequence"), high=Max("sequence"), count=Count("pk"))
        if spread["count"] and (spread["low"], spread["high"]) != (1, spread["count"]):
            found.append(f"session {session.reference} has gaps in its stream")
        now = self._now(session)
        bedside = at_bedside(session, now) if now is not None else None
        for alert in bedside.alerts if bedside is not None else ():
            is_unseen = alert.needs_acknowledgement and alert.acknowledged is None and alert.level is not AlertLevel.NOTICE
            if is_unseen and not Task.objects.filter(session=session, key__contains=":alert:", closed_at__isnull=True).exists():
                found.append(f"session {session.reference}: alert {alert.id} is owned by nobody")
        return found

    @staticmethod
    def _now(session: TreatmentSession) -> datetime | None:
        return SessionEvent.objects.filter(session=session).aggregate(last=Max("received_at"))["last"]

    @staticmethod
    def _open_over_night(day: date) -> list[str]:
        open_states = [status.value for status in SessionStatus if status not in ENDED and status is not SessionStatus.PLANNED]
        left = TreatmentSession.objects.filter(planned_on__lte=day, state__in=open_states)
        return [f"session {session.reference} of {session.planned_on} is open over night" for session in left]

    def _tasks(self, house: House, day: date) -> list[str]:
        tasks = Task.objects.filter(closed_at__isnull=True)
        at_work = RoleGrant.objects.filter(withdrawal__isnull=True).values("staff")
        self.looked_tasks += tasks.count()
        bad = [f"task {task.pk} is owned by somebody who is switched off" for task in tasks.filter(owner__is_active=False)]
        bad += [f"task {task.pk} is owned at another site" for task in tasks.exclude(owner__site=F("site"))]
        bad += [f"task {task.pk} is owned by nobody who could do it" for task in tasks.exclude(owner__in=at_work)]
        until = clinic_day(day, house.cast.site.zone)[1]
        late = tasks.filter(escalates_at__lt=until - timedelta(hours=4), escalated_at__isnull=True, next_owner__isnull=False)
        return bad + [f"task {task.pk} ({task.kind}) is past its time and was not passed on" for task in late]
