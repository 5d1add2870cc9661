"""Every page: who may open it, how it is guarded, what it keeps when something is wrong. Over the sample clinic."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from fanlight.records.models import Course, Patient, SessionEvent, StaffMember, Task, TreatmentSession
from fanlight.records.permissions import Role
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic, password_of

ALL = frozenset(role.value for role in Role)
CLINICAL = frozenset({"nurse", "prescriber", "therapist", "medical_director"})
COMMON = frozenset({"front_desk", "nurse", "prescriber", "therapist", "medical_director", "pharmacy"})
TABLE: dict[str, frozenset[str]] = {
    "today": ALL,
    "presence": COMMON | {"auditor"},
    "find": COMMON | {"auditor"},
    "tasks": COMMON,
    "task": COMMON,
    "patients": COMMON | {"auditor"},
    "patient_new": frozenset({"front_desk", "nurse", "prescriber"}),
    "patient": COMMON | {"auditor"},
    "contact": COMMON | {"auditor"},
    "patient_messages": CLINICAL,
    "patient_edit": frozenset({"front_desk", "nurse", "prescriber"}),
    "facts": frozenset({"nurse", "prescriber", "medical_director"}),
    "lines": frozenset({"nurse", "prescriber", "medical_director"}),
    "screening": CLINICAL,
    "consents": (COMMON - {"pharmacy"}) | {"auditor"},
    "consent_text": (COMMON - {"pharmacy"}) | {"auditor"},
    "consent_withdraw": frozenset({"front_desk", "nurse", "prescriber", "therapist"}),
    "course_new": frozenset({"prescriber"}),
    "session_curve": CLINICAL | {"pharmacy", "auditor"},
    "course_curve": COMMON | {"auditor"},
    "course_chart": CLINICAL,
    "course_chart_csv": CLINICAL,
    "course_chart_pdf": CLINICAL,
    "course": COMMON | {"auditor"},
    "course_summary": CLINICAL | {"auditor"},
    "course_summary_pdf": CLINICAL | {"auditor"},
    "course_plan": COMMON | {"auditor"},
    "course_plan_accept": frozenset({"front_desk", "nurse", "prescriber"}),
    "session": CLINICAL | {"pharmacy", "auditor"},
    "session_live": CLINICAL | {"pharmacy", "auditor"},
    "session_give": frozenset({"nurse", "prescriber"}),
    "order": COMMON | {"auditor"},
    "session_move": frozenset({"front_desk", "nurse", "prescriber"}),
    "arrival": frozenset({"front_desk", "nurse", "prescriber"}),
    "discharge": CLINICAL | {"pharmacy", "auditor"},
    "documents": CLINICAL | {"auditor"},
    "document": CLINICAL | {"auditor"},
    "document_pdf": CLINICAL | {"auditor"},
    "protocols": ALL,
    "protocol": ALL,
    "protocol_pdf": ALL,
    "import": frozenset({"nurse", "prescriber"}),
    "import_report": frozenset({"nurse", "prescriber"}),
    "csv_upload": frozenset({"nurse", "prescriber"}),
    "intake": frozenset({"front_desk", "nurse", "prescriber"}),
    "interview": frozenset({"nurse", "prescriber", "medical_director"}),
    "suspected": frozenset({"front_desk", "nurse", "prescriber"}),
    "staff": frozenset({"administrator"}),
    "staff_member": frozenset({"administrator"}),
    "audit": frozenset({"medical_director", "auditor"}),
    "worker": ALL,
    "specimen": ALL,
}
"""Which role may open which page. A change here is a change of who sees what: read the role matrix beside it."""

WITHOUT_A_ROLE = {"today", "worker", "specimen", "health"}
OTHERS = {
    "correct",
    "scales_fhir",
    "follow_up",
    "health",
    "document_sign",
    "course_summary_sign",
    "received",
    "scales",
    "scale_form",
    "scale_say",
    "scale_answers",
    "scale_link",
    "task_risk",
}
"""Pages with tests of their own, in files of their own."""
OTHERS |= {"csv_import", "import_refused", "compare", "unmerge", "course_plan_undo"}
PARTS = {"session_curve", "course_curve"}
"""Answers that a page takes in: no heading of their own."""
POST_ONLY = {"presence", "session_give", "course_plan_accept"}


@dataclass
class House:
    """The sample clinic, with one person of each role alone."""

    staff: dict[str, StaffMember]
    waiting: TreatmentSession
    chair: TreatmentSession
    leaving: TreatmentSession

    def client(self, role: str) -> Client:
        client = Client(raise_request_exception=True)
        client.force_login(self.staff[role])
        return client


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker):
    """Filled once for this file, inside a transaction that is undone at its end."""
    from fanlight.records.actions.people import create_staff, grant_role
    from fanlight.records.clock import now

    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            keep_transitions()
            cast = fill_clinic()
            staff = {}
            for role in Role:
                row = create_staff(
                    site=cast.site,
                    username=f"only-{role.value}",
                    name=f"Only {role.label}",
                    initials="ON",
                    password="a-lantern-in-the-hall",
                    by=None,
                    at=now(),
                )
                grant_role(staff=row, role=role, by=None, at=now())
                staff[role.value] = StaffMember.objects.get(pk=row.pk)
            ordered = {session.course.patient.family_name: session for session in TreatmentSession.objects.filter(plan__isnull=False)}
            yield House(staff, ordered["Wintergreen"], ordered["Fennimore"], ordered["Oakhollow"])
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def routes() -> dict[str, URLPattern]:
    """Every route of the product's own pages, by name; the API, the sign-in library,
    the evidence pages and the patients' own links answer for themselves."""
    found: dict[str, URLPattern] = {}

    def walk(patterns, prefix: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if not str(pattern.pattern).startswith(("accounts/", "api/", "evidence/")):
                    walk(pattern.url_patterns, prefix + str(pattern.pattern))
            elif not (prefix + str(pattern.pattern)).startswith(("p/", "tablet/")):
                found[pattern.name] = pattern

    walk(get_resolver().url_patterns, "")
    return found


def address(name: str, house: House) -> str:
    from django.urls import reverse

    patient = house.leaving.course.patient
    task = Task.objects.first()
    values = {
        "task": [task.pk if task else 1],
        "staff_member": [house.staff["nurse"].pk],
        "consent_text": [patient.pk, "racemic_ketamine_off_label"],
        "consent_withdraw": [patient.pk, patient.consents.first().pk],
        "lines": [patient.pk, "medications"],
        "course": [house.leaving.course_id],
        "course_summary": [house.leaving.course_id],
        "course_summary_pdf": [house.leaving.course_id],
        "course_plan": [house.leaving.course_id],
        "course_plan_accept": [house.leaving.course_id],
        "import_report": [1],
        "protocol": ["iv-racemic-induction"],
        "protocol_pdf": ["iv-racemic-induction"],
        "document": [house.leaving.reference, "procedure_note"],
        "document_pdf": [house.leaving.reference, "procedure_note"],
    }
    if name in values:
        return reverse(name, args=values[name])
    pattern = str(routes()[name].pattern)
    if "<int:pk>" in pattern:
        return reverse(name, args=[patient.pk])
    if "<str:reference>" in pattern:
        return reverse(name, args=[house.leaving.reference])
    return reverse(name)


def test_the_table_names_every_route_and_no_other():
    assert set(routes()) - OTHERS == set(TABLE)


def test_every_view_says_which_permission_it_needs():
    for name, pattern in routes().items():
        assert hasattr(pattern.callback, "permissions"), name
        assert pattern.callback.permissions or name in WITHOUT_A_ROLE, name


@pytest.mark.parametrize("role", sorted(ALL))
def test_every_role_by_every_route(role, house, db):
    client = house.client(role)
    for name, allowed in TABLE.items():
        url = address(name, house)
        answer = client.post(url, {}) if name in POST_ONLY else client.get(url)
        if role in allowed:
            expected = (
                {200, 302, 405}
                | ({422} if name in ("session_give", "course_plan_accept") else set())
                | ({404} if name in ("task", "import_report") else set())
            )
        else:
            expected = {403}
        assert answer.status_code in expected, f"{role} {name} {url}: {answer.status_code}"


def test_nobody_comes_in_without_a_sign_in(house, db):
    for name in TABLE:
        answer = Client().get(address(name, house))
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith("/accounts/login/"), name


class Strict(HTMLParser):
    """Finds what the content policy would refuse: inline scripts and styles, handlers; and htmx without its own target."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        named = dict(attrs)
        if tag == "script" and "src" not in named and named.get("type") != "application/json":
            self.faults.append("inline script")
        if tag == "style" or "style" in named:
            self.faults.append(f"inline style on {tag}")
        self.faults += [f"handler {name}" for name in named if name.startswith(("on", "hx-on"))]
        if any(name in named for name in ("hx-get", "hx-post")) and not {"hx-target", "hx-swap"} <= set(named):
            self.faults.append(f"htmx on {tag} without its own target and swap")


def test_every_page_keeps_to_the_strict_policy(house, db):
    shown = 0
    for role in ("prescriber", "administrator", "auditor", "front_desk"):
        client = house.client(role)
        for name, allowed in TABLE.items():
            if role not in allowed or name in POST_ONLY | {"task", "import_report"}:
                continue
            answer = client.get(address(name, house))
            if answer.status_code != 200:
                continue
            policy = answer.headers["Content-Security-Policy"]
            for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
                assert part in policy, name
            assert "unsafe" not in policy, name
            if "html" in answer.headers["Content-Type"]:
                reader = Strict()
                reader.feed(answer.content.decode())
                assert not reader.faults, (name, reader.faults)
                assert name in PARTS or re.search(r"<h1[ >]", answer.content.decode()), name
                shown += 1
    assert shown > 40


def test_a_record_of_another_clinic_does_not_exist_here(house, db):
    from fanlight.records.actions.people import create_site, create_staff, grant_role
    from fanlight.records.clock import now

    site = create_site(
        at=now(), code="elsewhere", name="Elsewhere", zone_name="Europe/Oslo", jurisdiction="EU", calendar_id="demo", crisis_text="113"
    )
    row = create_staff(site=site, username="stranger", name="Stranger", initials="ST", password="a-lantern-in-the-hall", by=None, at=now())
    for role in (Role.PRESCRIBER, Role.NURSE, Role.FRONT_DESK, Role.MEDICAL_DIRECTOR, Role.ADMINISTRATOR):
        grant_role(staff=row, role=role, by=None, at=now())
    client = Client()
    client.force_login(StaffMember.objects.get(pk=row.pk))
    for name in TABLE:
        pattern = str(routes()[name].pattern)
        if "<" not in pattern or name in ("protocol", "protocol_pdf", "task", "import_report"):
            continue
        url = address(name, house)
        answer = client.post(url, {}) if name in POST_ONLY else client.get(url)
        assert answer.status_code == 404, f"{name} {url}: {answer.status_code}"


def test_entering_a_patient_says_all_faults_at_once_and_keeps_what_was_typed(house, db):
    client = house.client("nurse")
    before = Patient.objects.count()
    answer = client.post("/patients/new/", {"given_names": "Łucja ✦ O'Dell", "birth_date": "2031-02-30", "write_key": uuid.uuid4()})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert Patient.objects.count() == before
    assert "Łucja ✦ O&#x27;Dell" in page
    assert page.count('class="error-summary"') == 1
    for anchor in ("#id_family_name", "#id_birth_date", "#id_sex-group"):
        assert f'href="{anchor}"' in page
        assert f'id="{anchor[1:]}"' in page


def test_a_second_tap_on_the_same_form_enters_one_patient(house, db):
    client = house.client("nurse")
    typed = {"family_name": "Twice", "birth_date": "1980-01-02", "sex": "female", "write_key": str(uuid.uuid4())}
    first = client.post("/patients/new/", typed)
    second = client.post("/patients/new/", {**typed, "is_another": "on"})
    assert first.status_code == 302
    assert second.status_code in (302, 422)
    assert Patient.objects.filter(family_name="Twice").count() == 1


def test_somebody_alike_is_shown_before_a_second_record_is_made(house, db):
    client = house.client("front_desk")
    typed = {"family_name": "Alike", "birth_date": "1980-01-02", "sex": "male"}
    assert client.post("/patients/new/", {**typed, "write_key": uuid.uuid4()}).status_code == 302
    again = client.post("/patients/new/", {**typed, "write_key": uuid.uuid4()})
    assert again.status_code == 422
    assert "is here already" in again.content.decode()
    assert client.post("/patients/new/", {**typed, "is_another": "on", "write_key": uuid.uuid4()}).status_code == 302


def test_asked_and_denied_is_recorded_as_such_and_what_is_open_stays_open(house, db):
    client = house.client("nurse")
    patient = Patient.objects.get(family_name="Larkmoor")
    answer = client.post(f"/patients/{patient.pk}/facts/", {"fact-seizure_disorder": "no", "source": "asked", "write_key": uuid.uuid4()})
    assert answer.status_code == 302
    fact = patient.facts.get(name="seizure_disorder", value__isnull=False)
    assert (fact.value, fact.source) == (False, "asked, denied")
    assert not patient.facts.filter(name="lamotrigine_taken").exists()


@pytest.mark.parametrize(("typed", "says"), [("7,5,3", "number"), ("-4", "outside"), ("1e400", "")])
def test_a_number_that_cannot_be_is_refused_with_what_was_typed(typed, says, house, db):
    client = house.client("nurse")
    patient = Patient.objects.get(family_name="Larkmoor")
    answer = client.post(f"/patients/{patient.pk}/facts/", {"fact-alt_times_upper_limit": typed, "write_key": uuid.uuid4()})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{typed}"' in page
    assert says in page
    assert not patient.facts.filter(name="alt_times_upper_limit").exists()


def test_a_consent_is_not_signed_before_every_statement_is_agreed_to(house, db):
    client = house.client("nurse")
    patient = Patient.objects.get(family_name="Larkmoor")
    url = f"/patients/{patient.pk}/consent/racemic_ketamine_off_label/"
    typed = {"signer": "Juniper Larkmoor", "relation": "patient"}
    refused = client.post(url, {**typed, "agrees-0": "on", "write_key": uuid.uuid4()})
    assert refused.status_code == 422
    assert "Not agreed to yet." in refused.content.decode()
    assert patient.consents.count() == 0
    agreed = {f"agrees-{number}": "on" for number in range(20)}
    assert client.post(url, {**typed, **agreed, "write_key": uuid.uuid4()}).status_code == 302
    consent = patient.consents.get()
    assert client.post(f"/patients/{patient.pk}/consent/{consent.pk}/withdraw/", {"write_key": uuid.uuid4()}).status_code == 302
    assert "withdrawn" in client.get(f"/patients/{patient.pk}/").content.decode()


def test_the_live_parts_are_sent_only_when_they_differ(house, db):
    client = house.client("nurse")
    first = client.get(f"/sessions/{house.chair.reference}/live/")
    body = json.loads(first.content)
    assert set(body["parts"]) == {"due", "alerts", "steps", "chart", "stream", "acts"}
    again = client.get(f"/sessions/{house.chair.reference}/live/?have=nothing")
    assert again.status_code == 200
    assert body["sequence"] == SessionEvent.objects.filter(session=house.chair).count()


def test_a_start_that_is_refused_names_everything_in_the_way(house, db):
    client = house.client("nurse")
    answer = client.post(
        f"/sessions/{house.chair.reference}/give/",
        json.dumps({"kind": "device_taken", "event_id": str(uuid.uuid4()), "payload": {"number": "3", "mg": "28"}}),
        content_type="application/json",
    )
    assert answer.status_code == 409
    assert json.loads(answer.content)["faults"]


def test_left_against_advice_can_always_be_said_and_release_waits(house, db):
    client = house.client("nurse")
    url = f"/sessions/{house.chair.reference}/leaving/"
    refused = client.post(url, {"act": "end", "end": "discharged", "write_key": uuid.uuid4()})
    assert refused.status_code == 422
    said = client.post(url, {"act": "end", "end": "left_against_advice", "was_advised": "yes", "write_key": uuid.uuid4()})
    assert said.status_code == 302
    assert TreatmentSession.objects.get(pk=house.chair.pk).state == "left_against_advice"


def test_going_past_a_criterion_needs_a_second_person_by_their_own_sign_in(house, db):
    client = house.client("prescriber")
    url = f"/sessions/{house.leaving.reference}/leaving/"
    typed = {"act": "override", "criterion": "gait", "reason": "Walks with a frame since childhood, and did so on arrival."}
    alone = client.post(
        url, {**typed, "second_name": "only-prescriber", "second_password": "a-lantern-in-the-hall", "write_key": uuid.uuid4()}
    )
    assert alone.status_code == 422
    wrong = client.post(url, {**typed, "second_name": "nurse", "second_password": "guess", "write_key": uuid.uuid4()})
    assert wrong.status_code == 422
    assert "Walks with a frame" in wrong.content.decode()
    assert "guess" not in wrong.content.decode()
    both = client.post(url, {**typed, "second_name": "nurse", "second_password": password_of("nurse"), "write_key": uuid.uuid4()})
    assert both.status_code == 302
    assert SessionEvent.objects.filter(session=house.leaving, kind="override").count() == 1


def test_a_document_is_a_page_and_a_pdf(house, db):
    client = house.client("nurse")
    for kind in ("procedure_note", "discharge_instructions"):
        assert client.get(f"/sessions/{house.leaving.reference}/documents/{kind}/").status_code == 200
        pdf = client.get(f"/sessions/{house.leaving.reference}/documents/{kind}/pdf/")
        assert pdf.headers["Content-Type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF")
    assert client.get(f"/sessions/{house.leaving.reference}/documents/other/").status_code == 404


def test_no_address_carries_a_name_or_a_record_number(house, db):
    client = house.client("prescriber")
    patient = house.leaving.course.patient
    for name in ("today", "patients", "patient", "session", "discharge", "course"):
        for href in re.findall(r'(?:href|action)="([^"#?][^"]*)"', client.get(address(name, house)).content.decode()):
            assert patient.number not in href
            assert patient.family_name not in href


def test_searching_sends_its_words_in_the_body(house, db):
    client = house.client("nurse")
    found = client.post("/patients/", {"q": "oakh"}).content.decode()
    assert "Bram Oakhollow" in found
    assert "Silas" not in found
    assert "Bram" in client.post("/patients/", {"q": house.leaving.course.patient.birth_date.isoformat()}).content.decode()
    assert "Nobody of that name" in client.post("/patients/", {"q": "' OR 1=1 --"}).content.decode()


def test_a_task_is_closed_with_a_word_and_only_once(house, db):
    from datetime import timedelta

    from fanlight.records.actions.tasks import open_task
    from fanlight.records.clock import now

    nurse = house.staff["nurse"]
    task = open_task(
        site=nurse.site, key="t:1", kind="follow_up", title="Call", owner=nurse, due_at=now() + timedelta(hours=1), at=now(), by=nurse
    )
    client = house.client("nurse")
    empty = client.post(f"/owed/{task.pk}/", {"act": "close", "note": " ", "write_key": uuid.uuid4()})
    assert empty.status_code == 422
    assert client.post(f"/owed/{task.pk}/", {"act": "close", "note": "Called, is well.", "write_key": uuid.uuid4()}).status_code == 302
    assert Task.objects.get(pk=task.pk).closing_note == "Called, is well."


def test_an_administrator_gives_roles_but_never_to_themselves(house, db):
    admin = house.staff["administrator"]
    client = house.client("administrator")
    assert client.post(f"/staff/{admin.pk}/", {"act": "grant", "role": "nurse", "write_key": uuid.uuid4()}).status_code == 422
    other = house.staff["pharmacy"]
    assert client.post(f"/staff/{other.pk}/", {"act": "grant", "role": "nurse", "write_key": uuid.uuid4()}).status_code == 302
    assert "nurse" in StaffMember.objects.get(pk=other.pk).roles


def test_a_course_page_shows_its_dates(house, db):
    page = house.client("front_desk").get(f"/courses/{Course.objects.first().pk}/").content.decode()
    assert page.count("<tr") >= 6
