"""`fanlight scales`: the list of what ships."""

import json

from fanlight.cli import main


def test_the_list(capsys):
    assert main(["scales"]) == 0
    shown = capsys.readouterr().out
    assert "A  phq9" in shown
    assert "Left out:" in shown
    assert "LEC-5" in shown


def test_json_holds_the_three_facts_of_a_licence(capsys):
    assert main(["scales", "--json"]) == 0
    found = {line["id"]: line for line in json.loads(capsys.readouterr().out)["scales"]}
    assert found["madrs"]["ships"] == "items and scoring, no wording"
    assert (found["bdi2"]["tier"], found["bdi2"]["ships"]) == ("D", "score entry")
    assert (found["who5"]["verified_at_source_on"], found["phq9"]["verified_at_source_on"]) == ("2026-11-21", None)
    assert found["who5"]["licence"].startswith("CC BY-NC-SA")


def test_an_overlay_shows_in_the_list(capsys, tmp_path):
    items = ", ".join(f"q{i}: Wording {i}" for i in range(1, 6))
    head = "instrument: asrm\nversion: 0-4\nlanguage: en\nholder: A\nagreement: B\nnotice: C\nlicensed_on: 2026-01-01\n"
    (tmp_path / "asrm.yaml").write_text(head + f"items: {{{items}}}\n", encoding="utf-8")
    assert main(["scales", "--overlay", str(tmp_path), "--on", "2026-11-21", "--json"]) == 0
    found = {line["id"]: line["ships"] for line in json.loads(capsys.readouterr().out)["scales"]}
    assert found["asrm"] == "full text"
    assert main(["scales", "--overlay", str(tmp_path)]) == 0


def test_a_date_that_is_none(capsys, tmp_path):
    assert main(["scales", "--overlay", str(tmp_path), "--on", "soon"]) == 1
    assert "FAN-SCALE-019" in capsys.readouterr().err
