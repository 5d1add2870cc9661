"""A small clinic in the database: one of each role, one patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from fanlight.records.actions.patients import register_patient
from fanlight.records.actions.people import create_site, create_staff, grant_role
from fanlight.records.models import Patient, Site, StaffMember
from fanlight.records.permissions import Role

NOW = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)
PASSWORD = "a-lantern-in-the-hall"


@dataclass
class Clinic:
    """A clinic and its people by role; `at` moves on by a second with each look, so that nothing is simultaneous."""

    site: Site
    people: dict[str, StaffMember]
    patient: Patient | None = None
    seconds: int = 0
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        self.seconds += 1
        return NOW + timedelta(seconds=self.seconds)

    def __getattr__(self, role: str) -> StaffMember:
        try:
            return self.__dict__["people"][role]
        except KeyError:
            raise AttributeError(role) from None


def make_clinic(code: str = "larkfield") -> Clinic:
    """A site with one person of each role."""
    site = create_site(
        at=NOW, code=code, name=code.title(), zone_name="America/New_York", jurisdiction="US", calendar_id="demo", crisis_text="Call 988."
    )
    people = {}
    for role in Role:
        person = create_staff(
            site=site,
            username=f"{code}-{role.value}",
            name=f"{role.label.title()} Person",
            initials="XY",
            password=PASSWORD,
            by=None,
            at=NOW,
        )
        grant_role(staff=person, role=role, by=None, at=NOW)
        people[role.value] = StaffMember.objects.get(pk=person.pk)
    return Clinic(site, people)


@pytest.fixture
def clinic(db) -> Clinic:
    """A clinic with a patient."""
    made = make_clinic()
    made.patient = register_patient(
        family_name="O'Dell",
        given_names="Ada 🌿 عادلة",
        birth_date=date(1985, 2, 3),
        sex="female",
        by=made.nurse,
        at=made.at,
        today=date(2026, 11, 12),
    )
    return made
