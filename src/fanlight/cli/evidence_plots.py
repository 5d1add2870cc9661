"""Plots of an answer by name, and as files that carry their own colours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fanlight.core.errors import FanlightError
from fanlight.science.evidence.diagnostics import baujat, cumulative
from fanlight.science.evidence.forest import forest_of, forest_svg
from fanlight.science.evidence.measures import READINGS
from fanlight.science.evidence.other_plots import baujat_svg, cumulative_svg, funnel_svg, labbe_svg, people_pair
from fanlight.science.evidence.questions import Answer


def draw(result: Answer, kind: str) -> str:
    """The plot called `kind`; FAN-EVID-041 where the answer has too little for it."""
    drawings: dict[str, Callable[[Answer], str]] = {
        "forest": lambda found: forest_svg(forest_of(found)),
        "funnel": _funnel,
        "cumulative": _cumulative,
        "baujat": _baujat,
        "labbe": _labbe,
        "people": _people,
    }
    if kind not in drawings:
        raise FanlightError("FAN-EVID-041", f"There is no plot {kind!r}", f"the plots are {', '.join(drawings)}")
    if kind != "forest" and not result.is_pooled:
        raise FanlightError("FAN-EVID-041", f"Cannot draw the {kind} plot of {result.question_id}", "it needs two or more pooled studies")
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
        raise FanlightError("FAN-EVID-041", f"Cannot draw the L'Abbe plot of {result.question_id}", "it needs counts")
    treated = [(row.events_arm1 or 0) / (row.total_arm1 or 1) for row in rows]
    control = [(row.events_arm2 or 0) / (row.total_arm2 or 1) for row in rows]
    people = [(row.total_arm1 or 0) + (row.total_arm2 or 0) for row in rows]
    more = sum(one > other for one, other in zip(treated, control, strict=True))
    return labbe_svg(treated, control, people, _names(result), f"In {more} of {len(rows)} trials more people responded on treatment.")


def _people(result: Answer) -> str:
    if result.people is None:
        raise FanlightError("FAN-EVID-041", f"Cannot draw people for {result.question_id}", "its effect is not about risks")
    return people_pair(result.people, result.question.benefit_words)[1]


STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#454138}.t-ink{fill:#1c1a16}.t-b{font-weight:650}.t-l{font-size:15px}.end{text-anchor:end}"
    ".mid{text-anchor:middle}.axis,.gridline{stroke:#8d8676;fill:none}.sill{stroke:#1c1a16;stroke-width:2;fill:none}"
    ".gap{stroke:#8d8676;stroke-dasharray:2 4;fill:none}.s-main{stroke:#1c1a16;stroke-width:2;fill:none}"
    ".s-alt{stroke:#454138;stroke-dasharray:6 4;fill:none}"
    ".box,.diamond,.m-main,.person-a{fill:#1c1a16}.pi{stroke:#1c1a16;stroke-width:2;fill:none}.band,.band-2,.person{fill:#d9d3c3}.wash-fill{fill:#f2eee3}"
    ".person-b{fill:#f2b84b;stroke:#a36a00}"
)
"""Plain print colours for a plot outside the product's pages."""


def standing_alone(svg: str) -> str:
    """The same picture as a file of its own."""
    start = svg.index(">") + 1
    opened = svg[:start].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f"{opened}<style>{STYLE}</style>{svg[start:]}\n"
