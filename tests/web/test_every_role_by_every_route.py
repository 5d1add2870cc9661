"""Who may call which operation of the API, and that no route at all is left without a declared answer.

The pages have the same table in `test_pages.py`. A record of another clinic is not there (404), what a role does not hold
is refused (403), and each attempt leaves an audit link.
"""

from __future__ import annotations

import uuid

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from fanlight.records.actions.patients import register_patient
from fanlight.records.actions.people import create_site, create_staff, grant_role
from fanlight.records.actions.tasks import open_task
from fanlight.records.clock import now
from fanlight.records.models import AuditEvent, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.permissions import Role
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic
from fanlight.web.api import api

CHAIR = frozenset({"nurse", "prescriber"})
READERS = CHAIR | {"therapist", "medical_director", "pharmacy", "auditor"}
TABLE: dict[tuple[str, str], frozenset[str]] = {
    ("POST", "/sessions/{reference}/events"): READERS | {"front_desk"},
    ("POST", "/sessions/{reference}/give"): CHAIR,
    ("POST", "/sessions/{reference}/release"): CHAIR | {"medical_director"},
    ("POST", "/sessions/{reference}/override"): frozenset({"prescriber"}),
    ("GET", "/sessions/{reference}"): READERS,
    ("GET", "/sessions/{reference}/events"): READERS,
}
"""Operation -> roles that are let as far as the action itself, which then looks at what was sent."""
RECORDS = {
    "vitals": CHAIR,
    "checked_in": CHAIR | {"front_desk"},
    "cssrs_asked": CHAIR | {"therapist"},
    "second_check": CHAIR | {"pharmacy", "medical_director"},
    "wasted": CHAIR | {"pharmacy"},
    "explanation": frozenset({"prescriber"}),
}
"""Some kinds of event and the roles that may record them (role matrix: session vitals, escort, ledger use and witness)."""
PAYLOADS = {
    "vitals": {"systolic_mmhg": "120", "diastolic_mmhg": "70"},
    "checked_in": {},
    "cssrs_asked": {"ideation_level": 0},
    "second_check": {"agrees": True},
    "wasted": {"mg": "1"},
    "explanation": {"about": "R05", "text": "Seen."},
}
OPEN = ("accounts/", "evidence/")
"""The sign-in library, and the public pages of what is known; neither holds a patient."""
ROLES = sorted(role.value for role in Role)


@pytest.fixture(scope="module")
def _filled(django_db_setup, django_db_blocker):
    """Filled once for this file, inside a transaction that is undone at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        keep_transitions()
        cast = fill_clinic()
        for role in Role:
            person = create_staff(
                site=cast.site,
                username=f"only-{role.value}",
                name=role.label,
                initials="ON",
                password="a-lantern-in-the-hall",
                by=None,
                at=now(),
            )
            grant_role(staff=person, role=role, by=None, at=now())
        yield cast
        transaction.set_rollback(True)


@pytest.fixture
def clinic(_filled, db):
    return _filled


def client_of(username: str) -> Client:
    client = Client()
    client.force_login(StaffMember.objects.get(username=username))
    return client


def operations() -> dict[tuple[str, str], object]:
    found = {}
    for _, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    found[method, path] = operation.view_func
    return found


def body_of(path: str) -> dict[str, object]:
    key = str(uuid.uuid4())
    if path.endswith("/events"):
        return {"event_id": key, "kind": "note", "payload": {"text": "Resting."}, "taken_at": now().isoformat()}
    if path.endswith("/override"):
        second = {"username": "nobody", "password": "nothing"}
        return {"event_id": key, "criterion": "gait", "reason": "stick", "second": second}
    return {"event_id": key, "kind": "discharged" if path.endswith("release") else "started", "payload": {}}


def call(client: Client, method: str, path: str, reference: str):
    url = "/api" + path.replace("{reference}", reference)
    return client.get(url) if method == "GET" else client.post(url, body_of(path), content_type="application/json")


def test_the_table_names_every_operation_and_each_declares_what_it_needs():
    assert set(TABLE) == set(operations())
    assert all(getattr(view, "permissions", ()) for view in operations().values())


def test_no_route_is_left_without_an_answer_of_its_own():
    def walk(patterns, prefix=""):
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if here.startswith(OPEN):
                continue
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif isinstance(pattern, URLPattern):
                yield here, pattern.callback

    undeclared = [where for where, view in walk(get_resolver().url_patterns) if not hasattr(view, "permissions")]
    # what is left belongs to the API, whose operations the table above walks one by one
    assert all(where.startswith("api/") for where in undeclared), undeclared


@pytest.mark.parametrize("role", ROLES)
def test_every_role_by_every_operation(role, clinic):
    session = TreatmentSession.objects.filter(plan__isnull=False).first()
    client = client_of(f"only-{role}")
    for (method, path), allowed in TABLE.items():
        before = AuditEvent.objects.count()
        answer = call(client, method, path, session.reference)
        if role in allowed:
            is_let = answer.status_code in {200, 409, 422}
            acts = path.endswith("/events") and method == "POST" and role not in CHAIR | {"therapist"}
            assert is_let or (acts and answer.status_code == 403), (role, method, path, answer.status_code)
        else:
            assert answer.status_code == 403, (role, method, path, answer.status_code)
            assert answer.json()["code"] == "FAN-ROLE-001"
        assert AuditEvent.objects.count() > before, (role, method, path)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_by_what_it_may_record(role, clinic):
    session = TreatmentSession.objects.filter(plan__isnull=False).first()
    client = client_of(f"only-{role}")
    for kind, allowed in RECORDS.items():
        sent = {"event_id": str(uuid.uuid4()), "kind": kind, "payload": PAYLOADS[kind], "taken_at": now().isoformat()}
        answer = client.post(f"/api/sessions/{session.reference}/events", sent, content_type="application/json")
        assert answer.status_code == (200 if role in allowed else 403), (role, kind, answer.content)


def test_an_administrator_reads_nothing_of_a_session(clinic):
    client = client_of("only-administrator")
    for session in TreatmentSession.objects.filter(plan__isnull=False):
        for tail in ("", "/events"):
            answer = client.get(f"/api/sessions/{session.reference}{tail}")
            assert answer.status_code == 403
            assert "systolic" not in answer.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_a_session_of_another_clinic_is_not_there_and_the_attempt_is_on_record(role, clinic):
    site = create_site(
        at=now(), code="elsewhere", name="Elsewhere", zone_name="Europe/Oslo", jurisdiction="EU", calendar_id="demo", crisis_text="113"
    )
    stranger = create_staff(site=site, username="stranger", name="S", initials="ST", password="a-lantern-in-the-hall", by=None, at=now())
    grant_role(staff=stranger, role=Role(role), by=None, at=now())
    client = client_of("stranger")
    session = TreatmentSession.objects.filter(plan__isnull=False).first()
    said = SessionEvent.objects.count()
    for (method, path), allowed in TABLE.items():
        answer = call(client, method, path, session.reference)
        assert answer.status_code == (404 if role in allowed else 403), (method, path)
        assert AuditEvent.objects.order_by("-sequence").first().action.startswith("refused:")
    assert SessionEvent.objects.count() == said


def test_pages_of_another_clinics_records_are_not_there_and_the_attempt_is_on_record(clinic):
    """Every object on a page: course, task, staff account, import report, consent of another patient."""
    site = create_site(
        at=now(), code="elsewhere", name="Elsewhere", zone_name="Europe/Oslo", jurisdiction="EU", calendar_id="demo", crisis_text="113"
    )
    stranger = create_staff(site=site, username="stranger", name="S", initials="ST", password="a-lantern-in-the-hall", by=None, at=now())
    for role in (Role.NURSE, Role.PRESCRIBER, Role.ADMINISTRATOR):
        grant_role(staff=stranger, role=role, by=None, at=now())
    row = StaffMember.objects.get(pk=stranger.pk)
    own = register_patient(
        family_name="Own",
        given_names="",
        birth_date=now().date().replace(year=1980, day=1),
        sex="female",
        by=row,
        at=now(),
        today=now().date(),
    )
    client = client_of("stranger")
    session = TreatmentSession.objects.filter(plan__isnull=False).first()
    consent = session.patient.consents.first()
    somebody = session.patient.site.staff.first()
    task = open_task(
        site=session.patient.site,
        key="call",
        kind="call",
        title="Call.",
        owner=somebody,
        due_at=now(),
        patient=session.patient,
        at=now(),
        by=None,
    )
    for url in (
        f"/courses/{session.course_id}/",
        f"/staff/{somebody.pk}/",
        f"/patients/{own.pk}/consent/{consent.pk}/withdraw/",
        f"/owed/{task.pk}/",
        "/import/10000/",
    ):
        answer = client.get(url)
        assert answer.status_code == 404, url
        assert AuditEvent.objects.order_by("-sequence").first().action.startswith("refused:no_such_"), url


def test_signed_out_programs_are_told_so_and_not_sent_to_a_page(clinic):
    session = TreatmentSession.objects.filter(plan__isnull=False).first()
    for method, path in TABLE:
        answer = call(Client(), method, path, session.reference)
        assert answer.status_code == 401, (method, path)
        assert "FAN-WEB-001" in answer.content.decode()


def test_a_write_without_the_token_is_refused(clinic):
    session = TreatmentSession.objects.filter(plan__isnull=False).first()
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(StaffMember.objects.get(username="only-nurse"))
    said = SessionEvent.objects.count()
    for method, path in TABLE:
        if method == "POST":
            assert call(careful, method, path, session.reference).status_code == 403, path
    for url in (f"/sessions/{session.reference}/give/", "/presence/", f"/patients/{session.patient.pk}/facts/"):
        assert careful.post(url, {}).status_code == 403, url
    assert SessionEvent.objects.count() == said


def test_reading_a_page_writes_nothing_but_the_audit(clinic):
    """No GET changes a record (SEC-22)."""
    from django.apps import apps

    def sizes():
        return {
            model.__name__: (model.objects.count(), sum(model.objects.values_list("row_version", flat=True)) if _has_version(model) else 0)
            for model in apps.get_app_config("records").get_models()
            if model is not AuditEvent
        }

    def _has_version(model):
        return any(field.name == "row_version" for field in model._meta.fields)

    session = TreatmentSession.objects.filter(plan__isnull=False).first()
    before = sizes()
    for who in ("only-nurse", "only-prescriber", "only-front_desk", "only-medical_director", "only-administrator"):
        client = client_of(who)
        for url in (
            "/",
            "/owed/",
            "/patients/",
            f"/patients/{session.patient.pk}/",
            f"/patients/{session.patient.pk}/facts/",
            f"/patients/{session.patient.pk}/screening/",
            f"/patients/{session.patient.pk}/course-chart/?items=phq9",
            f"/patients/{session.patient.pk}/course-chart/csv/",
            f"/patients/{session.patient.pk}/course-chart/pdf/",
            f"/courses/{session.course_id}/",
            f"/sessions/{session.reference}/",
            f"/sessions/{session.reference}/live/",
            f"/sessions/{session.reference}/give/",
            f"/sessions/{session.reference}/leaving/?act=end&end=discharged",
            f"/sessions/{session.reference}/order/?order=1",
            "/presence/?is_on_site=yes",
        ):
            client.get(url)
    assert sizes() == before
