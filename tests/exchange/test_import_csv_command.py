"""`fanlight import-csv` as a person runs it: columns, a mapping to fill in, a dry run, once in, and in again."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

FILE = "MRN,Surname,DOB,Weight\n1,Abel,03/04/1980,154\n2,Bell,11/21/1975,160\n3,,13/45/1990,heavy\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs a command in a fresh clinic."""
    folder = tmp_path_factory.mktemp("clinic")
    env = os.environ | {"FANLIGHT_DATA": str(folder / "var")}

    def command(*args: str, text: str = ""):
        line = [sys.executable, "-c", "import sys; from fanlight.cli import main; sys.exit(main())", *args]
        return subprocess.run(line, input=text, capture_output=True, text=True, check=False, cwd=folder, env=env)

    command.folder = folder
    (folder / "north.csv").write_text(FILE)
    assert "FAN-STORE-003" in command("import-csv", "north.csv").stderr
    made = command(
        "init", "--site", "North", "--zone", "America/New_York", "--admin", "ada", "--admin-name", "Ada Gray", "--crisis-text", "Call 988.",
        text="a-lantern-in-the-hall\n",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return command


def mapping_of(run) -> dict:
    shown = run("import-csv", "north.csv")
    assert shown.returncode == 0
    return json.loads(shown.stdout[shown.stdout.index("{") :])


def test_without_a_mapping_it_shows_the_columns_and_one_to_fill_in(run):
    shown = run("import-csv", "north.csv").stdout
    assert "3 rows, 4 columns, comma, UTF-8" in shown
    columns = {item["column"]: item for item in mapping_of(run)["columns"]}
    assert columns["DOB"] == {"column": "DOB", "target": "birth_date"}  # one cell is no day: the format is asked
    assert columns["Weight"] == {"column": "Weight", "target": "weight_kg"}


def test_what_the_mapping_leaves_open_is_said_at_once(run):
    (run.folder / "open.json").write_text(json.dumps(mapping_of(run)))
    told = run("import-csv", "north.csv", "--mapping", "open.json")
    assert told.returncode == 1
    assert "DOB: How its days are written is not said." in told.stderr
    assert "Weight: Its unit is not said." in told.stderr


def test_a_dry_run_then_once_in_and_the_same_again_adds_nothing(run):
    filled = mapping_of(run)
    for item in filled["columns"]:
        item |= {"DOB": {"day_format": "mdy"}, "Weight": {"unit": "[lb_av]"}}.get(item["column"], {})
    (run.folder / "m.json").write_text(json.dumps(filled))
    dry = run("import-csv", "north.csv", "--mapping", "m.json", "--dry-run", "--json")
    assert dry.returncode == 1  # a row is refused
    report = json.loads(dry.stdout)
    assert report["totals"] == {"new": 2, "same person": 0, "suspected duplicate": 0, "refused": 1}
    assert {line["column"] for line in report["refused"]} == {"Surname", "DOB", "Weight"}
    first = json.loads(run("import-csv", "north.csv", "--mapping", "m.json", "--json").stdout)
    assert (first["entered"], first["facts_received"]) == (2, 2)
    again = json.loads(run("import-csv", "north.csv", "--mapping", "m.json", "--json").stdout)
    assert (again["entered"], again["facts_received"], again["facts_unchanged"]) == (0, 0, 2)
    words = run("import-csv", "north.csv", "--mapping", "m.json").stdout
    assert "0 people entered" in words
    assert "row 4, DOB" in words
    assert run("verify").returncode == 0


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nowhere.csv"], "FAN-CSV-010"),
        (["north.csv", "--mapping", "none"], "FAN-CSV-012"),
        (["north.csv", "--by", "bob"], "FAN-STAFF-004"),
    ],
)
def test_what_is_not_there_is_said(run, args, code):
    told = run("import-csv", *args)
    assert told.returncode == 1
    assert code in told.stderr


def test_rubbish_for_a_mapping_is_said(run):
    (run.folder / "bad.json").write_text("[1")
    assert "FAN-CSV-011" in run("import-csv", "north.csv", "--mapping", "bad.json").stderr
