"""Events: read from plain values with all faults at once, written back the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.care.sessions import (
    ENDS,
    EVENT_KINDS,
    EventKind,
    check_payload,
    corrected_payload,
    dump_event,
    form_of,
    parse_event,
    parse_events,
)
from fanlight.care.sessions.payloads_leaving import Amended
from fanlight.core.errors import InputError

T = datetime(2026, 11, 12, 10, 5, tzinfo=UTC)


def raw(kind: str = "vitals", **payload: Any) -> dict[str, Any]:
    moment = T.isoformat()
    return {"id": "e1", "kind": kind, "taken_at": moment, "entered_at": moment, "by": {"id": "n1", "role": "nurse"}, "payload": payload}


def values_for(kind: EventKind) -> st.SearchStrategy[dict[str, Any]]:
    """Any payload a form of this kind could send."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for form in form_of(EVENT_KINDS[kind].payload):
        low, high = form.low or Decimal(0), form.high or Decimal(500)
        made: st.SearchStrategy[Any]
        if form.kind == "list" and form.choices:
            made = st.just([]) if form.name == "seriousness" else st.lists(st.sampled_from(form.choices), max_size=2)
        elif form.choices:
            made = st.sampled_from(form.choices)
        elif form.kind == "bool":
            made = st.booleans()
        elif form.kind == "int":
            made = st.integers(int(low), int(high))
        elif form.kind == "decimal":
            made = st.decimals(low, high, places=2).map(str)
        elif form.kind == "datetime":
            made = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)).map(datetime.isoformat)
        elif form.name == "containers":
            made = st.lists(st.fixed_dictionaries({"id": st.just("v1"), "lot": st.just("K1")}), max_size=2)
        elif form.kind == "list":
            made = st.lists(st.text(min_size=1).filter(lambda text: bool(text.strip())), min_size=1, max_size=2)
        elif form.kind in ("mapping", "value"):
            made = st.none()
        else:
            made = st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
        (fields if form.required else optional)[form.name] = made
    return st.fixed_dictionaries(fields, optional=optional)


@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.AMENDED])
@given(data=st.data())
def test_every_kind_comes_back_as_it_was_written(kind: EventKind, data: st.DataObject) -> None:
    payload = data.draw(values_for(kind))
    if kind is EventKind.VITALS:
        payload.pop("diastolic_mmhg", None)
    event = parse_event(raw(kind.value, **payload))
    written = json.loads(json.dumps(dump_event(event)))
    assert parse_event(written) == event


def test_the_seven_ends_and_a_label_and_roles_for_every_kind() -> None:
    assert len(ENDS) == 7
    assert set(EVENT_KINDS) == set(EventKind)
    for info in EVENT_KINDS.values():
        assert info.label
        assert info.roles


def test_every_fault_of_an_event_is_named_at_once() -> None:
    bad = {
        "id": "",
        "kind": "vitals",
        "taken_at": "2026-11-12 10:05",
        "by": "nurse",
        "clock_offset_seconds": "3",
        "colour": "red",
        "payload": {"systolic_mmhg": "12,5", "spo2_percent": "101", "heart_rate": 70, "read_by": "monitr"},
    }
    with pytest.raises(InputError) as caught:
        parse_event(bad)
    paths = {fault.path for fault in caught.value.faults}
    assert paths == {
        "event.id",
        "event.taken_at",
        "event.entered_at",
        "event.by",
        "event.clock_offset_seconds",
        "event.colour",
        "event.payload.systolic_mmhg",
        "event.payload.spo2_percent",
        "event.payload.heart_rate",
        "event.payload.read_by",
    }
    assert caught.value.code == "FAN-SESS-001"
    assert "heart_rate_per_min" in str(caught.value)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"systolic_mmhg": 120.5}, "exact number"),
        ({"systolic_mmhg": "NaN"}, "plain decimal"),
        ({"systolic_mmhg": "-1"}, "outside"),
        ({"systolic_mmhg": "401"}, "outside"),
        ({"systolic_mmhg": True}, "exact number"),
        ({"systolic_mmhg": "80", "diastolic_mmhg": "120"}, "below diastolic"),
        ({"suspected_artefact": "spo2_percent"}, "not a list"),
        ({"has_symptoms": "yes"}, "not true or false"),
    ],
)
def test_a_slip_of_the_pen_is_refused(payload: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_event(raw(**payload))


@pytest.mark.parametrize(("value", "is_taken"), [("0", True), ("100", True), ("100.1", False)])
def test_both_ends_of_a_scale_are_taken(value: str, is_taken: bool) -> None:
    if is_taken:
        assert parse_event(raw(spo2_percent=value)).payload.spo2_percent == Decimal(value)
    else:
        with pytest.raises(InputError):
            parse_event(raw(spo2_percent=value))


def test_imported_digits_are_kept() -> None:
    event = parse_event(raw("weight_taken", weight_kg="72.40"))
    assert dump_event(event)["payload"] == {"weight_kg": "72.40"}


@pytest.mark.parametrize(("kg", "is_taken"), [("24.9", False), ("25", True), ("350", True), ("700", False)])
def test_weight_700_kg_is_refused(kg: str, is_taken: bool) -> None:
    if is_taken:
        parse_event(raw("weight_taken", weight_kg=kg))
    else:
        with pytest.raises(InputError):
            parse_event(raw("weight_taken", weight_kg=kg))


def test_a_stream_names_the_faults_of_all_its_events() -> None:
    with pytest.raises(InputError) as caught:
        parse_events([raw(spo2_percent="101"), "nothing", raw("dancing")])
    assert {fault.path for fault in caught.value.faults} == {"events[0].payload.spo2_percent", "events[1]", "events[2].kind"}


def test_further_answers_are_yes_or_no() -> None:
    assert check_payload("pre_dose_check", {"answers": {"intoxicated": False}}).answers == {"intoxicated": False}
    with pytest.raises(InputError, match="not true or false"):
        check_payload("pre_dose_check", {"answers": {"intoxicated": "no"}})


def test_free_text_never_appears_in_an_error() -> None:
    with pytest.raises(InputError) as caught:
        parse_event(raw("adverse_event", term="Ada Quillfeather fell", severity="terrible"))
    assert "Quillfeather" not in str(caught.value)


def test_times_are_taken_to_utc() -> None:
    one = raw()
    one["taken_at"] = datetime(2026, 11, 12, 5, 5, tzinfo=timezone(timedelta(hours=-5)))
    assert parse_event(one).taken_at == T


def test_a_correction_either_strikes_or_corrects() -> None:
    for wrong in ({}, {"is_struck": True, "payload": {}}, {"is_struck": True, "taken_at": T.isoformat()}):
        with pytest.raises(InputError, match="strikes"):
            check_payload("amended", {"amends": "e1", "reason": "slip", **wrong})
    assert check_payload("amended", {"amends": "e1", "reason": "slip", "is_struck": True}).is_struck


def test_a_correction_is_checked_against_the_kind_it_corrects() -> None:
    amended = Amended("e1", "slip", {"moaas": 9})
    with pytest.raises(InputError, match="FAN-SESS-002"):
        corrected_payload(amended, EventKind.SEDATION)
    assert corrected_payload(Amended("e1", "slip", {"moaas": 4}), EventKind.SEDATION).moaas == 4
    assert corrected_payload(Amended("e1", "slip", None, T), EventKind.SEDATION) is None


def test_severity_and_seriousness_are_two_questions() -> None:
    event = check_payload("adverse_event", {"term": "syncope", "severity": "mild", "seriousness": ["important_medical_event"]})
    assert event.is_serious is None
    with pytest.raises(InputError, match="not to be serious"):
        check_payload("adverse_event", {"term": "x", "severity": "mild", "is_serious": False, "seriousness": ["death"]})
