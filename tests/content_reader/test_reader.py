"""The content reader: every fault of a file at once, with line, path, reason and the likely intent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.content import ContentError, content_hash, read, read_folder, read_text
from fanlight.content.reader import required_keys
from fanlight.core.quantities import Quantity
from fanlight.core.sources import Mark


class Colour(StrEnum):
    AMBER = "amber"
    INK = "ink"


@dataclass(frozen=True, slots=True)
class Step:
    dose: Quantity
    mark: Mark
    minutes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    steps: tuple[Step, ...]
    read_on: date | None = None
    opens: time | None = None
    at: datetime | None = None
    is_open: bool = False
    factor: Decimal | None = None
    anything: str | int | Decimal | bool | None = None
    by_name: dict[str, Decimal] | None = None
    colour: Colour = Colour.INK


GOOD = """
id: iv
steps:
  - {dose: 0.50 mg/kg, mark: verified*}
  - dose: 36 mg
    mark: default
    minutes: [0, 40]
read_on: 2026-11-21
opens: '08:30'
at: 2026-11-21T08:30:00-05:00
is_open: true
factor: 1.50
by_name: {a: 2, b: 0.10}
colour: amber
"""


def test_a_good_file_keeps_every_digit():
    plan = read_text(GOOD, Plan)
    assert plan.steps[0] == Step(Quantity(Decimal("0.50"), "mg/kg"), Mark.VERIFIED_SECONDARY)
    assert plan.steps[1].minutes == (0, 40)
    assert (plan.read_on, plan.opens, plan.is_open) == (date(2026, 11, 21), time(8, 30), True)
    assert plan.at.isoformat() == "2026-11-21T13:30:00+00:00"
    assert str(plan.factor) == "1.50"
    assert str(plan.by_name["b"]) == "0.10"
    assert plan.colour is Colour.AMBER


def test_json_is_read_as_well():
    assert read_text('{"id": "x", "steps": [], "factor": 0.10}', Plan).factor == Decimal("0.10")


BAD = """
id: 3
stepps: []
steps:
  - dose: 0.5 mg/kilo
    mark: verifid
  - mark: recalled
    minutes: [1, x]
  - 7
is_open: yes
by_name: {a: q}
colour: red
read_on: 21 Nov
opens: 9am
anything: [1]
"""


def test_all_faults_are_named_at_once_with_line_path_and_hint():
    with pytest.raises(ContentError) as caught:
        read_text(BAD, Plan, "content/protocols/iv.yaml")
    lines = str(caught.value).splitlines()
    assert lines[0] == "FAN-CONT-001  content/protocols/iv.yaml is not a valid plan (13 problems):"
    wanted = [
        "line 2, id: 3 is not text",
        'line 3, stepps: is not a known key. Did you mean "steps"?',
        "line 5, steps[0].dose: Cannot use the unit 'mg/kilo'",
        'Did you mean "mg/kg"?',
        'line 6, steps[0].mark: "verifid" is not a known value. Did you mean "verified"?',
        "line 7, steps[1].dose: required, missing. Give dose.",
        "line 8, steps[1].minutes[1]: 'x' is not a whole number",
        "line 9, steps[2]: 7 is not a step: it needs the keys dose, mark, minutes",
        "line 10, is_open: 'yes' is not true or false",
        "line 11, by_name.a: 'q' is not a number",
        'line 12, colour: "red" is not a known value. Choose one of: amber, ink.',
        "line 13, read_on: '21 Nov' is not a date",
        "line 14, opens: '9am' is not a time of day",
        "line 15, anything: [1] is not one of",
    ]
    for text in wanted:
        assert text in str(caught.value), text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is empty"),
        ("id: a: b", "Put quotes around a text that holds a colon"),
        ("id: x\nid: y\nsteps: []", "line 2, id: is given twice"),
        ("steps: [1", "is not readable YAML"),
        ("id: x\nsteps: []\nfactor: .nan", "is not a number"),
        ("id: x\nsteps: []\nfactor: true", "is not a number"),
        ("id: x\nsteps: {}", "is not a list"),
        ("[]", "is not a plan"),
        ("id: x\nsteps: " + "[" * 70 + "]" * 70, "levels deep"),
        ("\x00", "is not readable YAML"),
    ],
)
def test_a_slip_is_answered_in_plain_words(text, reason):
    with pytest.raises(ContentError) as caught:
        read_text(text, Plan)
    assert reason in str(caught.value)


def test_files_and_folders(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    assert read(tmp_path / "a.yaml", Plan).id == "iv"
    assert list(read_folder(tmp_path, Plan)) == ["a"]
    before = content_hash(tmp_path)
    (tmp_path / "b.yaml").write_text("id: 3\nsteps: []\n")
    assert content_hash(tmp_path) != before
    with pytest.raises(ContentError, match=r"b.yaml id"):
        read_folder(tmp_path, Plan)
    with pytest.raises(ContentError, match="cannot be read"):
        read(tmp_path / "none.yaml", Plan)


def test_required_keys_are_known_to_the_reference():
    assert required_keys(Plan) == ("id", "steps")


@given(st.text(max_size=200))
def test_no_text_at_all_breaks_the_reader(text):
    try:
        read_text(text, Plan)
    except ContentError as refusal:
        assert refusal.faults
