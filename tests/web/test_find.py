"""Find: what fits, for whom, in which script, and how fast a clinic of ten thousand answers in rows looked at."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from fanlight.records import clock
from fanlight.records.actions.patients import register_patient
from fanlight.records.models import AuditEvent, SessionEvent, StaffMember, TreatmentSession
from fanlight.records.search import find
from fanlight.records.search_words import folded, read_search
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
        ("O'Neil-Smith", "Ed", "o\u2019neil"),
        ("O\u2019Neil-Smith", "Ed", "O'Neil"),
        ("O'Neil-Smith", "Ed", "oneil"),
        ("O'Neil-Smith", "Ed", "smith ed"),
        ("Łukaszewski", "Bjørn", "lukas bjorn"),
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


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("4 Jun 1983", ["1983-06-04"]),
        ("4th June 1983", ["1983-06-04"]),
        ("June 4, 1983", ["1983-06-04"]),
        ("1983-06-04", ["1983-06-04"]),
        ("21.11.1980", ["1980-11-21"]),
        ("11/21/1980", ["1980-11-21"]),
        ("04/06/1983", ["1983-04-06", "1983-06-04"]),  # both readings
        ("Sat 21 Nov", ["2026-11-21"]),  # as a page of this year writes it
        ("31/02/1983", []),
        ("Marcus 4", []),  # a name that begins like a month
        ("May", []),
        ("10", []),
    ],
)
def test_a_day_is_read_as_people_write_it(typed, days):
    assert sorted(day.isoformat() for day in read_search(typed, on=date(2026, 11, 22)).days) == days


@pytest.mark.parametrize("typed", ["4 Jun 1983", "June 4, 1983", "04/06/1983", "04.06.1983", "mere 4 jun 1983", "hartsmere 1983-06-04"])
def test_a_person_is_found_by_a_birth_date_in_several_writings(nurse, typed):
    made = enter(nurse, "Hartsmere-Mere", "Quill", "1983-06-04")
    assert made.pk in [row.pk for row in find(nurse, typed).patients]


def test_a_record_number_is_found_however_it_is_typed_on_both_pages(nurse):
    made = enter(nurse, "Ångström", "Zoë")
    figures = made.number.split("-")[-1]
    web = Client()
    web.force_login(nurse)
    for typed in (
        made.number,
        made.number.lower(),
        made.number.replace("-", ""),
        made.number.replace("-", " "),
        figures,
        figures.lstrip("0"),
    ):
        assert made.pk in [row.pk for row in find(nurse, typed).patients], typed
        assert f"/patients/{made.pk}/" in web.post("/patients/", {"q": typed}).content.decode(), typed
    assert made.pk not in [row.pk for row in find(nurse, figures + "0").patients]
    assert f"/patients/{made.pk}/" in web.post("/patients/", {"q": "zoe angs"}).content.decode()


@pytest.mark.parametrize("typed", ["'; DROP TABLE x;--", "%", "_", "\x00", "-", "'", "a" * 500, "0", "٤", "<b>"])
def test_odd_input_finds_nothing_and_breaks_nothing(nurse, typed):
    assert find(nurse, typed).patients == ()
