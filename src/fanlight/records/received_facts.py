"""What imported lines of history propose for screening, and the action by which a person takes a proposal over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from fanlight.core.errors import FanlightError
from fanlight.exchange.fhir.concepts import Coding, Concept
from fanlight.exchange.fhir.dates import parse_date
from fanlight.exchange.fhir.proposals import ProposedFact, ScreeningProposals, screening_facts
from fanlight.exchange.fhir.values import AllergyValue, ConditionValue, ImportValue, Measurement, MedicationValue, ObservationValue
from fanlight.records.actions.patients import add_history, current_history, record_facts
from fanlight.records.code_tables import code_tables
from fanlight.records.import_details import RECEIVED_KINDS
from fanlight.records.models import Patient, StaffMember

FROM = "from: "
"""How the source of an imported line begins; a line written by hand begins otherwise."""
LIST_FACTS_PROPOSED = ("medications",)
"""Proposed facts that are one line of a list each."""


class ProposalError(FanlightError):
    """A proposal that cannot be taken over as asked."""


def received_proposals(patient: Patient) -> ScreeningProposals:
    """Everything the imported lines in force propose, and everything in them that was not checked."""
    return screening_facts(received_values(patient), code_tables())


def received_values(patient: Patient) -> list[tuple[str, ImportValue]]:
    """Imported lines in force, as (``Type/id``, value)."""
    lines = [line for kind in RECEIVED_KINDS for line in current_history(patient, kind)]
    values = [(line.source.removeprefix(FROM), value_of(line.kind, line.details)) for line in lines if line.source.startswith(FROM)]
    return [(name, value) for name, value in values if value is not None]


def accept_proposals(*, patient: Patient, proposals: Sequence[ProposedFact], by: StaffMember, at: datetime) -> int:
    """Take proposals over as facts: `by` has looked at each. Gives how many were taken over.

    Each must still be proposed by the record; each keeps where it came from.
    """
    standing = received_proposals(patient).facts
    gone = [proposal for proposal in proposals if proposal not in standing]
    if gone:
        raise ProposalError(
            "FAN-IMP-002",
            f"Cannot take over {len(gone)} proposals for {patient.number}",
            "the record they came from has changed",
            "Reload the page and look again.",
        )
    plain = [_fact(proposal, at) for proposal in proposals if proposal.fact not in LIST_FACTS_PROPOSED]
    if plain:
        record_facts(patient=patient, facts=plain, by=by, at=at, source="from a received record")
    for proposal in proposals:
        if proposal.fact in LIST_FACTS_PROPOSED and isinstance(proposal.value, Mapping):
            add_history(patient=patient, kind=proposal.fact, details=proposal.value, by=by, at=at, source=proposal.origin)
    return len(proposals)


def _fact(proposal: ProposedFact, at: datetime) -> dict[str, Any]:
    return {
        "name": proposal.fact,
        "value": proposal.value,
        "unit": proposal.unit,
        "true_at": proposal.at or at,
        "source": proposal.origin,
    }


def value_of(kind: str, details: Mapping[str, Any]) -> ImportValue | None:
    """The received value a line of history was made from."""
    concept = _concept(details)
    match kind:
        case "condition":
            return ConditionValue(
                concept=concept,
                clinical=details["clinical"],
                verification=details["verification"],
                onset=parse_date(details["onset"]),
                abated=parse_date(details["abated"]),
                has_ended=details["has_ended"],
                recorded=parse_date(details["recorded"]),
            )
        case "allergy" | "no_known_allergy":
            return AllergyValue(
                concept=concept,
                substances=tuple(_concept(item) for item in details["substances"]),
                clinical=details["clinical"],
                verification=details["verification"],
                criticality=details["criticality"],
                onset=parse_date(details["onset"]),
                recorded=parse_date(details["recorded"]),
                is_negation=kind == "no_known_allergy",
            )
        case "medicine_received":
            return MedicationValue(
                concept=concept,
                status=details["status"],
                is_current=details["is_current"],
                is_order=details["is_order"],
                dose_text=details["dose"],
                as_needed=details["as_needed"],
                started=parse_date(details["started"]),
                ended=parse_date(details["ended"]),
            )
        case "observation":
            return _observation(concept, details)
        case _:
            return None


def _observation(concept: Concept, details: Mapping[str, Any]) -> ObservationValue | None:
    effective = parse_date(details["effective"])
    if effective is None:
        return None
    readings = tuple(Measurement(m["measure"], Decimal(str(m["value"])), m["unit"], m["as_received"]) for m in details["measurements"])
    return ObservationValue(concept, details["category"], effective, readings, details["said"], None, details["device"])


def _concept(details: Mapping[str, Any]) -> Concept:
    return Concept(tuple(Coding(c["system"], c["code"], c["display"]) for c in details["codings"]), details["text"])
