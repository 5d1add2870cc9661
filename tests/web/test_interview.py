"""The interview: nothing a rule asks for is left out, three answers are kept apart, and it is taken up where it broke off."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from fanlight.care.protocols import rule_scope
from fanlight.care.rules import Stage
from fanlight.care.screening import screen
from fanlight.core.facts import Facts
from fanlight.records.actions.patients import register_patient
from fanlight.records.clock import now
from fanlight.records.knowledge import allergy_words, current_facts
from fanlight.records.library import library
from fanlight.records.models import AuditEvent
from fanlight.web.pages.interview_page import first_open, next_screen, screens
from records.conftest import make_clinic

PROTOCOL = "iv-racemic-induction"


@pytest.fixture
def house(db):
    made = make_clinic()
    made.patient = register_patient(
        family_name="O'Dell",
        given_names="Ada",
        birth_date=date(1985, 2, 3),
        sex="female",
        by=made.nurse,
        at=now(),
        today=date(2026, 11, 12),
    )
    return made


def client_of(house, role: str = "nurse") -> Client:
    client = Client()
    client.force_login(house.people[role])
    return client


def url(house, screen: str = "") -> str:
    return f"/patients/{house.patient.pk}/interview/?protocol={PROTOCOL}" + (f"&screen={screen}" if screen else "")


def post(client, house, screen: str, **given):
    body = {"screen": screen, "protocol": PROTOCOL, "write_key": str(uuid.uuid4()), "act": "on"}
    return client.post(url(house), body | {name.replace("__", "-"): value for name, value in given.items()})


def empty_result(protocol):
    where = protocol.jurisdictions[0] if protocol.jurisdictions else None
    at = datetime(2026, 11, 12, 12, tzinfo=UTC)
    return screen(Facts(), rule_scope(protocol, where, None), library().screening, stage=Stage.SCREEN, on=date(2026, 11, 12), now=at)


@pytest.mark.parametrize("protocol", sorted(library().protocols))
def test_every_fact_every_rule_asks_for_stands_on_a_screen_or_follows_from_one_that_does(protocol):
    content = library()
    result = empty_result(content.protocols[protocol])
    shown = {line.name for one in screens(result, content.facts, content.interview_order, {}, {}, ()) for line in one.lines}
    asked = {name for answer in result.rules if answer.answer.value != "not_due" for name in answer.rule.facts}
    lacking = {lack.fact for answer in result.rules for lack in answer.missing}
    order = content.interview_order
    for name in sorted(asked | lacking):
        known = content.facts.definitions[name]
        if known.stage not in ("screen", "order") or known.derived.startswith("Worked out"):
            continue  # asked on the day, or worked out from the rest
        by = order.asked_by(name)
        is_covered = by in shown or by.startswith("the record") or (known.derived and name not in lacking)
        assert is_covered, f"{protocol}: nobody is asked {name}"


def test_each_screen_once_and_the_last_leads_nowhere():
    content = library()
    found = screens(empty_result(content.protocols[PROTOCOL]), content.facts, content.interview_order, {}, {}, ())
    names = [line.name for one in found for line in one.lines]
    assert len(names) == len(set(names))
    assert first_open(found) == found[0].id
    walked = [found[0].id]
    while onward := next_screen(found, walked[-1]):
        walked.append(onward)
    assert walked == [one.id for one in found]


def test_no_is_asked_and_denied_with_who_and_when_and_not_known_stays_open(house):
    client = client_of(house)
    answer = post(client, house, "heart", fact__aneurysmal_vascular_disease="no", fact__arteriovenous_malformation="unknown")
    assert answer.status_code == 302
    facts = current_facts(house.patient)
    assert facts["aneurysmal_vascular_disease"].value is False
    assert facts["aneurysmal_vascular_disease"].source == "asked, denied"
    assert facts["aneurysmal_vascular_disease"].entered_by == house.nurse
    assert "arteriovenous_malformation" not in facts
    link = AuditEvent.objects.get(action="asked_not_known")
    assert link.details["facts"] == ["arteriovenous_malformation"]
    page = client.get(url(house, "heart")).content.decode()
    assert "asked, denied" in page


def test_broken_off_it_goes_on_at_the_first_open_screen(house):
    client = client_of(house)
    first = client.get(url(house)).context["shown"].id
    lines = [line for line in client.get(url(house)).context["shown"].lines if line.kind == "boolean"]
    given = {f"fact-{line.name}": "no" for line in lines} | {"fact-diagnosis": "major_depression", "fact-episode_severity": "moderate"}
    stopped = client.post(
        url(house),
        given
        | {"fact-episode_started_on": "2025-01-10", "screen": first, "act": "stop", "protocol": PROTOCOL, "write_key": str(uuid.uuid4())},
    )
    assert "/screening/" in stopped["Location"]
    again = client_of(house, "prescriber").get(url(house))
    assert again.context["shown"].id != first


def test_the_same_screen_sent_twice_is_recorded_once(house):
    client = client_of(house)
    key = str(uuid.uuid4())
    for _ in range(2):
        post(client, house, "heart", fact__aneurysmal_vascular_disease="no", write_key=key)
    assert house.patient.facts.count() == 1


def test_a_wrong_number_saves_nothing_of_the_screen_and_keeps_what_was_typed(house):
    client = client_of(house)
    answer = post(client, house, "measures", fact__weight_kg="700", fact__height_cm="170")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "outside 25 to 350" in text
    assert 'value="170"' in text
    assert house.patient.facts.count() == 0


def test_lists_are_typed_a_line_each_and_none_is_said_and_neither_twice(house):
    client = client_of(house)
    post(client, house, "lists", list__medications="sertraline 50 mg\n\nlorazepam\nlorazepam", none__allergy="1")
    post(client, house, "lists", list__medications="Lorazepam")
    assert [line.details for line in house.patient.history.filter(kind="medications")] == [
        {"name": "sertraline 50 mg"},
        {"name": "lorazepam"},
    ]
    assert allergy_words(house.patient) == "none, asked"


@pytest.mark.parametrize("role", ["front_desk", "therapist", "pharmacy", "auditor", "administrator"])
def test_who_may_not_record_facts_does_not_interview(house, role):
    assert client_of(house, role).get(url(house)).status_code == 403


def test_signed_out_in_the_middle_it_goes_on_at_the_same_screen_for_the_same_protocol(house):
    from urllib.parse import parse_qs, urlsplit

    page = client_of(house).get(url(house, "head")).content.decode()
    action = page.split('id="interview" action="')[1].split('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(action).query) == {"protocol": [PROTOCOL], "screen": [page.split('name="screen" value="')[1].split('"')[0]]}
    away = Client().post(action, {"write_key": str(uuid.uuid4())})
    door = urlsplit(away.headers["Location"])
    assert door.path == "/accounts/login/"
    assert parse_qs(door.query)["next"] == [action]


def test_what_another_nurse_recorded_meanwhile_is_told_before_it_is_answered_over(house):
    one, other = client_of(house), client_of(house, "prescriber")
    opened = one.get(url(house, "heart")).context["opened_at"]
    post(other, house, "heart", fact__aneurysmal_vascular_disease="yes", opened_at=opened)
    answer = post(one, house, "heart", fact__aneurysmal_vascular_disease="no", fact__arteriovenous_malformation="no", opened_at=opened)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert f"{house.prescriber.name} recorded “yes” at" in text
    facts = current_facts(house.patient)
    assert facts["aneurysmal_vascular_disease"].value is True
    assert "arteriovenous_malformation" not in facts, "nothing of the screen is saved before it is settled"
    again = answer.context["opened_at"]
    assert post(one, house, "heart", fact__aneurysmal_vascular_disease="no", opened_at=again).status_code == 302
    assert current_facts(house.patient)["aneurysmal_vascular_disease"].value is False


def test_the_same_answer_from_two_and_ones_own_answer_changed_are_saved_without_a_word(house):
    one, other = client_of(house), client_of(house, "prescriber")
    opened = one.get(url(house, "heart")).context["opened_at"]
    post(other, house, "heart", fact__aneurysmal_vascular_disease="no", opened_at=opened)
    assert post(one, house, "heart", fact__aneurysmal_vascular_disease="no", opened_at=opened).status_code == 302
    assert post(one, house, "heart", fact__aneurysmal_vascular_disease="yes", opened_at=opened).status_code == 302
    assert current_facts(house.patient)["aneurysmal_vascular_disease"].value is True


def test_a_list_that_holds_a_line_by_now_is_not_none(house):
    one, other = client_of(house), client_of(house, "prescriber")
    opened = one.get(url(house, "lists")).context["opened_at"]
    post(other, house, "lists", list__medications="lithium 600 mg", opened_at=opened)
    answer = post(one, house, "lists", none__medications="1", opened_at=opened)
    assert answer.status_code == 422
    assert "holds lithium 600 mg by now" in answer.content.decode()


def test_who_asked_stands_beside_the_answer(house):
    post(client_of(house, "prescriber"), house, "heart", fact__aneurysmal_vascular_disease="no")
    page = " ".join(client_of(house).get(url(house, "heart")).content.decode().split())
    line = page.split('id="fact-aneurysmal_vascular_disease"')[1].split("</li>")[0]
    assert "asked, denied" in line
    assert house.prescriber.name in line
    assert f"({house.prescriber.initials})" not in line, "who asked is said once"


def test_a_saved_screen_names_the_key_it_was_sent_under_so_that_its_draft_is_thrown_away(house):
    key = str(uuid.uuid4())
    answer = post(client_of(house), house, "heart", fact__aneurysmal_vascular_disease="no", write_key=key)
    assert answer["Location"].endswith(f"&saved={key}")
    stopped = post(client_of(house), house, "heart", fact__aneurysmal_vascular_disease="no", write_key=key, act="stop")
    assert stopped["Location"].endswith(f"&saved={key}")
