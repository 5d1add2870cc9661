"""Fill an empty database with the sample clinic, through the product's own actions and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.courses import sign_protocol
from fanlight.records.actions.patients import add_history, record_facts, register_patient
from fanlight.records.actions.people import create_site, create_staff, grant_role, say_presence
from fanlight.records.library import Library, library
from fanlight.records.models import Patient, Site, StaffMember
from fanlight.records.permissions import Role
from fanlight.sample.course import begin_course, consent_to
from fanlight.sample.people import SampleClinic, SamplePerson, on_day, plain_value, read_clinic
from fanlight.sample.scenes import play

Say = Callable[[str], None]


@dataclass(frozen=True)
class Cast:
    """The clinic being filled: its people by sign-in name, the content, and the instant everything is told from."""

    site: Site
    staff: dict[str, StaffMember]
    library: Library
    now: datetime
    clinic: SampleClinic


def password_of(username: str) -> str:
    """The demo password of a sign-in name; only ever for the demo, which listens on loopback alone."""
    return f"lantern-{username}-demo"


def fill_clinic(say: Say = lambda text: None) -> Cast:
    """Make the site, its staff and its people, each as far along as the file says."""
    now = clock.now()
    cast = open_house(read_clinic(), now)
    come_in(cast, max(now - timedelta(hours=5), _start_of_day(now, cast.site)))
    for person in cast.clinic.people:
        say(f"  {person.given_names} {person.family_name} (made up): {person.stage.replace('_', ' ') or 'to screen'}")
        _enter(cast, person)
    return cast


def open_house(clinic: SampleClinic, now: datetime) -> Cast:
    """The site, its staff with their roles, and the protocols the director signed, all some months before `now`."""
    made = clinic.site
    long_ago = now - timedelta(days=120)
    site = create_site(
        at=long_ago,
        code=made.code,
        name=made.name,
        zone_name=made.zone_name,
        jurisdiction=made.jurisdiction,
        calendar_id="demo",
        crisis_text=made.crisis_text,
        phone=made.phone,
        rems_certified_on=clinic_date(long_ago, _zone(made.zone_name)),
        is_sample=True,
    )
    staff: dict[str, StaffMember] = {}
    for person in clinic.staff:
        row = create_staff(
            site=site,
            username=person.username,
            name=person.name,
            initials=person.initials,
            credential=person.credential,
            password=password_of(person.username),
            by=None,
            at=long_ago,
        )
        for role in person.roles:
            grant_role(staff=row, role=Role(role), by=None, at=long_ago)
        staff[person.username] = StaffMember.objects.get(pk=row.pk)
    cast = Cast(site, staff, library(), now, clinic)
    for name in clinic.signed_protocols:
        sign_protocol(site=site, protocol_id=name, library=cast.library, by=staff["director"], at=long_ago)
    return cast


def come_in(cast: Cast, at: datetime) -> None:
    """Those who work in the house today say that they are there."""
    for name in cast.clinic.on_site:
        say_presence(staff=cast.staff[name], is_on_site=True, by=cast.staff[name], at=at)


def _enter(cast: Cast, person: SamplePerson) -> None:
    entered = cast.now - timedelta(days=3)
    patient = enter_person(cast, person, at=entered)
    work_up(cast, patient, person, at=entered, today=clinic_date(cast.now, cast.site.zone))
    if person.protocol:
        consent_to(cast, patient, person.protocol, at=entered)
        session = begin_course(cast, patient, person.protocol, person.product)
        play(cast, session, person.stage)


def enter_person(cast: Cast, person: SamplePerson, *, at: datetime) -> Patient:
    """The desk enters who the person is."""
    return register_patient(
        family_name=person.family_name,
        given_names=person.given_names,
        birth_date=person.birth_date,
        sex=person.sex,
        is_synthetic=True,
        by=cast.staff["desk"],
        at=at,
        today=clinic_date(at, cast.site.zone),
    )


def work_up(cast: Cast, patient: Patient, person: SamplePerson, *, at: datetime, today: date) -> None:
    """What was asked, found and denied, as the file has it; "today" in the file is the day given here."""
    nurse, prescriber, entered = cast.staff["nurse"], cast.staff["prescriber"], at
    denied = [{"name": name, "value": False} for name in cast.clinic.denied_by_all if name not in person.denied_except]
    record_facts(patient=patient, facts=denied, by=prescriber, at=entered, source="asked, denied")
    found = dict(cast.clinic.worked_up) if person.is_worked_up else {}
    found.update(person.facts)
    stated = [{"name": name, "value": plain_value(on_day(value, today))} for name, value in found.items()]
    record_facts(patient=patient, facts=stated, by=nurse, at=entered, source="interview and examination")
    for trial in person.antidepressant_trials:
        details = {key: plain_value(on_day(value, today)) for key, value in trial.items()}
        add_history(patient=patient, kind="antidepressant_trials", details=details, by=prescriber, at=entered, source="interview")
    for medicine in person.medications:
        add_history(patient=patient, kind="medications", details=dict(medicine), by=nurse, at=entered, source="interview")
    for kind in ("urine_drug_screen", "sessions_given") if person.is_worked_up else ():
        add_history(patient=patient, kind=kind, details={"asked_none": True}, by=nurse, at=entered, source="asked, none")


def _zone(name: str):  # type: ignore[no-untyped-def]
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _start_of_day(now: datetime, site: Site) -> datetime:
    from fanlight.core.instants import clinic_day

    return clinic_day(clinic_date(now, site.zone), site.zone)[0]
