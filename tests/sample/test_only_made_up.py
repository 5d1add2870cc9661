"""A command that makes or shows a made-up clinic never touches a real one: it asks for no second factor, and forgets at will."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from fanlight.cli.django_start import DATABASE, only_made_up
from fanlight.core.errors import FanlightError


def clinic(folder: Path, *is_sample: int) -> Path:
    folder.mkdir(exist_ok=True)
    with sqlite3.connect(folder / DATABASE) as database:
        database.execute("CREATE TABLE records_site (id INTEGER PRIMARY KEY, is_sample BOOLEAN)")
        database.executemany("INSERT INTO records_site (is_sample) VALUES (?)", [(value,) for value in is_sample])
    database.close()
    return folder


@pytest.mark.parametrize(("sites", "code"), [((), ""), ((1,), ""), ((1, 1), ""), ((0,), "FAN-DEMO-002"), ((1, 0), "FAN-DEMO-002")])
def test_every_site_must_be_marked_as_a_sample(tmp_path, sites, code):
    if not code:
        only_made_up(clinic(tmp_path, *sites))
        return
    with pytest.raises(FanlightError, match=code):
        only_made_up(clinic(tmp_path, *sites))


def test_a_folder_of_other_things_is_not_ours(tmp_path):
    only_made_up(tmp_path)
    only_made_up(tmp_path / "not yet there")
    (tmp_path / "letter.odt").write_text("dear")
    with pytest.raises(FanlightError, match="FAN-DEMO-003"):
        only_made_up(tmp_path)


@pytest.mark.parametrize("content", [b"somebody's", b""])
def test_what_cannot_be_read_as_a_sample_is_left_alone(tmp_path, content):
    (tmp_path / DATABASE).write_bytes(content)
    if content:
        with pytest.raises(FanlightError, match="FAN-DEMO-002"):
            only_made_up(tmp_path)
    else:  # an empty file: a first start that was cut short
        only_made_up(tmp_path)


def test_a_database_named_by_the_environment_is_somebodys(tmp_path, monkeypatch):
    monkeypatch.setenv("FANLIGHT_DATABASE", "postgresql://clinic@db/real")
    with pytest.raises(FanlightError, match="FAN-DEMO-001"):
        only_made_up(tmp_path)


@pytest.mark.parametrize("words", [["demo", "--fresh", "--data"], ["demo", "--data"], ["sample", "--out"]])
def test_the_commands_ask_before_they_forget_or_fill(tmp_path, words):
    folder = clinic(tmp_path / "real", 0)
    before = (folder / DATABASE).read_bytes()
    code = f"import sys; from fanlight.cli import main; sys.exit(main({[*words, str(folder)]!r}))"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("FANLIGHT_", "DJANGO_"))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env, timeout=60)
    assert done.returncode != 0
    assert "FAN-DEMO-002" in done.stderr or "FAN-SAMPLE-003" in done.stderr
    assert (folder / DATABASE).read_bytes() == before


def test_serving_for_real_asks_for_a_second_factor_whatever_was_left_in_the_environment(tmp_path):
    code = (
        f"import os\nfrom fanlight.cli import main\nassert main(['serve', '--data', {str(tmp_path / 'new')!r}]) == 1\n"
        "from django.conf import settings\nprint(os.environ.get('FANLIGHT_DEMO'), settings.IS_DEMO, settings.MFA_IS_REQUIRED)"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith(("FANLIGHT_", "DJANGO_"))} | {"FANLIGHT_DEMO": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env, timeout=60)
    assert done.stdout.split() == ["None", "False", "True"], done.stderr
