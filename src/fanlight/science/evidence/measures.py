"""The effect measures by the short names metafor's documentation uses, and how each is read by a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fanlight.science.evidence.errors import EvidenceError


class Measure(StrEnum):
    """An effect measure. Ratios are on the log scale, proportions on the scale the name says."""

    RR = "RR"
    OR = "OR"
    PETO = "PETO"
    RD = "RD"
    MD = "MD"
    SMD = "SMD"
    ROM = "ROM"
    MC = "MC"
    SMCC = "SMCC"
    SMCR = "SMCR"
    PR = "PR"
    PLN = "PLN"
    PLO = "PLO"
    PAS = "PAS"
    PFT = "PFT"
    IR = "IR"
    IRLN = "IRLN"
    IRS = "IRS"
    IRFT = "IRFT"
    IRR = "IRR"
    IRD = "IRD"
    COR = "COR"
    ZCOR = "ZCOR"
    GEN = "GEN"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a measure is read: its name in words, whether to exponentiate, and the value of no effect."""

    words: str
    is_log: bool
    null: float | None


READINGS: dict[Measure, Reading] = {
    Measure.RR: Reading("risk ratio", True, 0.0),
    Measure.OR: Reading("odds ratio", True, 0.0),
    Measure.PETO: Reading("odds ratio, Peto's method", True, 0.0),
    Measure.RD: Reading("risk difference", False, 0.0),
    Measure.MD: Reading("mean difference", False, 0.0),
    Measure.SMD: Reading("standardised mean difference (Hedges g)", False, 0.0),
    Measure.ROM: Reading("ratio of means", True, 0.0),
    Measure.MC: Reading("mean change", False, 0.0),
    Measure.SMCC: Reading("standardised mean change, by the deviation of change", False, 0.0),
    Measure.SMCR: Reading("standardised mean change, by the deviation before", False, 0.0),
    Measure.PR: Reading("proportion", False, None),
    Measure.PLN: Reading("proportion, log scale", True, None),
    Measure.PLO: Reading("proportion, logit scale", False, None),
    Measure.PAS: Reading("proportion, arcsine scale", False, None),
    Measure.PFT: Reading("proportion, double arcsine scale", False, None),
    Measure.IR: Reading("rate", False, None),
    Measure.IRLN: Reading("rate, log scale", True, None),
    Measure.IRS: Reading("rate, square-root scale", False, None),
    Measure.IRFT: Reading("rate, Freeman-Tukey scale", False, None),
    Measure.IRR: Reading("rate ratio", True, 0.0),
    Measure.IRD: Reading("rate difference", False, 0.0),
    Measure.COR: Reading("correlation", False, 0.0),
    Measure.ZCOR: Reading("correlation, Fisher's z scale", False, 0.0),
    Measure.GEN: Reading("effect as given", False, 0.0),
}


def parse_measure(name: str) -> Measure:
    """The measure called `name`, or FAN-EVID-003 with the names there are."""
    try:
        return Measure(str(name).upper())
    except ValueError:
        known = ", ".join(measure.value for measure in Measure)
        raise EvidenceError("FAN-EVID-003", f"There is no measure {name!r}", f"the measures are {known}") from None
