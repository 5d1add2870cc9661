"""Who is here to act: opening hours ahead, who is on duty, and the people behind the words of the risk table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fanlight.care.protocols import ClinicCalendar
from fanlight.core.instants import as_utc, clinic_date, clinic_day, local_to_utc
from fanlight.records.actions.people import on_site_by_role
from fanlight.records.actions.tasks import roster
from fanlight.records.library import Library
from fanlight.records.models import Site, StaffMember
from fanlight.records.permissions import Role

_WEEKS_AHEAD = 2
_PEOPLE: dict[str, tuple[Role, ...]] = {
    "prescriber on duty": (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR, Role.NURSE),
    "prescriber": (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "clinician on call": (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST, Role.MEDICAL_DIRECTOR),
    "on-call queue": (Role.NURSE, Role.PRESCRIBER, Role.THERAPIST),
    "nurse or therapist": (Role.NURSE, Role.THERAPIST, Role.PRESCRIBER),
    "nurse": (Role.NURSE, Role.PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "pharmacy": (Role.PHARMACY, Role.PRESCRIBER, Role.MEDICAL_DIRECTOR),
    "front desk": (Role.FRONT_DESK, Role.NURSE),
    "medical director": (Role.MEDICAL_DIRECTOR, Role.PRESCRIBER),
    "coordinator": (Role.FRONT_DESK, Role.NURSE),
    "named person": (Role.PRESCRIBER, Role.NURSE),
}
"""The roles behind each word of the risk, asking and owed tables, the fittest first. A word that is not here is nobody of the house."""
_READERS = (Role.NURSE, Role.PRESCRIBER)


def open_hours(site: Site, content: Library, at: datetime) -> list[tuple[datetime, datetime]]:
    """The clinic's opening hours from the day of `at` for two weeks, as instants; empty where it has no calendar."""
    calendar: ClinicCalendar | None = content.calendars.get(site.calendar_id)
    if calendar is None:
        return []
    today, spans = clinic_date(at, site.zone), []
    for ahead in range(7 * _WEEKS_AHEAD):
        day = today + timedelta(days=ahead)
        hours = calendar.opening(day)
        if hours is not None:
            opens = local_to_utc(datetime.combine(day, hours.opens), site.zone, fold=0)
            spans.append((opens, local_to_utc(datetime.combine(day, hours.closes), site.zone, fold=0)))
    return spans


def next_opening(site: Site, content: Library, at: datetime) -> datetime | None:
    """The next time the clinic opens; None where no opening is known."""
    return next((opens for opens, _ in open_hours(site, content, at) if opens > as_utc(at)), None)


def readers_on_duty(site: Site, at: datetime) -> list[StaffMember]:
    """Nurses and prescribers who said today that they are in the house: the people who read answers as they come."""
    since, _ = clinic_day(clinic_date(at, site.zone), site.zone)
    found: dict[int, StaffMember] = {}
    for people in on_site_by_role(site, _READERS, at=at, since=since).values():
        for person in people:
            found.setdefault(person.pk, person)
    return list(found.values())


def is_of_the_house(word: str) -> bool:
    """Whether a word of the risk table means somebody who works here ("emergency services" does not)."""
    return word in _PEOPLE


@dataclass(frozen=True, slots=True)
class Duty:
    """Who can answer for work of a site at one moment: `here` are the readers in the house, `by_role` everybody active."""

    here: frozenset[int]
    by_role: Mapping[str, Sequence[StaffMember]]

    def person_for(self, word: str, *, besides: Iterable[StaffMember] = ()) -> StaffMember | None:
        """Who answers to a word of the risk table now: somebody in the house before somebody who is not, the fittest role first.

        None only where the site has nobody active of any such role but those left out.
        """
        left_out = {person.pk for person in besides}
        roles = _PEOPLE.get(word, (Role.PRESCRIBER, Role.NURSE, Role.THERAPIST, Role.MEDICAL_DIRECTOR))
        held = ((rank, person) for rank, role in enumerate(roles) for person in self.by_role.get(role.value, ()))
        people = [(person, rank) for rank, person in held if person.pk not in left_out]
        if not people:
            return None
        first_role = people[0][1]
        return min(people, key=lambda one: (one[0].pk not in self.here, one[1] != first_role, one[1]))[0]


def duty_of(site: Site, at: datetime) -> Duty:
    """Who is there to answer at a site, read once for as many questions as one moment has."""
    return Duty(frozenset(person.pk for person in readers_on_duty(site, at)), roster(site))


def person_for(word: str, site: Site, at: datetime, *, besides: Iterable[StaffMember] = ()) -> StaffMember | None:
    """`Duty.person_for`, asked once."""
    return duty_of(site, at).person_for(word, besides=besides)
