"""`fanlight import-fhir` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "name": [{"family": "Moreau"}], "birthDate": "1980-05-06"}},
        {"resource": {"resourceType": "Condition", "code": {"text": "tired"}, "subject": {"reference": "Patient/p"}}},
        {"resource": {"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient/nobody"}}},
    ],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs a command in a fresh clinic."""
    folder = tmp_path_factory.mktemp("clinic")
    env = os.environ | {"FANLIGHT_DATA": str(folder / "var")}

    def command(*args: str, text: str = "", **more):
        line = [sys.executable, "-c", "import sys; from fanlight.cli import main; sys.exit(main())", *args]
        return subprocess.run(line, input=text, capture_output=True, text=True, check=False, cwd=folder, env=env | more)

    (folder / "send").mkdir()
    (folder / "send" / "b.json").write_text(json.dumps(BUNDLE))
    (folder / "send" / "half.json").write_text(json.dumps(BUNDLE)[:150])
    (folder / "send" / "notes.txt").write_text("not taken")
    missing = command("import-fhir", "send")
    assert missing.returncode == 1
    assert "FAN-STORE-003" in missing.stderr
    made = command(
        "init", "--site", "North", "--zone", "America/New_York", "--admin", "ada", "--admin-name", "Ada Gray", "--crisis-text", "Call 988.",
        text="a-lantern-in-the-hall\n",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return command


def test_a_folder_is_imported_once_and_reported(run):
    first = run("import-fhir", "send/b.json", "--json")
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert report["totals"] == {"imported": 2, "kept": 1, "quarantined": 0, "refused": 0, "unchanged": 0, "dangling": 1}
    assert report["dangling"][0]["resource"] == "Encounter/e"
    again = json.loads(run("import-fhir", "send/*.json", "--json").stdout)
    assert again["totals"]["imported"] == 0
    assert run("verify").returncode == 0


def test_three_imports_at_once_make_one_person(run, tmp_path):
    person = {"resourceType": "Patient", "id": "z", "identifier": [{"system": "urn:mrn", "value": "5"}], "name": [{"family": "Roy"}]}
    (tmp_path / "roy.json").write_text(json.dumps(person | {"birthDate": "1990-01-01"}))
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: run("import-fhir", str(tmp_path / "roy.json"), "--source", "south", "--json"), range(3)))
    totals = [json.loads(item.stdout)["totals"] for item in done]
    assert sorted(item["imported"] for item in totals) == [0, 0, 1]
    assert sum(item["unchanged"] for item in totals) == 2
    assert run("verify").returncode == 0


def test_words_name_what_was_not_taken(run):
    done = run("import-fhir", "send")
    assert done.returncode == 1
    assert "cut in half" in done.stdout
    assert "Encounter/e subject -> Patient/nobody" in done.stdout


@pytest.mark.parametrize(("args", "code"), [(["nothing-here"], "FAN-IMP-001"), (["send", "--by", "nobody"], "FAN-STAFF-004")])
def test_wrong_questions_get_their_code(run, args, code):
    done = run("import-fhir", *args)
    assert done.returncode == 1
    assert code in done.stderr


def test_a_person_without_the_permission_is_refused(run):
    done = run("import-fhir", "send/b.json", "--by", "ada")
    assert done.returncode == 1
    assert "FAN-ROLE-001" in done.stderr
