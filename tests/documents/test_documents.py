"""Documents from the stream alone: every line traceable, every doubt said, nothing typed twice."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from chair import PRESCRIBER, Chair, at, before, infusion, iv_plan, leaving, nasal_plan, whole_infusion
from fanlight.care.documents import (
    CourseVisit,
    Document,
    InstructionsFile,
    NotThisDrugError,
    ScalePoint,
    SessionHeader,
    Signature,
    content_hash_of,
    course_summary,
    discharge_instructions,
    document_values,
    downtime_sheet,
    monitoring_form,
    procedure_note,
    referrer_letter,
    visit_summary,
)
from fanlight.care.documents.course import marks_said
from fanlight.care.documents.document import Row, Table
from fanlight.care.sessions import fold
from fanlight.content.reader import content_folder, read
from fanlight.core.session_plan import SessionPlan

IV, NASAL = iv_plan(), nasal_plan()
HEADER = SessionHeader(
    clinic="Larkfield Clinic",
    patient="Ada Quillfeather",
    record="FL-0417",
    reference="8F3K",
    number=4,
    protocol="IV racemic induction 1.0.0",
    born=date(1985, 2, 3),
    of_sessions=6,
    allergies="latex",
    people={"nurse-1": "N. Bellweather", "doc-1": "Dr H. Thistledown"},
    phone="555 0142",
    crisis_phone="555 0199",
    next_session_at=at(4 * 1440),
    therapy_at=at(1440),
    therapist="M. Ashgrove",
)


def note(chair: Chair, minute: float = 180, plan: SessionPlan = IV, header: SessionHeader = HEADER) -> Document:
    return procedure_note(fold(chair.events, plan, zone=header.zone), plan, header, at(minute))


def text(document: Document) -> str:
    return " ".join(line.text for line in document.lines)


def discharged() -> Chair:
    chair = whole_infusion()
    chair.say("discharged", 174, escort="Peregrine Quillfeather")
    return chair


def test_the_note_says_what_was_given_as_written_by_hand() -> None:
    said = text(note(discharged()))
    assert "Prepared ketamine 50 mg/mL: 0.72 mL of 50 mg/mL = 36 mg, lot K-2207, in 50 mL at 75 mL/h." in said
    assert "Drawn by N. Bellweather, checked by Dr H. Thistledown." in said
    assert "Infusion started 10:05 at 75 mL/h; ended 10:45; line flushed 10:45 with 5 mL." in said
    assert "Reached the patient: 36 mg (0.497 mg/kg)." in said
    assert "Discharged 11:54 with Peregrine Quillfeather." in said
    assert "No driving or machines before Fri 13 Nov 2026 10:45" in said
    assert note(discharged()).title == "Ketamine infusion, session 4 of 6"


def test_every_clinical_line_names_events_of_this_session() -> None:
    chair = discharged()
    chair.say("medicine_given", 100, name="ondansetron", amount="4", unit="mg", route="IV", reason="nausea", ordered_by="doc-1")
    chair.say("adverse_event", 101, term="nausea", severity="mild", is_serious=False, action="ondansetron")
    chair.say("note", 102, text="The ceiling breathes.")
    chair.say("clinician_attended", 103, by=PRESCRIBER, finding="calm")
    chair.say("emergency_called", 104, service="ambulance", reason="drill")
    document = note(chair)
    known = {event.id for event in chair.events}
    assert document.event_ids <= known
    untraced = [line.text for line in document.lines if not line.event_ids]
    allowed = r"^(Ordered |Integration |Next session |No serious event)"
    assert all(re.match(allowed, words) for words in untraced), untraced
    table = next(section.table for section in document.sections if section.table)
    assert table is not None
    assert all(row.event_ids for row in table.rows)


def test_no_dose_is_written_with_a_trailing_zero_or_without_a_leading_one() -> None:
    chair = Chair()
    before(chair)
    chair.say("dose_prepared", 60, product="ketamine", drawn_mg="36.50", drawn_ml="0.730", concentration_mg_per_ml="50.0", bag_ml="50.00")
    chair.say("wasted", 70, mg="0.50", witness="doc-1")
    said = text(note(chair))
    assert "36.5 mg" in said
    assert "Wasted 0.5 mg" in said
    assert not re.search(r"\d\.\d*0 (mg|mL)", said)
    assert not re.search(r"(?<!\d)\.\d", said)
    assert "µ" not in said


def test_tall_man_lettering_tells_the_two_drugs_apart() -> None:
    assert note(Chair(), plan=NASAL).title == "esKETAmine nasal spray, session 4 of 6"
    assert note(Chair()).title.startswith("Ketamine")


def test_an_unfinished_session_says_so_first() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    document = note(chair, 110)
    assert document.warnings[0].text == "Not finished: the session has not ended (observing)."
    assert "The patient has not left." in text(document)


@pytest.mark.parametrize(
    ("event", "warning"),
    [
        (("amended", 100, {"amends": "e002", "reason": "slip", "payload": {"weight_kg": "70"}}), "1 correction: weight 09:41"),
        (("amended", 100, {"amends": "e002", "reason": "other patient", "is_struck": True}), "weight 09:41 (struck)"),
        (("wasted", 100, {"mg": "2"}), "Waste at 10:40 has no witness."),
        (("wasted", 100, {"mg": "2", "witness": "doc-1", "witness_mode": "remote"}), "the second person was not on site"),
        (
            ("override", 100, {"rule": "gait", "reason": "frame", "second_person": "n2", "second_mode": "remote"}),
            "the second person was not on site",
        ),
        (("second_check", 63.5, {"agrees": True, "mode": "scan_and_read_back"}), "by scan and read-back, no second person"),
        (("missed_because", 100, {"readings": ["during:1"], "reason": "asleep"}), None),
    ],
)
def test_what_qualifies_a_document_stands_before_it(event: tuple[str, float, dict[str, object]], warning: str | None) -> None:
    kind, minute, payload = event
    chair = discharged()
    chair.say(kind, minute, by=PRESCRIBER, **payload)
    warnings = [line.text for line in note(chair).warnings]
    if warning is None:
        assert not warnings  # taken after all: nothing is missed
    else:
        assert any(warning in words for words in warnings), warnings


def test_a_missed_reading_shows_on_the_note_with_its_reason() -> None:
    chair = discharged()
    chair.events = [event for event in chair.events if event.taken_at != at(80)]
    assert any("Missed, unexplained: Every 15 minutes, due 10:20" in line.text for line in note(chair).warnings)
    chair.say("missed_because", 160, readings=["during:1"], reason="asleep, watched")
    assert any(line.text.endswith("because: asleep, watched") and line.event_ids for line in note(chair).warnings)


def test_times_that_were_set_right_or_doubted_are_said() -> None:
    chair = discharged()
    chair.vitals(150 + 24, received=150, offset=24 * 60)
    chair.vitals(170, received=155, entered=155)
    warnings = " ".join(line.text for line in note(chair).warnings)
    assert "off by up to 24 min; 1 time was set right" in warnings
    assert "1 time is in doubt" in warnings


def test_needs_sign_off_sample_and_as_known_then() -> None:
    header = replace(HEADER, needs_sign_off=True, is_sample=True)
    state = fold(discharged().events, IV, at(120))
    warnings = [line.text for line in procedure_note(state, IV, header, at(180)).warnings]
    assert warnings[0].startswith("Sample")
    assert warnings[1].startswith("As known at 11:00 on Thu 12 Nov 2026")
    assert any(words.startswith("Needs sign-off") for words in warnings)
    assert "Invented patient." in procedure_note(state, IV, header, at(180)).footer


def test_alerts_with_what_was_done_about_them() -> None:
    chair = discharged()
    low = chair.vitals(87, None, None, 93, None)
    chair.say("alert_acknowledged", 87, alert=f"spo2_alert:{low}", action="Head repositioned, no oxygen given")
    chair.vitals(88, None, None, 96, None)
    line = next(line for line in note(chair).lines if "93 %" in line.text)
    assert line.text == (
        "SpO₂ 93 % at 10:27, below 94. 96 % on repeat at 10:28. Head repositioned, no oxygen given. Seen by N. Bellweather 10:27."
    )
    assert len(line.event_ids) == 2
    unseen = discharged()
    unseen.vitals(87, None, None, 93, None)
    assert "Not acknowledged." in text(note(unseen))


def test_stopped_early_in_the_line_and_in_the_bag() -> None:
    chair = Chair()
    before(chair)
    chair.say(
        "dose_prepared", 60, product="ketamine", drawn_mg="30", bag_ml="60", line_volume_ml="2", containers=[{"id": "V1", "lot": "K"}]
    )
    chair.say("started", 65, rate_ml_per_h="90")
    chair.say("rate_changed", 70, rate_ml_per_h="90")
    chair.say("paused", 71, reason="bathroom")
    chair.say("resumed", 72)
    chair.say("stopped", 91, reason="patient_asked", pump_infused_ml="37.5")
    said = text(note(chair))
    assert "no second check recorded" in said
    assert "container V1" in said
    assert "90 mL/h from 10:10; paused 10:11: bathroom; resumed 10:12; ended 10:31: patient asked, pump 37.5 mL" in said
    assert "Reached the patient: 17.75 mg (0.245 mg/kg); 1 mg stayed in the line; 11.25 mg left in the bag." in said
    assert "differ by 12.25 mg" in said


def test_an_unknown_amount_is_said_to_be_unknown() -> None:
    chair = Chair()
    before(chair)
    chair.say("dose_prepared", 60, product="ketamine", drawn_mg="36", bag_ml="50")
    chair.say("started", 65)
    chair.say("stopped", 105, reason="completed")
    assert "How much reached the patient is not known; 36 mg left the bag. Missing: line volume." in text(note(chair))


ENDS = [
    (
        "left_against_advice",
        {"was_advised": True, "reason": "work"},
        "Left against advice 11:40, after being told what staying is for: work.",
    ),
    ("absconded", {"last_seen_at": at(150).isoformat(), "line_in_place": True}, "Absconded 11:40, last seen 11:30, line still in."),
    (
        "transferred",
        {"to": "St Brand", "is_emergency": True, "reason": "chest pain", "handed_over_to": "Dr Q"},
        "Transferred 11:40 to St Brand as an emergency: chest pain, handed over to Dr Q.",
    ),
    (
        "stopped_and_observed",
        {"reason": "asked to stop", "escort": "P."},
        "Stopped and observed to discharge 11:40 with P.: asked to stop.",
    ),
]


@pytest.mark.parametrize(("kind", "payload", "said"), ENDS)
def test_each_end_in_words(kind: str, payload: dict[str, object], said: str) -> None:
    chair = whole_infusion()
    chair.say(kind, 160, **payload)
    assert said in text(note(chair))
    assert ("without a release" in text(note(chair))) is (kind != "stopped_and_observed")


@pytest.mark.parametrize(("kind", "payload", "said"), [
    ("cancelled_before_dose", {"reason": "fever"}, "Cancelled before dose 10:10: fever."),
    ("did_not_attend", {"reason": "snow"}, "Did not attend: snow."),
])  # fmt: skip
def test_ends_without_drug(kind: str, payload: dict[str, object], said: str) -> None:
    chair = Chair()
    if kind == "cancelled_before_dose":
        before(chair)
        chair.say("fasting_confirmed", 30, last_food_at=at(-100).isoformat(), last_drink_at=at(-40).isoformat(), no_nasal_spray_today=True)
    chair.say(kind, 70, **payload)
    document = note(chair)
    assert said in text(document)
    assert "No drug was given." in text(document)
    assert "driving" not in text(document)


def test_what_was_open_or_overridden_at_leaving_is_listed() -> None:
    chair = whole_infusion()
    chair.events = [event for event in chair.events if event.kind.value not in ("gait", "nausea")]
    chair.say("gait", 166, is_steady=False)
    chair.say("override", 167, by=PRESCRIBER, rule="gait", reason="walks with a frame since 2019", second_person="nurse-1")
    chair.say("discharged", 170)
    said = text(note(chair))
    assert "Overridden: gait steady (Unsteady at 11:46)." in said
    assert "Unknown: Nausea controlled. Nausea: nobody has looked." in said
    assert "Dr H. Thistledown went past gait, with N. Bellweather: walks with a frame since 2019" in said


def test_the_table_marks_late_corrected_and_doubtful_readings() -> None:
    chair = discharged()
    wrong = chair.vitals(95, "214/78", entered=95)
    chair.say("amended", 96, amends=wrong, reason="slip", payload={"systolic_mmhg": "144", "diastolic_mmhg": "78"})
    chair.vitals(97, None, None, 91, None, entered=150, payload={"suspected_artefact": ["spo2_percent"], "breathing": "oxygen"})
    chair.say("vitals", 98, systolic_mmhg="0", diastolic_mmhg="0", spo2_percent="0", temperature_cel="36.6", read_by="monitor")
    table = next(section.table for section in note(chair).sections if section.table)
    assert table is not None
    rows = {row.cells[0]: row.cells for row in table.rows}
    assert rows["pre"][2] == "124/78"
    assert rows["30"][2] == "144/78*"
    assert "91 O₂!?" in rows["32"]
    assert rows["33"][2] == "no signal"
    assert "°C" in table.columns


def test_the_chart_holds_the_series_the_dose_and_the_limits() -> None:
    chart = next(section.chart for section in note(discharged()).sections if section.chart)
    assert chart is not None
    assert not chart.is_empty
    assert chart.dose is not None
    assert chart.dose[2] == "36 mg, 40 min"
    assert [level.words for level in chart.pressure_limits] == ["alert at 160 systolic"]
    assert chart.finding == "highest systolic 150 mmHg at minute 40; lowest SpO₂ 97 %; highest dissociation 7 of 10"
    assert note(Chair()).sections[-1].chart is None


INSTRUCTIONS = read(content_folder() / "documents" / "discharge_instructions.yaml", InstructionsFile)


def home(plan: SessionPlan = IV, signed: bool = True, chair: Chair | None = None) -> Document:
    state = fold((chair or discharged()).events, plan)
    return discharge_instructions(state, plan, HEADER, INSTRUCTIONS, at(175), is_signed=signed)


def test_instructions_name_the_hour_the_phone_and_what_comes_next() -> None:
    said = text(home())
    assert "Do not drive or use machines before Fri 13 Nov 2026 at 10:45, and only after a night’s restful sleep." in said
    assert "555 0199" in said
    assert "Next treatment: Mon 16 Nov 2026" in said
    assert not home().warnings
    assert home().is_large


def test_unsigned_sentences_are_marked_and_the_page_says_so() -> None:
    document = home(signed=False)
    assert any(line.needs_sign_off for line in document.lines)
    assert any("Needs sign-off" in line.text for line in document.warnings)


def test_without_a_recorded_end_nobody_names_an_hour_for_driving() -> None:
    chair = Chair()
    before(chair)
    chair.say("started", 65)
    assert "The clinic will tell you from when you may." in text(home(chair=chair))


def test_nasal_instructions_only_for_nasal_drugs() -> None:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 65, number=1, mg="28")
    assert "nose" in text(home(NASAL, chair=chair))
    assert "nose" not in text(home())


FORBIDDEN = r"\b(approved|cured?|safe|proven|guarantee|70 ?%)\b"


def test_no_document_promises_what_must_not_be_told() -> None:
    state = fold(discharged().events, IV)
    for document in (home(), visit_summary(state, IV, HEADER, at(180)), referrer_letter(state, IV, HEADER, at(180))):
        assert not re.search(FORBIDDEN, text(document), re.IGNORECASE)


def test_the_downtime_sheet_has_room_for_what_is_due_and_the_signed_limits() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    chair.events = [event for event in chair.events if event.taken_at <= at(90)]
    chair.vitals(90, spo2=88)
    document = downtime_sheet(fold(chair.events, IV), IV, HEADER, at(91))
    tables = {section.heading: section.table for section in document.sections if section.table}
    due = tables["Readings due: write the time taken and the value"]
    assert due is not None
    assert [row.cells[0] for row in due.rows][:3] == ["10:30", "10:35", "10:50"]
    limits = tables["Limits of this session, signed"]
    assert limits is not None
    assert len(limits.rows) == len(IV.limits)
    assert any("SpO₂ 88 %" in line.text for line in document.lines)
    assert "Gait steady: " in text(document)


def session_nasal() -> Chair:
    chair = Chair()
    before(chair)
    chair.say("device_taken", 65, number=1, mg="28", lot="L1")
    chair.say("device_taken", 70, number=2, mg="28", lot="L2")
    chair.round(110, "150/92", 80, 97, 13, 4, 5)
    chair.round(150, "140/88", 80, 97, 14, 5, 1)
    chair.round(191, "130/80", 72, 98, 14, 5, 0)
    chair.say("discharged", 195)
    return chair


def test_the_monitoring_form_is_filled_from_the_stream() -> None:
    document = monitoring_form(fold(session_nasal().events, NASAL), NASAL, HEADER, at(196))
    rows = {row.cells[0]: row for section in document.sections if section.table for row in section.table.rows}
    answers = {name: row.cells[1] for name, row in rows.items()}
    assert answers["Dose"] == "56 mg"
    assert answers["Lot"] == "L1, L2"
    assert answers["Minutes from first device to end of monitoring"] == "130"
    assert answers["Blood pressure before"] == "124/78 mmHg"
    assert answers["Blood pressure at 40 minutes"] == "150/92 mmHg"
    assert answers["Blood pressure before leaving"] == "130/80 mmHg"
    assert answers["Sedation"] == "yes, from 10:50, resolved by 11:30"
    assert answers["Dissociation"] == "yes, from 10:50, resolved by 12:11"
    assert answers["Benzodiazepine or non-benzodiazepine hypnotic"] == "no"
    assert answers["Stimulant"] == "not recorded"
    assert answers["Serious adverse event"] == "none recorded"
    assert answers["Respiratory depression: to be judged"] == "lowest 13 breaths a minute"
    assert all(row.event_ids for name, row in rows.items() if answers[name] not in ("not recorded", "none recorded"))


def test_the_form_says_what_is_missing_and_what_is_not_judged() -> None:
    chair = Chair()
    chair.say("device_taken", 65, number=1, mg="28")
    chair.say("adverse_event", 66, term="syncope", severity="mild")
    document = monitoring_form(fold(chair.events, NASAL), NASAL, HEADER, at(100))
    answers = {row.cells[0]: row.cells[1] for section in document.sections if section.table for row in section.table.rows}
    assert answers["Blood pressure before"] == answers["Sedation"] == "not recorded"
    assert answers["Serious adverse event"] == "not judged yet"
    chair.say("adverse_event", 70, term="syncope", severity="severe", is_serious=True)
    document = monitoring_form(fold(chair.events, NASAL), NASAL, HEADER, at(100))
    answers = {row.cells[0]: row.cells[1] for section in document.sections if section.table for row in section.table.rows}
    assert answers["Serious adverse event"] == "yes"
    with pytest.raises(NotThisDrugError):
        monitoring_form(fold([], IV), IV, HEADER, at(0))


def test_letters() -> None:
    chair = discharged()
    chair.vitals(85, spo2=88)
    chair.vitals(86)
    chair.say("medicine_given", 100, name="ondansetron", amount="4", unit="mg", route="IV")
    chair.say("adverse_event", 101, term="nausea", severity="mild", is_serious=False)
    state = fold(chair.events, IV)
    letter = referrer_letter(state, IV, HEADER, at(180), addressee="Dr Reed", signatures=(Signature("Dr H. Thistledown", "prescriber"),))
    assert letter.facts[0][0] == ("To", "Dr Reed")
    assert "At 10:25 the team acted on an alert" in text(letter)
    summary = visit_summary(state, IV, replace(HEADER, is_sample=True), at(180))
    assert "Also given: ondansetron 4 mg." in text(summary)
    assert "Discharged at 11:54." in text(summary)
    assert "You have not left yet." in text(visit_summary(fold(whole_infusion().events, IV), IV, HEADER, at(180)))


def test_signing_does_not_change_what_was_signed_and_a_change_shows() -> None:
    chair = discharged()
    one = note(chair)
    signed = replace(one, signatures=(Signature("N. Bellweather", "nurse", "12:11"),))
    assert content_hash_of(signed) == content_hash_of(one)
    chair.say("note", 176, text="Called the next day.")
    assert content_hash_of(note(chair)) != content_hash_of(one)
    assert document_values(one)["title"] == one.title


def test_the_clinics_own_clock_is_written() -> None:
    header = replace(HEADER, zone=ZoneInfo("America/New_York"))
    said = text(note(discharged(), header=header))
    assert "started 05:05" in said
    assert "Fri 13 Nov 2026 05:45" in said


def test_an_unnamed_person_is_their_identifier_and_blanks_are_said() -> None:
    bare = SessionHeader("C", "P", "R", "X", 1, "IV")
    document = note(discharged(), header=bare)
    assert "Drawn by nurse-1" in text(document)
    assert ("Born", "not recorded") in document.facts[0]
    assert bare.name(None) == "nobody"
    assert document.title == "Ketamine infusion, session 1"


def test_a_good_leaving_has_no_warnings() -> None:
    chair = discharged()
    leaving_again = Chair()
    before(leaving_again)
    leaving(leaving_again)
    assert note(chair).warnings == ()


def test_a_candidate_for_a_serious_event_is_said_until_somebody_judged() -> None:
    chair = discharged()
    assert "No serious event recorded." in text(note(chair))
    chair.say("emergency_called", 110, service="ambulance")
    assert "Nobody has judged yet whether there was a serious event." in text(note(chair))
    chair.say("adverse_event", 112, term="syncope", severity="moderate", is_serious=False)
    said = text(note(chair))
    assert "Nobody has judged" not in said
    assert "No serious event recorded" not in said
    assert "not serious" in said


def test_the_course_summary_says_what_was_given_and_what_is_not_known() -> None:
    whole = fold(discharged().events, IV)
    visits = [
        CourseVisit(1, date(2026, 11, 12), "discharged", whole),
        CourseVisit(2, date(2026, 11, 16), "did not attend", None),
        CourseVisit(3, date(2026, 11, 19), "planned", fold([], IV)),
    ]
    made = course_summary(
        visits, [ScalePoint("MADRS", date(2026, 11, 11), "34"), ScalePoint("MADRS", date(2026, 11, 13), "")], HEADER, at(180)
    )
    sessions, scales, ended = made.sections
    assert made.title == "1 of 3 sessions given"
    assert sessions.table is not None
    assert [row.cells[2] for row in sessions.table.rows] == ["36 mg", "nothing", ""], "of a visit still to come nothing is said"
    assert sessions.table.rows[0].event_ids
    assert scales.table is not None
    assert [row.cells[2] for row in scales.table.rows] == ["34", "not recorded"]
    assert ended.lines[0].text == "It goes on."
    assert any("has not ended" in line.text for line in made.warnings)
    over = course_summary(visits, [], HEADER, at(180), ending="Stopped on 1 Dec 2026: no benefit.")
    assert "No scale was answered." in text(over)
    assert not any("has not ended" in line.text for line in over.warnings)


def test_the_visit_summary_always_says_whom_to_call() -> None:
    made = visit_summary(fold(discharged().events, IV), IV, HEADER, at(180))
    said = text(made)
    assert "You had 36 mg of ketamine" in said
    assert "555 0199" in said
    assert "555 0142" in said


def test_a_product_stands_by_its_name_and_marks_beside_readings_are_explained() -> None:
    named = replace(HEADER, products={"ketamine 50 mg/mL": "ketamine 50 mg/mL, 10 mL vial"})
    assert "Prepared ketamine 50 mg/mL, 10 mL vial: 0.72 mL" in text(note(discharged(), header=named))
    assert "Marks:" not in text(note(discharged()))
    table = Table(("Minute", "Clock", "BP mmHg"), (Row(("5", "10:05", "128/80!*")),))
    assert marks_said(table)[0].text == "Marks: ! written down late, * corrected."
    assert marks_said(Table(("Minute", "Clock", "BP mmHg"), (Row(("5!", "10:05?", "128/80")),))) == ()
    assert marks_said(None) == ()


def test_each_value_due_has_a_box_of_its_own_on_the_downtime_sheet() -> None:
    chair = Chair()
    before(chair)
    infusion(chair)
    chair.events = [event for event in chair.events if event.taken_at <= at(90)]
    document = downtime_sheet(fold(chair.events, IV), IV, HEADER, at(91))
    table = next(section.table for section in document.sections if section.heading.startswith("Readings due"))
    assert table is not None
    assert table.columns[:3] == ("Due", "What", "Taken at")
    assert {"BP", "HR", "SpO₂"} <= set(table.columns)
    assert table.columns[-1] == "By"
    for row in table.rows:
        assert len(row.cells) == len(table.columns)
        assert set(row.cells[2:]) <= {"", "–"}
        assert "" in row.cells[3:-1], "something is wanted in each row"
    assert sum(row.cells[0] == "" for row in table.rows) >= 2, "room for a reading nobody foresaw"


def test_no_line_for_the_patient_ends_in_two_stops() -> None:
    chair = session_nasal()
    header = replace(HEADER, crisis_phone="Call or text 988 now.")
    file = read(content_folder() / "documents" / "discharge_instructions.yaml", InstructionsFile)
    document = discharge_instructions(fold(chair.events, NASAL), NASAL, header, file, at(200))
    assert any("Call or text 988 now." in line.text for line in document.lines)
    assert not any(line.text.endswith("..") for line in document.lines)
