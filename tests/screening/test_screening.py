"""One patient against one protocol: the outcome, the shape, definitions side by side, staging, derived facts."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fanlight.care.rules import Stage
from fanlight.care.screening import screening_as_json
from fanlight.core.answers import Answer, CriterionAnswer, Outcome
from screening.patients import HEALTHY, screened, tried


def definition(raw: dict[str, Any], name: str) -> Any:
    return next(item for item in screened(raw).definitions if item.id == name)


def test_nothing_in_the_way_proceeds_on_both_first_protocols() -> None:
    for protocol in ("iv-racemic-induction", "esketamine-us-trd"):
        result = screened(HEALTHY, protocol)
        assert result.outcome is Outcome.PROCEED, [(a.id, a.answer, a.message) for a in result.in_force()]
        assert not [answer for answer in result.rules if answer.answer is Answer.UNKNOWN]


def test_nothing_known_holds_and_names_somebody_for_everything_missing() -> None:
    result = screened({})
    assert result.outcome is Outcome.HOLD
    unknown = [answer for answer in result.rules if answer.answer is Answer.UNKNOWN]
    assert len(unknown) > 40
    assert all(item.who for answer in unknown for item in answer.missing)
    assert all("{" not in answer.message for answer in result.rules)


def test_the_shape_is_that_of_the_contract() -> None:
    shape = screening_as_json(screened(HEALTHY | {"weight_kg": "154 lb"}))
    assert set(shape) >= {
        "outcome",
        "rules",
        "definitions",
        "staging",
        "criteria",
        "observation_minutes",
        "no_drive_until",
        "protocol",
        "content_version",
    }
    rule = shape["rules"][0]
    assert set(rule) >= {
        "id",
        "family",
        "stage",
        "answer",
        "severity",
        "message",
        "inputs",
        "missing",
        "override",
        "source",
        "mark",
        "version",
    }
    assert {item["answer"] for item in shape["rules"]} <= {"true", "false", "unknown", "not_due"}
    assert all((item["severity"] is None) == (item["answer"] in ("false", "not_due")) for item in shape["rules"])
    assert set(shape["definitions"]["TRD-US-LABEL"]) >= {"answer", "counted_trials", "trials"}
    assert shape["definitions"]["TRD-US-LABEL"]["trials"][0] == {
        "drug": "sertraline",
        "counts": "true",
        "why": "150 mg reaches the 50 mg floor; 8 weeks at dose; 90 % taken; 20 % better; in this episode",
    }
    assert set(shape["staging"]["maudsley"]) >= {"total", "band", "items", "missing"}
    assert shape["staging"]["thase_rush"]["stage"] == "II"
    assert shape["protocol"] == {"id": "iv-racemic-induction", "version": "1.0.0", "signed_by": None}
    assert shape["no_drive_until"] == "2026-11-22"
    assert json.loads(json.dumps(shape)) == shape
    weight = next(item["inputs"]["bmi_kg_per_m2"] for item in shape["rules"] if item["id"] == "C16")
    assert weight == {"value": "24.1", "unit": "kg/m2", "at": None, "from": "weight and height"}


def test_a_fact_keeps_who_said_it_and_when() -> None:
    shape = screening_as_json(screened(HEALTHY | {"has_capacity": {"value": True, "from": "Dr A", "at": "2026-11-09T10:00:00-05:00"}}))
    capacity = next(item["inputs"]["has_capacity"] for item in shape["rules"] if item["id"] == "C19")
    assert capacity == {"value": True, "unit": None, "at": "2026-11-09T15:00:00.000000Z", "from": "Dr A"}


# Definitions: each judges the same history by its own measure.

TWO = [tried("sertraline"), tried("venlafaxine xr")]


@pytest.mark.parametrize(
    ("trials", "label", "trial_25"),
    [
        (TWO, "true", "true"),
        ([tried("sertraline", better=25), tried("venlafaxine", better=25)], "true", "true"),
        ([tried("sertraline", better=26), tried("venlafaxine", better=26)], "true", "false"),
        ([tried("sertraline", better=49), tried("venlafaxine", better=49)], "true", "false"),
        ([tried("sertraline", better=50), tried("venlafaxine", better=49)], "false", "false"),
        ([tried("sertraline", weeks=6), tried("venlafaxine", weeks=6)], "true", "true"),
        ([tried("sertraline", weeks=5), tried("venlafaxine", weeks=6)], "false", "false"),
        ([tried("sertraline", taken=75), tried("venlafaxine", taken=75)], "true", "true"),
        ([tried("sertraline", taken=74), tried("venlafaxine", taken=75)], "false", "false"),
        ([tried("sertraline", dose=50), tried("venlafaxine", dose=75)], "true", "true"),
        ([tried("sertraline", dose=49), tried("venlafaxine", dose=75)], "false", "false"),
        ([tried("sertraline"), tried("zoloft")], "false", "false"),
        ([tried("sertraline"), tried("venlafaxine", in_current_episode=False)], "false", "false"),
        ([tried("sertraline"), tried("mirtazapine", dose=30, weeks=None, taken=None, better=None)], "unknown", "unknown"),
        ([tried("sertraline"), tried("clomipramine")], "unknown", "unknown"),
        ([tried("sertraline"), tried("a remedy from abroad")], "unknown", "unknown"),
        ([tried("sertraline"), tried("psychotherapy", dose=None)], "false", "false"),
        ([*TWO, tried("a remedy from abroad")], "true", "true"),
        ([tried("sertraline"), tried("escitalopram", dose=5, weeks=None)], "false", "false"),
        (
            [tried("sertraline"), tried("duloxetine", weeks=None, dose=60) | {"started_on": "2026-01-01", "ended_on": "2026-02-01"}],
            "false",
            "false",
        ),
        ([tried("sertraline"), tried("duloxetine", weeks=None, dose=60) | {"weeks": 20}], "unknown", "unknown"),
        ([], "false", "false"),
    ],
)
def test_definitions_count_different_adequate_failed_trials(trials: list[dict[str, Any]], label: str, trial_25: str) -> None:
    facts = HEALTHY | {"antidepressant_trials": trials}
    assert definition(facts, "TRD-US-LABEL").answer.value == label
    assert definition(facts, "TRD-TRIAL-25").answer.value == trial_25


def test_a_history_nobody_told_is_unknown_everywhere_trials_count() -> None:
    facts = {name: value for name, value in HEALTHY.items() if name != "antidepressant_trials"}
    result = screened(facts)
    for item in result.definitions:
        if item.definition.trials:
            assert item.answer is not Answer.TRUE
    assert result.maudsley.total is None
    assert result.thase_rush.at_least is None
    assert [missing.fact for missing in result.thase_rush.missing] == ["antidepressant_trials"]


@pytest.mark.parametrize(
    ("name", "change", "answer"),
    [
        ("TRD-EU-SMPC", {"psychiatrist_decided": True}, "true"),
        ("TRD-EU-SMPC", {}, "unknown"),
        ("TRD-EU-SMPC", {"psychiatrist_decided": True, "medications": []}, "false"),
        ("TRD-EU-SMPC", {"psychiatrist_decided": True, "episode_severity": "mild"}, "false"),
        ("TRD-RAPID", {"birth_date": "1955-11-22"}, "true"),
        ("TRD-RAPID", {"birth_date": "1955-11-21"}, "false"),
        ("TRD-RAPID", {"episode_duration_months": 2}, "true"),
        ("TRD-RAPID", {"episode_duration_months": 1}, "false"),
        ("TRD-BIPOLAR", {"diagnosis": "bipolar_depression", "antidepressant_trials": [tried("sertraline")]}, "true"),
        ("TRD-BIPOLAR", {"diagnosis": "bipolar_depression", "antidepressant_trials": []}, "false"),
        ("TRD-CLINIC-CA", {"diagnosis": "bipolar_depression"}, "true"),
        ("TRD-US-LABEL", {"diagnosis": "bipolar_depression"}, "false"),
        ("TRD-US-LABEL", {"birth_date": "2008-11-22"}, "false"),
        ("MDSI", {"acute_suicidality": True}, "true"),
        ("MDSI", {"acute_suicidality": False}, "false"),
        ("MDSI", {}, "unknown"),
        ("EU-EMERGENCY", {"psychiatric_emergency": True}, "true"),
        ("EU-EMERGENCY", {"psychiatric_emergency": True, "medications": []}, "false"),
    ],
)
def test_each_definition_asks_the_rest_of_what_it_says(name: str, change: dict[str, Any], answer: str) -> None:
    assert definition(HEALTHY | change, name).answer.value == answer


def test_an_indication_of_which_one_definition_holds_is_met() -> None:
    result = screened(HEALTHY | {"birth_date": "1950-01-01"})
    assert {item.id: item.answer.value for item in result.definitions}["TRD-RAPID"] == "false"
    assert next(answer for answer in result.rules if answer.id == "D01").answer is Answer.FALSE


def test_the_sentence_names_which_trial_failed_to_count_and_why() -> None:
    result = screened(HEALTHY | {"antidepressant_trials": [tried("sertraline"), tried("escitalopram", dose=5)]})
    told = next(answer for answer in result.rules if answer.id == "D01")
    assert "escitalopram: 5 mg is below the 10 mg floor" in told.message


# Staging: Fekadu 2018 bands; Thase-Rush as its own table says.


def staged(**change: Any) -> Any:
    return screened(HEALTHY | change).maudsley


@pytest.mark.parametrize(("months", "points"), [(0, 1), (12, 1), (13, 2), (24, 2), (25, 3), (300, 3)])
def test_maudsley_points_for_the_length_of_the_episode(months: int, points: int) -> None:
    item = next(item for item in staged(episode_duration_months=months).items if item.id == "duration")
    assert (item.least, item.most) == (points, points)


@pytest.mark.parametrize(("count", "points"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (10, 4), (11, 5)])
def test_maudsley_points_for_antidepressants_failed(count: int, points: int) -> None:
    names = [
        "sertraline",
        "venlafaxine",
        "citalopram",
        "fluoxetine",
        "paroxetine",
        "fluvoxamine",
        "duloxetine",
        "mirtazapine",
        "vortioxetine",
    ]
    names += ["desvenlafaxine", "nortriptyline"]
    found = staged(antidepressant_trials=[tried(name) for name in names[:count]])
    assert next(item for item in found.items if item.id == "antidepressants_failed").least == points


@pytest.mark.parametrize(
    ("severity", "months", "augmented", "ect", "total", "band"),
    [
        ("subsyndromal", 6, False, False, 3, "mild"),
        ("severe_without_psychosis", 6, False, False, 6, "mild"),
        ("severe_with_psychosis", 6, False, False, 7, "moderate"),
        ("severe_with_psychosis", 30, True, False, 10, "moderate"),
        ("severe_with_psychosis", 30, True, True, 11, "severe"),
    ],
)
def test_maudsley_total_and_band(severity: str, months: int, augmented: bool, ect: bool, total: int, band: str) -> None:
    found = staged(episode_severity=severity, episode_duration_months=months, augmentation_used=augmented, ect_used=ect)
    assert (found.total, found.band) == (total, band)


def test_maudsley_keeps_what_is_unknown_between_two_totals() -> None:
    facts = {name: value for name, value in HEALTHY.items() if name != "ect_used"}
    found = screened(facts).maudsley
    assert (found.total, found.least, found.most, found.band) == (None, 7, 8, "moderate")
    assert [item.fact for item in found.missing] == ["ect_used"]


def test_maudsley_without_a_failed_trial_is_not_scorable() -> None:
    assert staged(antidepressant_trials=[]).total is None


def test_the_reference_patient_scores_7_or_8_moderate() -> None:
    """The screening page of the design: sertraline and venlafaxine count, mirtazapine nobody can say, 22 months, moderate, augmented."""
    history = [tried("sertraline", weeks=14), tried("venlafaxine xr", weeks=9, better=25), tried("escitalopram", dose=5, weeks=5, better=0)]
    history += [tried("mirtazapine", dose=30, weeks=None, taken=None, better=None)]
    history += [tried("bupropion xl", dose=300, better=40, in_current_episode=False)]
    found = screened(
        HEALTHY
        | {"antidepressant_trials": history, "episode_duration_months": 22, "episode_severity": "moderate", "augmentation_used": True}
    )
    assert (found.maudsley.total, found.maudsley.least, found.maudsley.most, found.maudsley.band) == (None, 7, 8, "moderate")
    assert found.thase_rush.stage == "II" or (found.thase_rush.at_least, found.thase_rush.at_most) == ("II", "II")
    counts = {item.trial.name: item.counts for item in definition(HEALTHY | {"antidepressant_trials": history}, "TRD-US-LABEL").trials}
    assert counts == {"sertraline": True, "venlafaxine": True, "escitalopram": False, "mirtazapine": None, "bupropion": False}


ECT = {"treatment": "ECT", "treatments_given": 8, "bilateral": True, "improvement_percent": 10, "in_current_episode": True}
# The reference gives no floor for an MAOI, so whether its dose was enough nobody can say: stage IV stays possible.


@pytest.mark.parametrize(
    ("trials", "least", "most"),
    [
        ([], "0", "0"),
        ([tried("sertraline")], "I", "I"),
        ([tried("sertraline"), tried("citalopram")], "I", "I"),
        ([tried("sertraline"), tried("duloxetine")], "II", "II"),
        ([tried("sertraline"), tried("duloxetine"), tried("nortriptyline")], "III", "III"),
        ([tried("sertraline"), tried("nortriptyline")], "III", "III"),
        ([tried("sertraline"), tried("nortriptyline"), tried("phenelzine")], "III", "IV"),
        ([tried("sertraline"), tried("nortriptyline"), tried("phenelzine"), ECT], "III", "V"),
        ([tried("sertraline"), tried("nortriptyline"), ECT], "III", "III"),
        ([tried("sertraline"), tried("duloxetine", weeks=None)], "I", "II"),
    ],
)
def test_thase_rush(trials: list[dict[str, Any]], least: str, most: str) -> None:
    found = screened(HEALTHY | {"antidepressant_trials": trials}).thase_rush
    assert (found.at_least, found.at_most) == (least, most)
    assert found.stage == (least if least == most else None)


# Facts that follow from facts.


def value(raw: dict[str, Any], name: str, protocol: str = "iv-racemic-induction", stage: Stage = Stage.ORDER) -> object:
    return screened(raw, protocol, stage).facts.value(name)


def test_age_body_mass_and_episode_follow() -> None:
    assert value({"birth_date": "1990-11-21"}, "age_years") == Decimal(36)
    assert value({"birth_date": "1990-11-22"}, "age_years") == Decimal(35)
    assert value({"birth_date": "2030-01-01"}, "age_years") is None
    assert value({"weight_kg": 110, "height_cm": 170}, "bmi_kg_per_m2") == Decimal("38.0")
    assert value({"episode_started_on": "2025-01-10"}, "episode_duration_months") == Decimal(22)
    assert value({"episode_started_on": "2025-01-22"}, "episode_duration_months") == Decimal(21)
    assert value({"antidepressant_trials": [tried("sertraline", augmented_with="aripiprazole")]}, "augmentation_used") is True
    assert value({"antidepressant_trials": [ECT]}, "ect_used") is True
    assert value({"antidepressant_trials": [tried("sertraline")]}, "ect_used") is None


def given(*days: str, **more: Any) -> list[dict[str, Any]]:
    return [{"on": day, "drug": "racemic_ketamine", "route": "intravenous", **more} for day in days]


def test_the_doses_before_follow_from_the_sessions_given() -> None:
    assert value({"sessions_given": []}, "is_first_dose") is True
    assert value({"sessions_given": []}, "day_of_course") == Decimal(1)
    once = {"sessions_given": given("2026-11-16", dose_mg=35, dose_mg_per_kg="0.5", protocol="iv-racemic-induction")}
    assert value(once, "is_first_dose") is False
    assert value(once, "day_of_course") == Decimal(6)
    assert value(once, "last_session_on") == date(2026, 11, 16)
    assert value(once, "last_dose_mg_per_kg") == Decimal("0.5")
    assert value(once, "days_since_last_home_dose") == Decimal(5)
    assert value({"sessions_given": given("2026-11-16")}, "is_first_dose") is None, "an earlier course: the first of this one, or not"
    assert value({"sessions_given": [{"on": "2026-11-16"}]}, "is_first_dose") is None, "of which drug nobody knows"
    assert value({"sessions_given": [{"on": "2026-11-16"}]}, "day_of_course") is None
    other_route = {"sessions_given": [{"on": "2026-11-16", "drug": "racemic_ketamine", "route": "oral", "dose_mg": 200}]}
    assert value(other_route, "last_dose_mg") is None, "doses are never carried across routes"
    assert value({"sessions_given": given("2026-12-16")}, "is_first_dose") is True, "a session still to come was not given"


@pytest.mark.parametrize(
    ("ordered_on", "last", "rises_too_far"),
    [
        ("ideal", "0.5", False),  # 23.9 mg on 47.9 kg ideal, as the last time
        ("actual", "0.224", True),  # the same 0.5 mg/kg on 105 kg would more than double the milligrams
        (None, "0.5", False),  # an order that does not say
    ],
)
def test_the_last_dose_is_held_against_the_order_on_the_weight_of_the_order(ordered_on, last, rises_too_far) -> None:
    before = given("2026-11-16", dose_mg="23.5", dose_mg_per_kg="0.5", weight_basis="ideal", protocol="iv-racemic-induction")
    order = {"dose_mg_per_kg": "0.5", "dose_mg": "52.5" if ordered_on == "actual" else "23.9"}
    facts = {"sessions_given": before, **order} | ({"ordered_weight_basis": ordered_on} if ordered_on else {})
    found = screened(facts)
    assert round(found.facts.value("last_dose_mg_per_kg"), 3) == Decimal(last)
    r13 = next(answer for answer in found.rules if answer.id == "R13")
    assert (r13.answer is Answer.TRUE) is rises_too_far, r13.message


def test_a_dose_per_kilogram_follows_from_dose_and_weight() -> None:
    assert value({"dose_mg": 35, "weight_kg": 70}, "dose_mg_per_kg") == Decimal("0.5")
    assert value({"dose_mg": 35, "weight_kg": 70, "dose_mg_per_kg": "0.6"}, "dose_mg_per_kg") == Decimal("0.6")


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Sertraline 50 MG Oral Tablet", True),
        ("SERTRALINE", True),
        ("lithium carbonate 300 mg capsule", True),
        ("venlafaxine XR", True),
        ("sertralin", False),
        ("sertraline plus", False),
        ("Hydrochlorothiazide 12.5 MG / Lisinopril 10 MG Oral Tablet", False),
        ("", False),
    ],
)
def test_a_medicine_is_known_by_its_name_up_to_a_strength_or_form(name: str, known: bool) -> None:
    from fanlight.records.library import library

    assert (library().screening.drugs.find(name) is not None) is known


def test_a_medicine_nobody_can_classify_is_listed_and_never_absent() -> None:
    result = screened(HEALTHY | {"medications": [{"name": "sertraline"}, {"name": "blue pill"}]})
    listed = next(answer for answer in result.rules if answer.id == "X16")
    assert "blue pill" in listed.message
    assert {answer.id for answer in result.rules if answer.answer is Answer.UNKNOWN} >= {"R09", "X07", "X08"}
    assert result.outcome is Outcome.HOLD


def test_no_from_a_person_settles_what_an_unknown_medicine_left_open() -> None:
    result = screened(HEALTHY | {"medications": [{"name": "blue pill"}], "takes_theophylline": False})
    assert next(answer for answer in result.rules if answer.id == "R09").answer is Answer.FALSE


# Discharge: the criteria feed the rule.

LEAVING: dict[str, Any] = {
    "observation_minutes_elapsed": 70,
    "sedation_moaas": 5,
    "oriented": True,
    "systolic_mmhg": 130,
    "diastolic_mmhg": 80,
    "baseline_systolic_mmhg": 126,
    "baseline_diastolic_mmhg": 78,
    "spo2_percent": 97,
    "dissociation_0_10": 1,
    "nausea_controlled": True,
    "gait_steady": True,
    "cssrs_re_asked": True,
    "escort_present": True,
    "written_plan_given": True,
    "no_driving_told": True,
}


def criterion(change: dict[str, Any], name: str, protocol: str = "iv-racemic-induction") -> CriterionAnswer:
    return next(item for item in screened(LEAVING | change, protocol, Stage.DISCHARGE).criteria if item.id == name).answer


@pytest.mark.parametrize(
    ("name", "change", "met"),
    [
        ("blood_pressure", {"systolic_mmhg": 160, "baseline_systolic_mmhg": 140}, True),
        ("blood_pressure", {"systolic_mmhg": 161, "baseline_systolic_mmhg": 140}, False),
        ("blood_pressure", {"diastolic_mmhg": 100, "baseline_diastolic_mmhg": 90}, True),
        ("blood_pressure", {"diastolic_mmhg": 101, "baseline_diastolic_mmhg": 90}, False),
        ("blood_pressure", {"systolic_mmhg": 120, "baseline_systolic_mmhg": 100}, True),
        ("blood_pressure", {"systolic_mmhg": 121, "baseline_systolic_mmhg": 100}, False),
        ("blood_pressure", {"diastolic_mmhg": 96, "baseline_diastolic_mmhg": 80}, True),
        ("blood_pressure", {"diastolic_mmhg": 97, "baseline_diastolic_mmhg": 80}, False),
        ("blood_pressure", {"systolic_mmhg": 90, "baseline_systolic_mmhg": 160}, True),
        ("blood_pressure", {"systolic_mmhg": 89, "baseline_systolic_mmhg": 90}, False),
        ("blood_pressure", {"bp_fall_symptomatic": True}, False),
        ("oxygen", {"spo2_percent": 94}, True),
        ("oxygen", {"spo2_percent": 93}, False),
        ("oxygen", {"spo2_percent": 92, "baseline_spo2_percent": 92, "low_baseline_spo2_accepted": True}, True),
        ("oxygen", {"spo2_percent": 92, "baseline_spo2_percent": 92}, False),
        ("dissociation", {"dissociation_0_10": 2}, True),
        ("dissociation", {"dissociation_0_10": 3}, False),
        ("observation_time", {"observation_minutes_elapsed": 59}, False),
        ("observation_time", {"observation_minutes_elapsed": 60}, True),
        ("sedation", {"sedation_moaas": 4}, False),
        ("sedation", {"sedation_moaas": 4, "baseline_sedation_moaas": 4}, True),
    ],
)
def test_each_criterion_on_both_sides_of_its_limit(name: str, change: dict[str, Any], met: bool) -> None:
    assert criterion(change, name) is (CriterionAnswer.MET if met else CriterionAnswer.NOT_MET)


def test_esketamine_asks_for_no_dissociation_at_all() -> None:
    assert criterion({"dissociation_0_10": 1}, "dissociation", "esketamine-us-trd") is CriterionAnswer.NOT_MET
    assert criterion({"dissociation_0_10": 0}, "dissociation", "esketamine-us-trd") is CriterionAnswer.MET


@pytest.mark.parametrize("missing", sorted(LEAVING))
def test_a_criterion_with_a_fact_missing_is_never_met(missing: str) -> None:
    facts = {name: value for name, value in LEAVING.items() if name != missing}
    result = screened(facts, stage=Stage.DISCHARGE)
    assert CriterionAnswer.UNKNOWN in {item.answer for item in result.criteria}
    assert next(answer for answer in result.rules if answer.id == "R21").answer is Answer.UNKNOWN


def test_criteria_are_not_asked_before_discharge() -> None:
    assert screened(LEAVING).criteria == ()


def test_dangers_found_lengthen_the_observation() -> None:
    assert screened(HEALTHY).observation_minutes == 60
    assert screened(HEALTHY | {"child_pugh_class": "B"}).observation_minutes == 120
    assert screened(HEALTHY, "esketamine-us-trd").observation_minutes == 120
    assert screened(HEALTHY | {"benzodiazepine_today": True}, stage=Stage.PRE_DOSE).observation_minutes == 90
    assert screened(HEALTHY | {"opioid_today": True, "child_pugh_class": "B"}, stage=Stage.PRE_DOSE).observation_minutes == 150


def test_every_fact_is_asked_for_or_leads_to_one_that_is() -> None:
    """A fact nobody uses is a question asked in vain."""
    from fanlight.records.library import library

    shelf = library()
    used = {name for rule in (*shelf.screening.rules.rules, *shelf.screening.rules.criteria) for name in rule.facts}
    for name in ("birth_date", "weight_kg", "height_cm", "sex", "medications", "antidepressant_trials", "sessions_given"):
        assert name in shelf.facts
    own = ("history.yaml", "workup.yaml", "suicide_risk.yaml", "home.yaml", "long_term.yaml", "day_of_session.yaml")
    from fanlight.content import content_folder, read
    from fanlight.core.facts import FactsFile

    elsewhere = {
        "episode_started_on",
        "episode_duration_months",
        "acute_suicidality",
        "psychiatric_emergency",
        "psychiatrist_decided",
        "cannot_become_pregnant_because",
    }
    for file in own:
        for fact in read(content_folder() / "facts" / file, FactsFile).facts:
            assert fact.name in used | elsewhere, fact.name


def test_what_is_in_force_is_read_gravest_first_and_found_before_unknown() -> None:
    facts = {name: value for name, value in HEALTHY.items() if name not in ("delirium", "psychosis_past")}
    result = screened(facts | {"uncontrolled_hypertension": True, "psychosis_current": True, "on_dialysis": True})
    read = [answer.id for answer in result.in_force()]
    assert read[:4] == ["R06", "C01", "C18", "C07"]
    assert read[-1] == "X14"
