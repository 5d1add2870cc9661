"""`fanlight verify` names the first fault: a byte changed, rows cut off, rows changed behind the product's back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

FILL = """
from fanlight.cli.django_start import migrate, start_django
start_django(); migrate()
from fanlight.sample import fill_clinic
fill_clinic()
"""


def environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("FANLIGHT_", "DJANGO_"))}
    return kept | {"FANLIGHT_DATA": str(folder), "FANLIGHT_TEST": "1"}


def verify(folder: Path) -> tuple[int, dict[str, object]]:
    code = "import sys; from fanlight.cli import main; sys.exit(main(['verify', '--json']))"
    done = subprocess.run([sys.executable, "-c", code], env=environment(folder), capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A filled clinic, closed, with everything in its one file."""
    folder = tmp_path_factory.mktemp("sound")
    subprocess.run([sys.executable, "-c", FILL], env=environment(folder), check=True)
    with sqlite3.connect(folder / "fanlight.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


@pytest.fixture
def folder(sound, tmp_path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def spoil(folder: Path, *statements: str) -> None:
    """Change the database as somebody with the file could: guards taken down first."""
    with sqlite3.connect(folder / "fanlight.sqlite3") as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in names:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def test_a_sound_clinic_is_sound_and_reading_it_changes_nothing(folder):
    before = (folder / "fanlight.sqlite3").read_bytes()
    status, found = verify(folder)
    assert (status, found["sound"], found["fault"]) == (0, True, None)
    assert found["links"] > 50
    assert found["rows"] > 200
    assert (folder / "fanlight.sqlite3").read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "DELETE FROM records_auditevent WHERE sequence > (SELECT MAX(sequence) - 3 FROM records_auditevent)",
            "is missing: the anchored head",
        ),
        ("DELETE FROM records_auditevent WHERE sequence = 7", "audit link 7 is missing"),
        ("UPDATE records_auditevent SET action = 'x' WHERE sequence = 9", "audit link 9 was changed"),
        ("UPDATE records_sessionevent SET payload = replace(payload, '128', '118') WHERE kind = 'vitals'", "records_sessionevent row"),
        ("DELETE FROM records_patientfact WHERE id = 5", "records_patientfact row 5 is gone"),
        ("UPDATE records_patient SET family_name = 'Other' WHERE id = 1", "records_patient row 1 was changed"),
        ("UPDATE records_staffmember SET is_active = 0 WHERE id = 2", "records_staffmember row 2 was changed"),
        (
            "INSERT INTO records_sessiontransition (from_state, to_state) VALUES ('discharged', 'dosing2')",
            "session transitions was changed",
        ),
    ],
)
def test_each_fault_is_named(folder, statement, fault):
    spoil(folder, statement)
    status, found = verify(folder)
    assert status == 1
    assert fault in str(found["fault"])


def test_a_lost_anchor_is_a_fault(folder):
    (folder / "audit-head").unlink()
    status, found = verify(folder)
    assert status == 1
    assert "anchored head" in str(found["fault"])


def test_a_chain_written_anew_does_not_match_the_anchor(folder):
    head = (folder / "audit-head").read_text().split()
    (folder / "audit-head").write_text(f"{head[0]} {'0' * 64}".ljust(127) + "\n")
    status, found = verify(folder)
    assert status == 1
    assert "written anew" in str(found["fault"])


def test_one_byte_of_any_recorded_text_changed_in_the_file_is_found(folder):
    """A byte of a stored event, of a link, and of a fact: each is found wherever it lies."""
    path = folder / "fanlight.sqlite3"
    whole = path.read_bytes()
    for text in (b'"systolic_mmhg":"128"', b"pass:", b"asked, denied"):
        place = whole.find(text)
        if place < 0:
            continue
        spoiled = bytearray(whole)
        spoiled[place + len(text) // 2] ^= 1
        path.write_bytes(bytes(spoiled))
        status, found = verify(folder)
        assert status == 1, text
        assert found["fault"]
    path.write_bytes(whole)
    assert verify(folder)[0] == 0


def test_a_torn_file_is_said_in_words(folder):
    path = folder / "fanlight.sqlite3"
    path.write_bytes(path.read_bytes()[:8192])
    status, found = verify(folder)
    assert status == 1
    assert found["fault"]
