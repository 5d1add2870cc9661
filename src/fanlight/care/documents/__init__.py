"""What a session's stream says to its readers. Pure: the same events give the same document.

    note = procedure_note(state, plan, header, now)
    home = discharge_instructions(state, plan, header, instructions_file, now)

`header` (`SessionHeader`) carries names and circumstances from the record; every clinical statement comes from the
stream, and each `Line` and `Row` names its events. `document_values(document)` gives plain JSON values for a template,
and `content_hash_of(document)` what a signature signs.
"""

from fanlight.care.documents.course_summary import CourseVisit, ScalePoint, course_summary
from fanlight.care.documents.document import Document, Level, Line, Point, Row, Section, SessionChart, Signature, Table
from fanlight.care.documents.downtime_sheet import downtime_sheet
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.instructions import Instruction, InstructionPart, InstructionsFile, discharge_instructions
from fanlight.care.documents.letters import referrer_letter, visit_summary
from fanlight.care.documents.monitoring_form import NotThisDrugError, monitoring_form
from fanlight.care.documents.procedure_note import procedure_note
from fanlight.care.documents.values import content_hash_of, document_values
from fanlight.care.documents.written_protocol import written_protocol

__all__ = [
    "CourseVisit",
    "Document",
    "Instruction",
    "InstructionPart",
    "InstructionsFile",
    "Level",
    "Line",
    "NotThisDrugError",
    "Point",
    "Row",
    "ScalePoint",
    "Section",
    "SessionChart",
    "SessionHeader",
    "Signature",
    "Table",
    "content_hash_of",
    "course_summary",
    "discharge_instructions",
    "document_values",
    "downtime_sheet",
    "monitoring_form",
    "procedure_note",
    "referrer_letter",
    "visit_summary",
    "written_protocol",
]
