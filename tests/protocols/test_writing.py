"""The written protocol, two versions compared in sentences, a site's overlay, the calendar's reasons."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

import shipped_care as shipped
from fanlight.care.protocols import ClinicCalendar, compare, overlay, protocol_document
from fanlight.care.protocols.calendar import Closure, OpeningDay, PrescriberAway, Weekday
from fanlight.care.protocols.lint_sources import marked_facts
from fanlight.core.errors import InputError
from fanlight.core.sources import Mark

KETAMINE = "iv-racemic-induction"


def ketamine():
    return shipped.protocols()[KETAMINE]


def with_dose(protocol, **numbers):
    phase = protocol.phases[0]
    changed = {name: replace(getattr(phase.dose, name), **change) for name, change in numbers.items()}
    return replace(protocol, phases=(replace(phase, dose=replace(phase.dose, **changed)), *protocol.phases[1:]))


def sentences(old, new):
    return [item.sentence for item in compare(old, new)]


def test_nothing_changed_says_nothing():
    assert compare(ketamine(), ketamine()) == ()


def test_a_number_that_rises_or_falls_says_so():
    assert sentences(ketamine(), with_dose(ketamine(), start={"value": Decimal("0.4")})) == [
        "Induction: starting dose falls from 0.5 mg/kg to 0.4 mg/kg."
    ]
    assert sentences(ketamine(), with_dose(ketamine(), minutes={"value": Decimal(60)})) == [
        "Induction: given over rises from 40 min to 60 min."
    ]


def test_a_basis_that_changes_is_a_difference():
    assert sentences(ketamine(), with_dose(ketamine(), maximum={"mark": Mark.VERIFIED, "source": "S13"})) == [
        "Induction: dose at most stays 1 mg/kg; its basis changes from FL (default) to S13 (verified)."
    ]


def test_what_came_and_went_is_listed():
    phase = ketamine().phases[0]
    bare = replace(ketamine(), phases=(replace(phase, dose=replace(phase.dose, cap=None)),), consents=("another_consent",))
    said = sentences(ketamine(), bare)
    assert "Removed: Induction: most of one session: 80 mg." in said
    assert "New: Consent: another consent." in said


def test_a_limit_that_changes_its_answer_is_told_whole():
    monitoring = ketamine().monitoring
    limits = tuple(replace(item, value=Decimal(92)) if item.id == "spo2_stop" else item for item in monitoring.limits)
    (said,) = sentences(ketamine(), replace(ketamine(), monitoring=replace(monitoring, limits=limits)))
    assert said == "SpO2 during the session rises from at or below 90: stop (R18) to at or below 92: stop (R18)."


def test_a_new_title_is_told():
    assert sentences(ketamine(), replace(ketamine(), title="Another")) == [f'The title changes from "{ketamine().title}" to "Another".']


@pytest.mark.parametrize("name", sorted(shipped.protocols()))
def test_the_written_protocol_holds_every_number_with_its_source(name):
    written = protocol_document(shipped.protocols()[name], shipped.sources())
    entries = list(written.entries())
    assert len({entry.key for entry in entries}) == len(entries), "an entry is named twice"
    assert all(entry.source for entry in entries if entry.mark is not None)
    assert all(citation for _, citation in written.citations)
    assert {"Protocol", "For whom", "Schedule", "Dose", "Monitoring and limits"} <= {section.title for section in written.sections}
    assert not any("None" in entry.text or "{" in entry.text for entry in entries)


@pytest.mark.parametrize("name", sorted(shipped.protocols()))
def test_every_marked_number_of_a_phase_and_limit_is_written(name):
    """Counted from the protocol itself: as many limits, readings and dose numbers as it holds."""
    protocol = shipped.protocols()[name]
    keys = [entry.key for entry in protocol_document(protocol).entries()]
    assert sum(key.startswith("limit.") for key in keys) == len(protocol.monitoring.limits)
    assert sum(key.startswith("reading.") for key in keys) == len(protocol.monitoring.readings)
    for phase in protocol.phases:
        singles = [item for item, _ in phase.dose.numbers() if "[" not in item]
        written = [key for key in keys if key.startswith(f"phase.{phase.id}.dose.")]
        assert len(written) == len(singles) + bool(phase.dose.allowed) + len(phase.dose.parts)


def test_what_waits_for_a_signature_is_counted_in_the_written_protocol():
    written = protocol_document(ketamine(), shipped.sources())
    waiting = [entry for entry in written.entries() if entry.mark in (Mark.DEFAULT, Mark.RECALLED)]
    assert written.needs_sign_off == len(waiting) > 0
    assert any(mark.needs_sign_off for _, mark, _ in marked_facts(ketamine()))


def test_ages_and_counts_are_read_aloud():
    texts = {entry.key: entry.text for entry in protocol_document(ketamine()).entries()}
    assert texts["age.minimum"] == "18 years"
    assert texts["phase.induction.sessions"] == "6 sessions"
    assert texts["phase.induction.at_most"] == "2 sessions on any 7 dates"


def test_tall_man_letters_keep_the_two_drugs_apart():
    texts = {name: next(iter(protocol_document(shipped.protocols()[name]).entries())).text for name in (KETAMINE, "esketamine-us-trd")}
    assert texts == {KETAMINE: "ketamine (racemic), intravenous", "esketamine-us-trd": "esKETAmine, nasal"}


def test_an_overlay_replaces_and_adds_by_id():
    site = {
        KETAMINE: replace(with_dose(ketamine(), minutes={"value": Decimal(60)}), version="1.1.0-site"),
        "our-own": replace(ketamine(), id="our-own"),
    }
    found = overlay(shipped.protocols(), site)
    assert found.protocols[KETAMINE].version == "1.1.0-site"
    assert found.added == ("our-own",)
    assert [item.sentence for item in found.replaced[KETAMINE]] == ["Induction: given over rises from 40 min to 60 min."]
    assert len(found.protocols) == len(shipped.protocols()) + 1
    assert shipped.protocols()[KETAMINE].version == "1.0.0"


def test_an_overlay_that_keeps_the_version_or_a_wrong_name_is_refused_with_all_its_faults():
    site = {KETAMINE: with_dose(ketamine(), minutes={"value": Decimal(60)}), "misnamed": replace(ketamine(), id="other-name")}
    with pytest.raises(InputError, match="FAN-PROT-005") as refused:
        overlay(shipped.protocols(), site)
    assert len(refused.value.faults) == 2
    assert "also version 1.0.0" in str(refused.value)
    assert "other-name.yaml" in str(refused.value)


def test_an_overlay_that_only_repeats_the_shipped_protocol_is_no_change():
    assert overlay(shipped.protocols(), {KETAMINE: ketamine()}).replaced[KETAMINE] == ()


WEEK = (
    OpeningDay(Weekday.MONDAY, time(9), time(17), 1, True, True),
    OpeningDay(Weekday.WEDNESDAY, time(9), time(17), 1, False, True),
)
CLINIC = ClinicCalendar(
    "c",
    "Clinic",
    "Europe/London",
    WEEK,
    time(11),
    (Closure(date(2026, 11, 16), date(2026, 11, 17), "holiday"),),
    (PrescriberAway(date(2026, 11, 23), date(2026, 11, 23), "course"),),
)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 11, 9), None),
        (date(2026, 11, 10), "the clinic is shut on Tuesdays"),
        (date(2026, 11, 11), "no prescriber is on site"),
        (date(2026, 11, 16), "the clinic is shut (holiday)"),
        (date(2026, 11, 17), "the clinic is shut (holiday)"),
        (date(2026, 11, 23), "no prescriber is on site (course)"),
        (date(2026, 11, 30), "every chair is taken"),
    ],
)
def test_a_calendar_says_why_a_day_will_not_do(day, why):
    assert CLINIC.why_not(day, {date(2026, 11, 30): 1, date(2026, 11, 9): 0}) == why


def test_the_demo_clinic_is_open_for_doses_on_its_days():
    opening = {day.weekday for day in shipped.calendar().days if day.prescriber}
    assert opening == {Weekday.MONDAY, Weekday.TUESDAY, Weekday.THURSDAY, Weekday.FRIDAY}


def test_scales_are_called_by_their_titles_where_they_are_known():
    entries = list(protocol_document(ketamine(), shipped.sources(), {"phq9": "PHQ-9"}).entries())
    assert [entry.label for entry in entries if entry.key.startswith("measure.phq9")] == ["PHQ-9", "PHQ-9"]
    texts = [entry.text for entry in entries if entry.key == "measure.phq9.days_after_last_dose"]
    assert texts == ["7, 28 and 90 days after the last dose, within 3 days"]


@pytest.mark.parametrize("name", sorted(shipped.protocols()))
def test_every_protocol_says_what_to_do_at_once_and_chooses_no_rescue_medicine_at_home(name):
    protocol = shipped.protocols()[name]
    assert {"apnoea", "unresponsive", "hypertension", "agitation", "seizure", "suicidality", "absconding"} <= {
        item.id for item in protocol.emergencies
    }
    assert (protocol.rescue == ()) == (protocol.setting == "home")


def test_home_doses_are_held_at_the_home_limits_and_watched_by_video():
    for protocol in (item for item in shipped.protocols().values() if item.setting == "home"):
        before = {item.id: (item.value, item.rule) for item in protocol.monitoring.limits if item.phase == "pre_dose"}
        assert before["pre_systolic"] == (140, "R11")
        assert before["pre_diastolic"] == (90, "R11")
        assert before["pre_heart_rate_high"] == (100, "H04")
        assert [item.minutes for item in protocol.monitoring.readings] == [0, 30, 60, 90, 120]
