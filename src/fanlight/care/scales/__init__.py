"""Rating scales: what is asked, how it is scored, what a score and a change mean, and what a risk answer demands.

Instruments are data (`Instrument`, read from content); everything here is a pure function of them. A missing answer is
never taken for a low one: a score with too much missing has no total, and a suicide item not answered is flagged.
"""

from fanlight.care.scales.instrument import Instrument, ScaleError, same_name
from fanlight.care.scales.risk import RiskGrade, RiskSignal, RiskTable, risk_of, risk_of_answers, risk_of_event
from fanlight.care.scales.scoring import Score, Status, band_of, item_flags, score

__all__ = [
    "Instrument",
    "RiskGrade",
    "RiskSignal",
    "RiskTable",
    "ScaleError",
    "Score",
    "Status",
    "band_of",
    "item_flags",
    "risk_of",
    "risk_of_answers",
    "risk_of_event",
    "same_name",
    "score",
]
