"""Treatment protocols: parse, check, compare, overlay, schedule, and say what a session is held to. Opens no file."""

from fanlight.care.protocols.calendar import ClinicCalendar
from fanlight.care.protocols.ceilings import DefaultCeilings
from fanlight.care.protocols.changing import Change, if_missed, if_moved
from fanlight.care.protocols.cited import Cited, Statement
from fanlight.care.protocols.compare import ProtocolDifference, compare
from fanlight.care.protocols.consequences import DateChange
from fanlight.care.protocols.course import CoursePlan, PlannedSession
from fanlight.care.protocols.document import ProtocolDocument, Section, protocol_document
from fanlight.care.protocols.entries import Entry
from fanlight.care.protocols.errors import ProtocolError
from fanlight.care.protocols.lint import LintAgainst, errors, lint
from fanlight.care.protocols.lint_types import LintFault, LintSeverity
from fanlight.care.protocols.overlay import Overlaid, overlay
from fanlight.care.protocols.phases import DoseBasis, DosePart, DoseRule, Phase
from fanlight.care.protocols.protocol import LabelStatus, Protocol, WeightBasis
from fanlight.care.protocols.schedule import open_ended_phase, plan, plan_until
from fanlight.care.protocols.scope import rule_parameters, rule_scope
from fanlight.care.protocols.session import PlannedDose, session_plan
from fanlight.care.protocols.shape import plan_json
from fanlight.care.protocols.wording import number_words

__all__ = [
    "Change",
    "Cited",
    "ClinicCalendar",
    "CoursePlan",
    "DateChange",
    "DefaultCeilings",
    "DoseBasis",
    "DosePart",
    "DoseRule",
    "Entry",
    "LabelStatus",
    "LintAgainst",
    "LintFault",
    "LintSeverity",
    "Overlaid",
    "Phase",
    "PlannedDose",
    "PlannedSession",
    "Protocol",
    "ProtocolDifference",
    "ProtocolDocument",
    "ProtocolError",
    "Section",
    "Statement",
    "WeightBasis",
    "compare",
    "errors",
    "if_missed",
    "if_moved",
    "lint",
    "number_words",
    "open_ended_phase",
    "overlay",
    "plan",
    "plan_json",
    "plan_until",
    "protocol_document",
    "rule_parameters",
    "rule_scope",
    "session_plan",
]
