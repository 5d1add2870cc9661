"""What answered scales say of the facts the rules ask for: dates, totals, and what the C-SSRS found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from fanlight.care.screening.scale_facts import ScoredAnswers, said_by_scales
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library

TODAY = date(2026, 11, 21)
NO = {"q1": 0, "q2": 0, "q6": 0}
METHOD = {"q1": 1, "q2": 1, "q3": 1, "q4": 0, "q5": 0, "q6": 0}
EVER = {"q1": 0, "q2": 0, "q6": 1, "q6r": 0}
LATELY = {"q1": 0, "q2": 0, "q6": 1, "q6r": 1}


def answered(scale: str, days_ago: int, status: str, total: int | None, answers: dict[str, int] | None = None) -> ScoredAnswers:
    at = datetime(2026, 11, 21, 15, tzinfo=UTC) - timedelta(days=days_ago)
    return ScoredAnswers(scale, at, at.date(), status, None if total is None else Decimal(total), answers or {})


def said(name: str, *sets: ScoredAnswers) -> object:
    found = said_by_scales(library().facts.definitions.values(), sets, TODAY).get(name)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("name", "sets", "expected"),
    [
        ("depression_score_on", [("phq9", 5, "complete", 14), ("madrs", 2, "complete", 20)], date(2026, 11, 19)),
        ("depression_score_on", [("phq9", 5, "prorated", 14)], date(2026, 11, 16)),
        ("depression_score_on", [("phq9", 5, "complete", 14), ("phq9", 1, "incomplete", None)], date(2026, 11, 16)),
        ("depression_score_on", [("gad7", 1, "complete", 9)], None),
        ("ymrs_on", [("ymrs", 3, "complete", 4)], date(2026, 11, 18)),
        ("ymrs_total", [("ymrs", 9, "complete", 21), ("ymrs", 3, "complete", 4)], Decimal(4)),
        ("bpic_ss_total", [("bpic_ss", 3, "complete", 19)], Decimal(19)),
        ("icsi_total", [("icsi", 3, "incomplete", None)], None),
        ("cssrs_asked_on", [("cssrs_since_last_visit", 1, "complete", 0)], date(2026, 11, 20)),
        # the highest of a month counts, on its last day too; a lower one after it takes nothing back
        ("cssrs_ideation_past_month", [("cssrs_screener", 30, "complete", 4), ("cssrs_screener", 1, "complete", 0)], Decimal(4)),
        ("cssrs_ideation_past_month", [("cssrs_screener", 31, "complete", 4), ("cssrs_screener", 1, "complete", 0)], Decimal(0)),
        ("cssrs_ideation_past_month", [("cssrs_screener", 90, "complete", 2)], Decimal(2)),
        ("cssrs_ideation_past_month", [("cssrs_screener", 2, "complete", 1), ("cssrs_screener", 1, "complete", 3)], Decimal(3)),
    ],
)  # fmt: skip
def test_dates_and_totals(name, sets, expected) -> None:
    assert said(name, *(answered(*one) for one in sets)) == expected


@pytest.mark.parametrize(
    ("name", "sets", "expected"),
    [
        ("cssrs_behaviour_lifetime", [(1, "complete", NO)], False),
        ("cssrs_behaviour_lifetime", [(9, "complete", EVER), (1, "complete", NO)], True),  # a yes about a lifetime stays
        ("cssrs_behaviour_lifetime", [(1, "incomplete", {"q6": 1})], True),  # a yes counts in half a form
        ("cssrs_behaviour_lifetime", [(1, "incomplete", {"q1": 0, "q6": 0})], None),  # a no does not
        ("cssrs_behaviour_past_3_months", [(1, "complete", LATELY)], True),
        ("cssrs_behaviour_past_3_months", [(1, "complete", EVER)], False),
        ("cssrs_behaviour_past_3_months", [(1, "complete", NO)], False),  # never, so not lately
        ("cssrs_behaviour_past_3_months", [(1, "incomplete", {"q6": 1})], None),  # ever, and nobody asked when
        ("cssrs_behaviour_past_3_months", [(1, "complete", METHOD)], False),
    ],
)  # fmt: skip
def test_what_the_screener_found_about_behaviour(name, sets, expected) -> None:
    assert said(name, *(answered("cssrs_screener", days, status, None, answers) for days, status, answers in sets)) is expected


def test_every_scale_and_item_a_fact_names_is_one_that_ships() -> None:
    shipped = shipped_instruments()
    named = [definition for definition in library().facts.definitions.values() if definition.from_scale]
    assert len(named) >= 9
    for definition in named:
        source = definition.from_scale
        for scale in source.scales:
            assert scale in shipped, f"{definition.name}: {scale}"
            for item in (source.gives, source.no_without):
                assert item in ("day", "total", "") or shipped[scale].has_item(item), f"{definition.name}: {item} of {scale}"
