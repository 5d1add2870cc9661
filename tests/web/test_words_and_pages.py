"""The words of pages, and the values they are made from: due panel, steps, timeline, screening sentence, forms of events."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from fanlight.care.sessions import DueItem, DueKind, DueState, EventKind, fold, parse_event
from fanlight.core.quantities import Quantity
from fanlight.core.session_plan import Anchor, Drug, Limit, Measure, ReadingTime, Relation, Response, Route, SessionPlan
from fanlight.records.bedside import Bedside
from fanlight.web.pages.alert_rows import alert_rows
from fanlight.web.pages.due_panel import due_panel, reading_title
from fanlight.web.pages.entry_pad import offline_limits, tiles
from fanlight.web.pages.event_forms import event_forms
from fanlight.web.pages.event_words import timeline
from fanlight.web.pages.session_drawing import chart_of, table_of
from fanlight.web.pages.session_steps import steps
from fanlight.web.words import birth_words, clock_words, count_words, counted, day_words, due_words, instant_words, listed, sentence

NOW = datetime(2026, 11, 12, 15, 31, tzinfo=UTC)
PLAN = SessionPlan(
    protocol_id="p",
    protocol_version="1",
    drug=Drug.RACEMIC_KETAMINE,
    route=Route.INTRAVENOUS,
    planned=Quantity(Decimal(36), "mg"),
    readings=(
        ReadingTime(
            "every", "Every 15 minutes", Anchor.START, 15, (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG, Measure.SPO2_PERCENT), every=15
        ),
    ),
    limits=(
        Limit("bp", Measure.SYSTOLIC_MMHG, Relation.AT_OR_ABOVE, Decimal(160), Response.ALERT, "in_session", "M01", "S1"),
        Limit("rise", Measure.SYSTOLIC_MMHG, Relation.RISE_AT_OR_ABOVE, Decimal(40), Response.ALERT, "in_session", "M01", "S1"),
        Limit(
            "spo2", Measure.SPO2_PERCENT, Relation.BELOW, Decimal(94), Response.REPEAT, "in_session", "M03", "S1", repeat_within_minutes=2
        ),
    ),
    minimum_observation_minutes=60,
    observation_anchor=Anchor.DRUG_END,
    infusion_minutes=40,
    rate_ml_per_h=Decimal(75),
    bag_ml=Decimal(50),
)


def said(kind: str, minutes_ago: float, number: int, **payload: object):
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z")
    return parse_event(
        {"id": f"e{number}", "kind": kind, "taken_at": at, "entered_at": at, "by": {"id": "7", "role": "nurse"}, "payload": payload}
    )


def bedside(*events, now: datetime = NOW, plan: SessionPlan = PLAN) -> Bedside:
    patient = SimpleNamespace(site=SimpleNamespace(zone=UTC))
    session = SimpleNamespace(course=SimpleNamespace(patient=patient))
    found = Bedside(session, plan, tuple(events), now)  # type: ignore[arg-type]
    assert found.state == fold(events, plan, zone=UTC)
    return found


RUNNING = (
    said("checked_in", 60, 1),
    said("pre_dose_check", 55, 2, has_two_identifiers=True),
    said("vitals", 31, 3, systolic_mmhg="124", diastolic_mmhg="78", spo2_percent="98"),
    said("started", 26, 4, rate_ml_per_h="75"),
    said("vitals", 11, 5, systolic_mmhg="131", diastolic_mmhg="82", spo2_percent="98"),
)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (38, "in 38 min"),
        (0.5, "now"),
        (-40, "40 min late"),
        (89, "in 89 min"),
        (90, "in 2 h"),
        (60 * 36, "in 1 day"),
        (-60 * 24 * 3, "3 days late"),
    ],
)
def test_how_far_off_a_due_time_is(minutes, words):
    assert due_words(NOW + timedelta(minutes=minutes), NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(222, "3:42"), (-40, "0:40"), (3822, "1:03:42"), (0, "0:00"), (59, "0:59"), (3600, "1:00:00")]
)
def test_a_countdown_reads_as_a_clock(seconds, words):
    assert clock_words(seconds) == words


def test_days_and_births_and_counts():
    today = date(2026, 11, 21)
    assert day_words(date(2026, 11, 12), today) == "Thu 12 Nov"
    assert day_words(date(2025, 11, 12), today) == "Wed 12 Nov 2025"
    assert birth_words(date(1985, 11, 22), today) == "22 Nov 1985, 40 y"
    assert birth_words(date(1985, 11, 21), today) == "21 Nov 1985, 41 y"
    assert instant_words(datetime(2026, 11, 21, 9, 5), today) == "09:05"
    assert (count_words(12), count_words(13)) == ("twelve", "13")
    assert (counted(1, "thing"), counted(2, "thing"), counted(0, "thing")) == ("one thing", "two things", "no things")
    assert (sentence("no driving"), sentence("Why?")) == ("No driving.", "Why?")
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_the_due_panel_counts_down_to_the_next_set_by_its_minute():
    panel = due_panel(bedside(*RUNNING), "Dr Thistledown")
    assert (panel.what, panel.count, panel.is_late) == ("Vitals at minute 30", "4:00", False)
    assert (panel.minute, panel.minute_of, panel.running) == ("Minute 26", "of 40", "Infusion running, 75 mL/h")
    assert panel.drawing.count("pane lit") + panel.drawing.count("pane now") == 4


def test_past_its_time_it_counts_up_and_all_panes_stop():
    panel = due_panel(bedside(*RUNNING, now=NOW + timedelta(minutes=4, seconds=40)), "")
    assert panel.is_late
    assert panel.count == "+0:40"
    assert panel.drawing.count("pane late") == 10
    assert panel.on_site == "No prescriber recorded on site"


def test_a_set_never_taken_is_a_gap_on_the_chart_and_asks_why():
    late = bedside(*RUNNING, now=NOW + timedelta(minutes=18))
    panel = due_panel(late, "")
    assert [item.label.split(":")[0] for item in panel.missed] == ["Every 15 minutes"]
    assert len(chart_of(late).gaps) == 1


def test_steps_before_the_dose_show_what_is_done_and_mark_one_as_next():
    found = steps(bedside(*RUNNING[:3]), "/leaving/")
    assert [step.label for step in found if step.done_at] == ["Check in", "Pre-dose check", "Vitals before the dose"]
    assert [step.label for step in found if step.is_next] == ["Weight today"]
    assert found[-1].kind == "started"


def test_the_pad_knows_what_is_due_and_the_last_values():
    by_measure = {tile.measure: tile for tile in tiles(bedside(*RUNNING))}
    assert by_measure["systolic_mmhg"].last == "131"
    assert by_measure["systolic_mmhg"].is_due
    assert not by_measure["heart_rate_per_min"].is_due
    assert by_measure["heart_rate_per_min"].last == ""


def test_the_limits_a_tablet_carries_are_exact_and_a_rise_has_its_value_before():
    carried = {limit["words"]: limit for limit in offline_limits(bedside(*RUNNING))}
    assert carried["alert: systolic at or above 160 mmHg"]["value"] == "160"
    assert carried["alert: systolic rising at or above 40 mmHg"]["baseline"] == "124"
    without = offline_limits(bedside(*RUNNING[:2]))
    assert next(limit for limit in without if limit["relation"] == "rise_at_or_above")["baseline"] is None


def test_a_reading_past_its_limit_is_marked_on_chart_and_table():
    low = bedside(*RUNNING, said("vitals", 4, 6, spo2_percent="93"))
    assert [point.is_past for point in chart_of(low).points[Measure.SPO2_PERCENT]] == [False, False, True]
    assert [cell.words for cell in table_of(low)[-1].cells if cell.is_past] == ["93"]
    rows = alert_rows(low)
    assert rows[0].is_open
    assert "SpO₂ 93 %" in rows[0].what


def test_readings_said_together_stand_on_one_line_and_a_struck_one_stays_readable():
    together = (*RUNNING, said("vitals", 6, 6, systolic_mmhg="142", diastolic_mmhg="88"), said("sedation", 6, 7, moaas="4"))
    lines = timeline(bedside(*together).state.entries, {"7": "NB"})
    assert (lines[0].words, lines[0].by) == ("142/88 · MOAA/S 4", "NB")
    struck = (*together, said("amended", 1, 8, amends="e7", reason="wrong chair", is_struck=True))
    lines = timeline(bedside(*struck).state.entries, {"7": "NB"})
    assert [(line.words, line.is_struck) for line in lines[:2]] == [("MOAA/S 4 (entered in error)", True), ("142/88", False)]


def test_two_sets_within_a_minute_stay_two_lines_and_a_witness_is_named():
    events = (
        *RUNNING,
        said("vitals", 6, 6, systolic_mmhg="142", diastolic_mmhg="88"),
        said("vitals", 5.5, 7, systolic_mmhg="121", diastolic_mmhg="76"),
        said("wasted", 1, 8, mg="4", witness="9"),
    )
    lines = timeline(bedside(*events).state.entries, {"7": "NB", "9": "TA"})
    assert [line.words for line in lines[:3]] == ["Wasted: 4 mg, witness TA", "121/76", "142/88"]


def test_forms_offer_what_the_role_may_say_and_what_the_route_can_do():
    flags = (("chest_pain", "Chest pain"),)
    nurse = {form.kind for form in event_forms(["nurse"], PLAN, flags)}
    assert {"started", "paused", "line_out", "note", "escort"} <= nurse
    assert not {"device_taken", "risk_plan_made", "vitals", "override"} & nurse
    nasal = replace(PLAN, route=Route.NASAL, drug=Drug.ESKETAMINE, devices=2, planned=Quantity(Decimal(56), "mg"))
    forms = {form.kind: form for form in event_forms(["nurse"], nasal, flags)}
    assert "started" not in forms
    assert next(field.value for field in forms["device_taken"].fields if field.name == "mg") == "28"
    assert {form.kind for form in event_forms(["front_desk"], PLAN, flags)} >= {"checked_in", "escort", "did_not_attend"}
    assert "started" not in {form.kind for form in event_forms(["front_desk"], PLAN, flags)}


def test_every_kind_of_event_has_its_place_on_the_page():
    from fanlight.care.sessions import EVENT_KINDS
    from fanlight.web.pages.event_forms import BY_OWN_WAY

    everybody = {role for info in EVENT_KINDS.values() for role in info.roles}
    both = [PLAN, replace(PLAN, route=Route.NASAL, devices=2), replace(PLAN, route=Route.INTRAMUSCULAR)]
    offered = {form.kind for plan in both for form in event_forms(everybody, plan, ())}
    assert {kind.value for kind in EventKind} == offered | {kind.value for kind in BY_OWN_WAY}


def test_a_due_repeat_keeps_its_own_name():
    item = DueItem("r", DueKind.REPEAT, "Repeat SpO₂", NOW, NOW, None, DueState.OPEN, (Measure.SPO2_PERCENT,))
    assert reading_title(bedside(*RUNNING), item) == "Repeat SpO₂"


def test_further_answers_before_the_dose_are_said_in_words():
    from fanlight.care.sessions import EventKind, check_payload
    from fanlight.web.pages.event_words import payload_words

    asked = check_payload("pre_dose_check", {"escort_arranged": True, "answers": {"hypnotic_today": False, "vial_past_beyond_use": True}})
    said = payload_words(EventKind.PRE_DOSE_CHECK, asked)
    assert "hypnotic today: no, vial past beyond use: yes" in said
    assert "{" not in said


def test_a_product_is_named_as_on_its_label_and_an_abbreviation_keeps_its_capitals():
    from fanlight.care.sessions.payloads_before import DosePrepared, PreDoseCheck
    from fanlight.records.library import library
    from fanlight.web.pages.event_words import payload_words

    known = next(iter(library().products.values()))
    said = payload_words(EventKind.DOSE_PREPARED, DosePrepared(product=known.id, drawn_mg=Decimal(36)))
    assert known.name in said
    assert known.id not in said
    assert "of our own" in payload_words(EventKind.DOSE_PREPARED, DosePrepared(product="of our own", drawn_mg=Decimal(36)))
    assert payload_words(EventKind.PRE_DOSE_CHECK, PreDoseCheck(maoi_today=False, alcohol_today=True)) == "alcohol today, MAO inhibitor: no"
