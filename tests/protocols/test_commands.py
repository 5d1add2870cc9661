"""`fanlight protocol`, `fanlight plan` and `fanlight dose`, as a person types them."""

import json
from pathlib import Path

import pytest

from fanlight.cli import main
from fanlight.content import content_folder

HERE = Path(__file__).parent
FACTS = """\
weight_kg: 70
height_cm: 175
weight_measured_on: 2026-11-21
product: ketamine-50-mg-ml-10-ml-multi
sessions_given: []
ordered_strength_mg_per_ml: 50
"""


@pytest.fixture
def facts(tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_text(FACTS)
    return str(path)


@pytest.fixture
def run(capsys):
    def run(*args, expect=0):
        status = main([str(arg) for arg in args])
        out = capsys.readouterr()
        assert status == expect, out.err or out.out
        return out.out if expect == 0 else out.err or out.out

    return run


def overlay_folder(tmp_path, *, version="1.1.0-site", minutes=60):
    folder = tmp_path / "overlay"
    folder.mkdir()
    text = (content_folder() / "protocols" / "iv-racemic-induction.yaml").read_text()
    text = text.replace('version: "1.0.0"', f'version: "{version}"').replace("minutes: {value: 40,", f"minutes: {{value: {minutes},")
    (folder / "iv-racemic-induction.yaml").write_text(text)
    return folder


def test_a_dose_in_json_has_the_shape_of_the_contract(run, facts):
    shape = json.loads(run("dose", facts, "--protocol", "iv-racemic-induction", "--on", "2026-11-21", "--json"))
    assert set(shape["weights"]) == {"actual_kg", "ideal_kg", "adjusted_kg", "bmi", "basis"}
    assert {"mg", "mg_per_kg", "actual_mg", "ideal_mg", "adjusted_mg", "devices"} <= set(shape["dose"])
    made = {
        "concentration_mg_per_ml",
        "volume_ml",
        "drawn_mg",
        "bag_ml",
        "rate_ml_h",
        "mg_per_min",
        "mcg_per_kg_min",
        "vials",
        "containers",
    }
    assert made <= set(shape["preparation"])
    assert {"mg", "vial_left_mg", "witness_needed", "beyond_use_days"} <= set(shape["waste"])
    assert {rule["id"] for rule in shape["rules"]} == {"R13", "R14", "R16"}
    assert shape["preparation"]["rate_ml_h"] == "75"


def test_the_rules_judge_the_dose_on_the_weight_in_use(run, tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_text(
        "weight_kg: 200\nheight_cm: 170\nsex: female\nweight_measured_on: 2026-11-21\nsessions_given: []\nweight_basis: actual\n"
    )
    rules = json.loads(run("dose", path, "--protocol", "iv-racemic-induction", "--on", "2026-11-21", "--json"))["rules"]
    assert next(rule for rule in rules if rule["id"] == "R13")["severity"] == "BLOCK"  # 100 mg is above 80 mg
    path.write_text(path.read_text().replace("actual", "ideal"))
    rules = json.loads(run("dose", path, "--protocol", "iv-racemic-induction", "--on", "2026-11-21", "--json"))["rules"]
    assert next(rule for rule in rules if rule["id"] == "R13")["severity"] is None


def test_a_dose_in_words_is_the_working_and_what_stands_against_it(run, facts):
    said = run("dose", facts, "--protocol", "iv-racemic-induction", "--on", "2026-11-21")
    assert "Dose of the protocol: 0.5 mg/kg x 70 kg (actual weight) = 35 mg" in said
    assert "HOLD" not in said
    assert "HAZ-03" in run("dose", facts, "--protocol", "iv-racemic-induction", "--on", "2026-11-22")


def test_no_facts_is_an_answer(run, tmp_path):
    empty = tmp_path / "none.yaml"
    empty.write_text("")
    said = run("dose", empty, "--protocol", "iv-racemic-induction", "--on", "2026-11-21")
    assert "No dose can be worked out yet." in said
    assert "HOLD HAZ-02: No weight is recorded" in said


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--protocol", "iv-racemic-inducton"), "FAN-CLI-011"),
        (("--protocol", "iv-racemic-induction", "--on", "21.11.2026"), "FAN-CLI-013"),
        (("--protocol", "iv-racemic-induction", "--phase", "taper"), "FAN-DOSE-001"),
        (("--protocol", "iv-racemic-induction", "--overlay", "/nowhere"), "FAN-LIB-001"),
    ],
)
def test_a_slip_is_answered_with_the_likely_intent(run, facts, args, code):
    said = run("dose", facts, *args, expect=1)
    assert said.startswith(code)
    if code == "FAN-CLI-011":
        assert 'Did you mean "iv-racemic-induction"?' in said


def test_a_fact_of_the_wrong_unit_or_name_is_refused_with_its_line(run, tmp_path):
    path = tmp_path / "facts.yaml"
    path.write_text("height_cm: 175\nweight_kg: 70 mg\nwieght_kg: 70\n")
    said = run("dose", path, "--protocol", "iv-racemic-induction", expect=1)
    assert "line 2, weight_kg" in said
    assert "line 3, wieght_kg" in said


def test_a_plan_in_json(run, facts):
    shape = json.loads(run("plan", facts, "--protocol", "iv-racemic-induction", "--start", "2026-11-03", "--json"))
    assert [item["date"] for item in shape["sessions"]][:3] == ["2026-11-03", "2026-11-06", "2026-11-10"]
    assert shape["sessions"][0]["dose"] == {"usual": "0.5 mg/kg", "mg": None, "one_of": []}  # weighed after the planned day
    shape = json.loads(run("plan", facts, "--protocol", "iv-racemic-induction", "--start", "2026-11-21", "--json"))
    assert shape["sessions"][0]["dose"]["mg"] == "35"
    assert shape["decisions"][0]["id"] == "response_after_induction"


def test_a_missed_session_shows_what_changes(run, facts):
    said = run("plan", facts, "--protocol", "esketamine-us-trd", "--start", "2026-11-03", "--missed", "2", "--worse")
    assert "Changes:" in said
    assert "session 2: 2026-11-06 -> " in said
    assert "continue the current schedule" in said


def test_a_move_shows_what_it_would_break(run, facts):
    args = ("plan", facts, "--protocol", "iv-racemic-induction", "--start", "2026-11-03")
    shape = json.loads(run(*args, "--move", "2:2026-11-14", "--json"))
    assert shape["problems"][0] == "On 2026-11-14 the clinic is shut on Saturdays."
    assert shape["changes"][0] == {"session": 2, "from": "2026-11-06", "to": "2026-11-14"}
    assert run(*args, "--move", "2", expect=1).startswith("FAN-CLI-014")
    assert run(*args, "--missed", "99", expect=1).startswith("FAN-PROT-004")
    assert run(*args, "--calendar", "dmeo", expect=1).startswith("FAN-CLI-012")


def test_a_plan_without_a_date_for_everything_says_so(run, facts, tmp_path):
    closed = tmp_path / "closed.yaml"
    text = (content_folder() / "calendars" / "demo.yaml").read_text()
    closed.write_text(text.replace("closures:\n", "closures:\n  - {first: 2026-11-10, last: 2026-12-20, why: works}\n"))
    said = run("plan", facts, "--protocol", "iv-racemic-induction", "--start", "2026-11-05", "--calendar", closed)
    assert "finds no date from" in said or "2026-12-21" in said


def test_protocols_are_listed(run):
    listed = json.loads(run("protocol", "list", "--json"))
    assert len(listed) == len({item["id"] for item in listed}) >= 40
    assert next(item for item in listed if item["id"] == "iv-racemic-induction")["off_label"] is True
    assert "esketamine-us-trd" in run("protocol", "list")


def test_a_protocol_is_shown_with_its_sources(run):
    said = run("protocol", "show", "iv-racemic-induction")
    assert "Induction: starting dose: 0.5 mg/kg  [S10, verified]" in said
    assert "S10: Anand 2023 ELEKT-D" in said
    shape = json.loads(run("protocol", "show", "iv-racemic-induction", "--json"))
    assert "Dose" in [section["title"] for section in shape["sections"]]


def test_all_shipped_protocols_lint_clean(run):
    assert ": 0 errors," in run("protocol", "lint")
    assert "needs-sign-off" in run("protocol", "lint", "iv-racemic-induction", "--warnings")


def test_a_broken_file_is_named_with_its_fault(run):
    said = run("protocol", "lint", HERE / "broken" / "no-source.yaml", expect=1)
    assert "error no-source, monitoring.limits[2]" in said
    shape = json.loads(run("protocol", "lint", HERE / "broken" / "no-source.yaml", "--json", expect=1))
    assert [fault["code"] for fault in shape["compact"] if fault["severity"] == "error"] == ["no-source"]


def test_a_yaml_slip_is_answered_with_line_path_and_likely_intent(run, tmp_path):
    broken = tmp_path / "slip.yaml"
    text = (
        (HERE / "compact.yaml")
        .read_text()
        .replace("unit: mg/kg, source: S10", "unit: mg/kilo, source: S10")
        .replace("title: Induction", "titel: Induction")
    )
    broken.write_text(text)
    said = run("protocol", "lint", broken, expect=1)
    assert "FAN-CONT-001" in said
    assert 'Did you mean "title"?' in said
    assert "mg/kilo" in said


def test_an_overlay_is_linted_compared_and_used(run, facts, tmp_path):
    folder = overlay_folder(tmp_path)
    assert ": 0 errors," in run("protocol", "lint", "iv-racemic-induction", "--overlay", folder)
    assert run("protocol", "lint", folder).startswith("1 protocol checked: 0 errors,")
    said = run("protocol", "diff", "iv-racemic-induction", "iv-racemic-induction", "--overlay", folder)
    assert "Induction: given over rises from 40 min to 60 min." in said
    dose = json.loads(run("dose", facts, "--protocol", "iv-racemic-induction", "--on", "2026-11-21", "--overlay", folder, "--json"))
    assert (dose["protocol"]["version"], dose["preparation"]["rate_ml_h"]) == ("1.1.0-site", "50")
    assert json.loads(run("protocol", "diff", "iv-racemic-induction", "iv-racemic-induction", "--json")) == []
    assert "Nothing a clinician would notice" in run("protocol", "diff", "iv-racemic-induction", "iv-racemic-induction")


def test_an_overlay_under_the_shipped_version_is_refused(run, tmp_path):
    folder = overlay_folder(tmp_path, version="1.0.0")
    assert run("protocol", "list", "--overlay", folder, expect=1).startswith("FAN-PROT-005")


def test_sessions_already_given_stay_and_the_plan_goes_on_from_them(run, tmp_path):
    path = tmp_path / "facts.yaml"
    given = "{on: 2026-11-03, drug: racemic_ketamine, protocol: iv-racemic-induction}, {on: 2026-10-31, drug: racemic_ketamine}"
    path.write_text(f"sessions_given: [{given}]\n")
    shape = json.loads(run("plan", path, "--protocol", "iv-racemic-induction", "--start", "2026-11-03", "--json"))
    assert [(item["date"], item["held"]) for item in shape["sessions"]][:2] == [("2026-11-03", True), ("2026-11-06", False)]
