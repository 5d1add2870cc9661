"""`fanlight screen` and `fanlight check`, as a person calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fanlight.cli import main
from fanlight.cli.content_check import check_content, place_of
from fanlight.content import content_folder
from screening.patients import HEALTHY


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(HEALTHY))
    return path


def test_screen_says_what_a_colleague_would(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", str(facts), "--protocol", "iv-racemic-induction", "--on", "2026-11-21"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("IV racemic ketamine, induction over three weeks")
    assert "Nothing stands in the way." in said
    assert "Maudsley staging 7 of 3 to 15, moderate; it describes, it is never a gate" in said
    assert "needs sign-off" in said


def test_screen_names_who_can_settle_what_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "nothing.yaml"
    empty.write_text("")
    assert main(["screen", str(empty), "--protocol", "esketamine-us-trd", "--on", "2026-11-21"]) == 0
    said = capsys.readouterr().out
    assert "Not yet." in said
    assert "To settle it" in said
    assert "\n  patient: " in said


def test_screen_as_json_has_the_dose_where_an_order_gives_one(facts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", str(facts), "--protocol", "iv-racemic-induction", "--stage", "order", "--on", "2026-11-21", "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert shape["stage"] == "order"
    assert "dose" in shape
    assert main(["screen", str(facts), "--protocol", "iv-racemic-induction", "--on", "2026-11-21", "--json"]) == 0
    assert "dose" not in json.loads(capsys.readouterr().out)


def test_a_danger_is_a_good_answer_and_exits_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("aneurysmal_vascular_disease: {value: true, from: referral letter}\n")
    assert main(["screen", str(path), "--protocol", "esketamine-eu-trd-adult", "--jurisdiction", "UK", "--on", "2026-11-21"]) == 0
    assert "This must not go on." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--protocol", "iv-racemic-inductoin"], 'Did you mean "iv-racemic-induction"?'),
        (["--protocol", "iv-racemic-induction", "--stage", "later"], "Stages: screen, order"),
        (["--protocol", "iv-racemic-induction", "--on", "tomorrow"], "is not a date"),
        (["--protocol", "esketamine-us-trd", "--jurisdiction", "EU"], "It is written for US"),
    ],
)
def test_a_wrong_request_is_answered_with_the_likely_intent(
    facts: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["screen", str(facts), *arguments]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("weight_kg: 700 kg\nsytolic_mmhg: 120\n", "line 2, sytolic_mmhg"),
        ("- a list\n", "not a set of names"),
        ("a: [1\n", "not readable YAML"),
    ],
)
def test_facts_that_cannot_be_used_are_refused_by_name(tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(text)
    assert main(["screen", str(path), "--protocol", "iv-racemic-induction"]) == 1
    assert said in capsys.readouterr().err


def test_facts_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["screen", str(tmp_path / "none.yaml"), "--protocol", "iv-racemic-induction"]) == 1
    assert "FAN-FACT-003" in capsys.readouterr().err
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")
    assert main(["screen", str(tmp_path / "bytes.yaml"), "--protocol", "iv-racemic-induction"]) == 1


def test_the_shipped_content_has_no_fault() -> None:
    report = check_content([content_folder()])
    assert [str(found) for found in report.faults] == []
    assert report.unsigned, "recalled facts and defaults stay visibly marked"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The facts, sources, policy and rules, to be broken."""
    for name in ("facts", "sources", "rule_policy", "rules", "definitions", "drugs"):
        shutil.copytree(content_folder() / name, tmp_path / "content" / name)
    return tmp_path / "content"


def slip(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_slip_is_named_with_file_line_and_likely_intent(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slip(copy / "rules" / "c-conditions.yaml", "when: delirium", "when: delerium")
    slip(copy / "rules" / "x-interactions.yaml", "severity: WARN", "severity: WARNING")
    assert main(["check", str(copy)]) == 1
    said = capsys.readouterr().out
    assert "rules/x-interactions.yaml: line 9, rules[0].levels[0].severity" in said
    assert 'Did you mean "WARN"?' in said
    slip(copy / "rules" / "x-interactions.yaml", "severity: WARNING", "severity: WARN")
    assert main(["check", str(copy)]) == 1
    said = capsys.readouterr().out
    assert "rules/c-conditions.yaml: line" in said
    assert 'Did you mean "delirium"?' in said


def test_what_files_say_of_each_other_is_checked(copy: Path) -> None:
    slip(copy / "rules" / "c-conditions.yaml", "id: S35", "id: S99")
    slip(copy / "drugs" / "others.yaml", "name: ibuprofen", "name: sertraline")
    slip(copy / "definitions" / "resistance.yaml", "staging_adequacy: strict", "staging_adequacy: stern")
    said = "\n".join(str(found) for found in check_content([copy]).faults)
    assert "S99 is not a source" in said
    assert "stern is not one of the adequacy rules" in said


def test_a_fact_defined_in_two_files_is_a_fault(copy: Path) -> None:
    shutil.copy(copy / "facts" / "patient.yaml", copy / "facts" / "again.yaml")
    assert any("defined twice" in str(found) for found in check_content([copy]).faults)


def test_one_file_of_a_known_folder_is_read_as_its_kind(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy / "rules" / "g-gates.yaml"
    assert main(["check", str(path), "--json"]) == 0
    shape = json.loads(capsys.readouterr().out)
    assert shape["files"] == 1
    assert shape["warnings"][0]["reason"].endswith("needs sign-off.")
    assert shape["warnings"][0]["line"]
    assert main(["check", str(path), "--warnings"]) == 0
    assert "needs sign-off" in capsys.readouterr().out
    assert place_of(path, path) == "rules/g-gates.yaml"


def test_files_that_have_no_place_are_said_so(tmp_path: Path) -> None:
    (tmp_path / "stray.yaml").write_text("a: 1\n")
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "torn.yaml").write_bytes(b"\xff")
    faults = [str(found) for found in check_content([tmp_path, tmp_path / "absent"]).faults]
    assert any("no kind of content" in fault for fault in faults)
    assert any("cannot be read" in fault for fault in faults)
    assert any("does not exist" in fault for fault in faults)
