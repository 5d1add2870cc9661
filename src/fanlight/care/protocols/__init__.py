"""Treatment protocols: parse, check, compare, overlay, schedule, and say what a session is held to. Opens no file."""

from fanlight.care.protocols.cited import Cited, Statement
from fanlight.care.protocols.errors import ProtocolError
from fanlight.care.protocols.phases import DoseBasis, DosePart, DoseRule, Phase
from fanlight.care.protocols.protocol import LabelStatus, Protocol, WeightBasis
from fanlight.care.protocols.scope import rule_parameters, rule_scope
from fanlight.care.protocols.session import PlannedDose, session_plan

__all__ = [
    "Cited",
    "DoseBasis",
    "DosePart",
    "DoseRule",
    "LabelStatus",
    "Phase",
    "PlannedDose",
    "Protocol",
    "ProtocolError",
    "Statement",
    "WeightBasis",
    "rule_parameters",
    "rule_scope",
    "session_plan",
]
