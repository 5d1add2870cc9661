"""Rating scales: what is asked, how it is scored, what a score and a change mean, and what a risk answer demands.

Instruments are data (`Instrument`, read from content); everything here is a pure function of them. A missing answer is
never taken for a low one: a score with too much missing has no total, and a suicide item not answered is flagged.
"""

from typing import TYPE_CHECKING

from fanlight.care.scales.changes import Change, Judgement, change, is_comparable, judged_score, percent_improvement
from fanlight.care.scales.instrument import Instrument, ScaleError, same_name
from fanlight.care.scales.risk import RiskGrade, RiskSignal, RiskTable, risk_of, risk_of_answers, risk_of_event
from fanlight.care.scales.scoring import Score, Status, band_of, item_flags, score
from fanlight.care.scales.view import QuestionnaireItem, questionnaire_items

if TYPE_CHECKING:
    from fanlight.care.scales.frame import score_frame


def __getattr__(name: str) -> object:
    if name == "score_frame":  # NumPy and Polars are loaded by who scores frames, not by every page
        from fanlight.care.scales.frame import score_frame

        return score_frame
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "Change",
    "Instrument",
    "Judgement",
    "QuestionnaireItem",
    "RiskGrade",
    "RiskSignal",
    "RiskTable",
    "ScaleError",
    "Score",
    "Status",
    "band_of",
    "change",
    "is_comparable",
    "item_flags",
    "judged_score",
    "percent_improvement",
    "questionnaire_items",
    "risk_of",
    "risk_of_answers",
    "risk_of_event",
    "same_name",
    "score",
    "score_frame",
]
