"""Find: what fits, for whom, in which script, and how fast a clinic of ten thousand answers in rows looked at."""

from __future__ import annotations

import pytest
from django.test import Client

from fanlight.records import clock
from fanlight.records.actions.patients import register_patient
from fanlight.records.models import AuditEvent, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.search import find, folded
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic


@pytest.fixture
def nurse(db):
    keep_transitions()
    fill_clinic()
    return StaffMember.objects.get(username="nurse")


def enter(nurse, family: str, given: str, born: str = "1985-02-03"):
    from datetime import date

    return register_patient(
        family_name=family, given_names=given, birth_date=date.fromisoformat(born), sex="female", phone="", by=nurse, at=clock.now(),
        today=clock.now().date(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("family", "given", "typed"),
    [
        ("Ångström", "Zoë", "zoe ang"),
        ("Angstrom", "Zoe", "Zoë Ång"),
        ("Ngũgĩ", "Wanjikũ", "ngugi"),
        ("الحداد", "عادلة", "الحد"),
        ("O'Dell", "Ada 🌿", "🌿"),
        ("Straße", "Max", "STRASSE"),
    ],
)
def test_a_name_is_found_by_its_beginnings_in_any_script_with_or_without_accents(nurse, family, given, typed):
    made = enter(nurse, family, given)
    assert made.pk in [row.pk for row in find(nurse, typed).patients]


def test_every_word_must_fit(nurse):
    made = enter(nurse, "Ångström", "Zoë")
    assert [row.pk for row in find(nurse, "zoe 1985-02-03").patients] == [made.pk]
    assert find(nurse, "zoe 1985-02-04").patients == ()
    assert find(nurse, "zoe quill").patients == ()
    assert find(nurse, "ngstrom").patients == ()  # a beginning, not a middle
    assert [row.pk for row in find(nurse, made.number.lower()).patients] == [made.pk]
    assert find(nurse, "   ").is_empty


def test_a_session_is_found_by_its_letters_its_date_and_its_lot(nurse):
    row = TreatmentSession.objects.filter(plan__isnull=False).first()
    assert row.pk in [hit.pk for hit in find(nurse, row.reference.lower()).sessions]
    assert row.planned_on in {hit.planned_on for hit in find(nurse, row.planned_on.isoformat()).sessions}
    taken = next(event for event in SessionEvent.objects.filter(kind="device_taken") if event.payload.get("lot"))
    assert [hit.pk for hit in find(nurse, taken.payload["lot"]).sessions] == [taken.session_id]
    assert find(nurse, taken.payload["lot"][:-1] + "9").sessions == ()


def test_each_sees_what_their_role_may_and_the_words_are_not_kept(nurse):
    row = TreatmentSession.objects.filter(plan__isnull=False).first()
    desk, admin = (StaffMember.objects.get(username=name) for name in ("desk", "admin"))
    assert find(desk, row.reference).sessions == ()
    assert find(desk, row.patient.family_name).patients
    assert find(admin, row.patient.family_name).is_empty
    web = Client()
    web.force_login(nurse)
    shown = web.post("/find/", {"find": row.patient.family_name}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in shown
    assert row.patient.family_name in shown
    link = AuditEvent.objects.filter(action="find").latest("sequence")
    assert link.details == {"length": len(row.patient.family_name)}


def test_folding_twice_is_folding_once():
    for text in ("Zoë", "İstanbul", "ﬁnch", "Ngũgĩ", "عادلة", "🌿"):
        assert folded(folded(text)) == folded(text)
