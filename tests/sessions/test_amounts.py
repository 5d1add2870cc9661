"""How much reached the patient: worked cases, and a slow twin that counts the drops second by second."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chair import Chair, at, iv_plan
from fanlight.care.sessions import bag_empty_at, fold
from fanlight.care.sessions.infusion import Segment, delivered_ml, empty_at, reached_ml

CASES = list(csv.DictReader((Path(__file__).parent.parent / "spec" / "sessions" / "amounts.csv").open(encoding="utf-8")))


def run(case: dict[str, str]) -> Chair:
    chair = Chair()
    dose: dict[str, Any] = {"product": "ketamine", "drawn_mg": case["drawn_mg"]}
    if case["bag_ml"]:
        dose["bag_ml"] = case["bag_ml"]
    if case["line_ml"]:
        dose["line_volume_ml"] = case["line_ml"]
    chair.say("dose_prepared", -5, **dose)
    last = 0.0
    for step in case["pump"].split("; "):
        words = step.split()
        last = float(words[1])
        if words[0] == "start":
            chair.say("started", last, rate_ml_per_h=words[3])
        elif words[0] == "rate":
            chair.say("rate_changed", last, rate_ml_per_h=words[3])
        elif words[0] == "pause":
            chair.say("paused", last, reason="bathroom")
        elif words[0] == "resume":
            chair.say("resumed", last)
        else:
            chair.say("stopped", last, reason="completed")
    if case["flush_ml"]:
        chair.say("flushed", last + 1, volume_ml=case["flush_ml"])
    return chair


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_amount_given(case: dict[str, str]) -> None:
    state = fold(run(case).events, iv_plan())
    found = state.given_by(at(300))
    if case["given_mg"] == "unknown":
        assert found.given_mg is None
        assert found.missing
    else:
        assert found.given_mg == Fraction(case["given_mg"])
        assert found.delivered_mg is not None
        assert found.given_mg + (found.in_line_mg or 0) == found.delivered_mg
        assert found.delivered_mg + (found.left_mg or 0) == Fraction(case["drawn_mg"])


def test_what_is_left_in_the_bag_is_the_waste_of_the_worked_case() -> None:
    found = fold(run(CASES[1]).events, iv_plan()).given_by(at(60))
    assert (found.delivered_ml, found.left_mg) == (Fraction("37.5"), Fraction("11.25"))


START = datetime(2026, 11, 12, 10, tzinfo=UTC)
steps = st.lists(st.tuples(st.integers(1, 900), st.sampled_from(["0", "37.5", "75", "90"])), min_size=1, max_size=6)


@given(steps, st.integers(1, 80), st.integers(0, 4000))
def test_the_pump_agrees_with_counting_every_second(run: list[tuple[int, str]], bag: int, until: int) -> None:
    segments, now = [], 0
    for length, rate in run:
        segments.append(Segment(START + timedelta(seconds=now), START + timedelta(seconds=now + length), Decimal(rate)))
        now += length
    slow = Fraction(0)
    for second in range(min(now, until)):
        place = START + timedelta(seconds=second)
        rate = next(piece.rate_ml_per_h for piece in segments if piece.start <= place < piece.end)  # type: ignore[operator]
        slow = min(slow + Fraction(rate or 0) / 3600, Fraction(bag))
    assert delivered_ml(segments, START + timedelta(seconds=until), Decimal(bag)) == slow


@given(st.fractions(0, 100), st.decimals(0, 10, places=1), st.fractions(0, 20))
def test_never_more_reaches_the_patient_than_left_the_bag(out: Fraction, line: Decimal, flush: Fraction) -> None:
    found = reached_ml(out, line, flush)
    assert found is not None
    assert 0 <= found <= out
    assert (reached_ml(out, line, flush + 1) or 0) >= found


def test_nothing_delivered_is_nothing_given_whatever_the_line() -> None:
    assert reached_ml(Fraction(0), None, None) == 0


def test_a_rate_nobody_said_leaves_the_amount_unknown() -> None:
    chair = Chair()
    chair.say("dose_prepared", -5, product="k", drawn_mg="36", bag_ml="50", line_volume_ml="0")
    chair.say("started", 0)
    chair.say("stopped", 40, reason="completed")
    found = fold(chair.events, iv_plan(rate_ml_per_h=None)).given_by(at(60))
    assert found.given_mg is None
    assert found.missing == ("pump rate",)


def test_the_pumps_own_figure_is_used_and_a_difference_is_said() -> None:
    chair = run(CASES[0])
    chair.events.pop()
    chair.say("stopped", 40, reason="completed", pump_infused_ml="45")
    state = fold(chair.events, iv_plan())
    assert state.given_by(at(60)).given_mg == Fraction("31.5")
    assert [odd.kind.value for odd in state.irregularities if odd.rule == "R25"] == ["pump_differs"]


def test_when_the_bag_will_be_empty() -> None:
    chair = run(CASES[0])
    running = [event for event in chair.events if event.kind.value != "stopped"]
    assert bag_empty_at(fold(running, iv_plan())) == at(40)
    assert bag_empty_at(fold(chair.events, iv_plan())) is None
    assert empty_at([Segment(START, None, None)], Decimal(50)) is None
    assert empty_at([Segment(START, START, None), Segment(START, None, Decimal(75))], Decimal(50)) == START + timedelta(minutes=40)
    later = START + timedelta(minutes=10)
    assert empty_at([Segment(START, later, None), Segment(later, None, Decimal(75))], Decimal(50)) is None


def test_case_file_reads_as_a_clinician_would() -> None:
    assert all(re.match(r"start 0 at", case["pump"]) for case in CASES)
