"""Plots of an answer by name, all from the answer's own values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fanlight.science.evidence.diagnostics import baujat, cumulative
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.forest import forest_of
from fanlight.science.evidence.forest_drawing import forest_svg, phone_forest_svg
from fanlight.science.evidence.measures import READINGS
from fanlight.science.evidence.other_plots import baujat_svg, cumulative_svg, funnel_svg, labbe_svg, people_pair
from fanlight.science.evidence.questions import Answer


def draw(result: Answer, kind: str, *, is_for_phone: bool = False) -> str:
    """The plot called `kind`; FAN-EVID-041 where the answer has too little for it. A forest for a phone stands tall instead of wide."""
    drawings: dict[str, Callable[[Answer], str]] = {
        "forest": lambda found: (phone_forest_svg if is_for_phone else forest_svg)(forest_of(found)),
        "funnel": _funnel,
        "cumulative": _cumulative,
        "baujat": _baujat,
        "labbe": _labbe,
        "people": _people,
    }
    if kind not in drawings:
        raise EvidenceError("FAN-EVID-041", f"There is no plot {kind!r}", f"the plots are {', '.join(drawings)}")
    if kind != "forest" and not result.is_pooled:
        raise EvidenceError("FAN-EVID-041", f"Cannot draw the {kind} plot of {result.question_id}", "it needs two or more pooled studies")
    return drawings[kind](result)


def _names(result: Answer) -> list[str]:
    return [row.study_id for row in result.rows]


def _values(result: Answer) -> tuple[np.ndarray, np.ndarray]:
    return np.array(result.y), np.array(result.v)


def _funnel(result: Answer) -> str:
    assert result.pooled is not None
    bands = "Bands show where a study alone would give p above 0.10, 0.05 and 0.01."
    label = f"Funnel of {len(result.rows)} studies about the pooled effect. {bands}"
    return funnel_svg(*_values(result), result.pooled.estimate, is_log=READINGS[result.measure].is_log, names=_names(result), label=label)


def _cumulative(result: Answer) -> str:
    y, v = _values(result)
    growing = cumulative(y, v, result.question.model.method, result.question.model.test)
    label = f"The pooled effect after each of {len(y)} studies, by year."
    named = [f"{row.study_id} ({row.year})" for row in result.rows]
    return cumulative_svg(growing, named, is_log=READINGS[result.measure].is_log, label=label)


def _baujat(result: Answer) -> str:
    points = baujat(*_values(result))
    most = _names(result)[int(points.contribution.argmax())]
    return baujat_svg(points, _names(result), f"{most} adds most to the differences between studies.")


def _labbe(result: Answer) -> str:
    rows = result.rows
    if not all(row.has_counts for row in rows):
        raise EvidenceError("FAN-EVID-041", f"Cannot draw the L'Abbe plot of {result.question_id}", "it needs counts")
    treated = [(row.events_arm1 or 0) / (row.total_arm1 or 1) for row in rows]
    control = [(row.events_arm2 or 0) / (row.total_arm2 or 1) for row in rows]
    people = [(row.total_arm1 or 0) + (row.total_arm2 or 0) for row in rows]
    more = sum(one > other for one, other in zip(treated, control, strict=True))
    return labbe_svg(treated, control, people, _names(result), f"In {more} of {len(rows)} trials more people responded on treatment.")


def _people(result: Answer) -> str:
    if result.people is None:
        raise EvidenceError("FAN-EVID-041", f"Cannot draw people for {result.question_id}", "its effect is not about risks")
    return people_pair(result.people, result.question.benefit_words)[1]


TITLES = {
    "funnel": "Funnel, with contours",
    "cumulative": "Cumulative, by year",
    "baujat": "Who adds to the differences (Baujat)",
    "labbe": "Rates side by side (L'Abbe)",
}
"""The plots beside the forest, by name, with their titles."""


def other_plots(result: Answer) -> list[tuple[str, str, str]]:
    """(name, title, SVG) of every plot that this answer has enough for."""
    found: list[tuple[str, str, str]] = []
    for name, title in TITLES.items():
        try:
            found.append((name, title, draw(result, name)))
        except EvidenceError:
            continue  # too little for this plot; the forest and the table stand
    return found
