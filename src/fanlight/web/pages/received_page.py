"""Rows of the page of received records: what is proposed, and what nobody could classify."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanlight.core.facts import FactCatalogue
from fanlight.core.quantities import Quantity, plain
from fanlight.exchange.fhir.blood_pressure import pair_blood_pressures
from fanlight.exchange.fhir.dates import FhirDate
from fanlight.exchange.fhir.proposals import NotChecked, ProposedFact
from fanlight.exchange.fhir.tables import CodeTables
from fanlight.exchange.fhir.values import ObservationValue
from fanlight.records.canonical import canonical_json
from fanlight.records.knowledge import ASKED_NONE
from fanlight.records.models import Patient, PatientFact, ReceivedFact
from fanlight.records.received_answers import LISTS
from fanlight.web.pages.known import fact_value_words

_SHOWN_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal: the question it answers, the answer, why, and whether somebody took it over already."""

    key: str
    label: str
    answer: str
    because: str
    on: str
    origin: str
    is_taken: bool
    proposal: ProposedFact


@dataclass(frozen=True, slots=True)
class NotCheckedRow:
    """Received words that no code explained, and how often they came."""

    kind: str
    words: str
    why: str
    origins: str
    times: int


def proposal_rows(patient: Patient, proposals: Sequence[ProposedFact], catalogue: FactCatalogue) -> list[ProposalRow]:
    """Every proposal in order; one whose record was taken over before is marked so."""
    taken = set(patient.facts.filter(is_struck=False).values_list("name", "source"))
    taken |= set(patient.history.filter(is_struck=False).values_list("kind", "source"))
    return [_row(proposal, catalogue, (proposal.fact, proposal.origin) in taken) for proposal in proposals]


def _row(proposal: ProposedFact, catalogue: FactCatalogue, is_taken: bool) -> ProposalRow:
    definition = catalogue.definitions.get(proposal.fact)
    answer = _answer(proposal)
    text = f"{proposal.fact}|{answer}|{proposal.origin}"
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    label = definition.label if definition else proposal.fact.replace("_", " ")
    return ProposalRow(key, label, answer, proposal.because, proposal.on, proposal.origin.removeprefix("from: "), is_taken, proposal)


def _answer(proposal: ProposedFact) -> str:
    value = proposal.value
    if isinstance(value, Mapping):
        dose = value.get("dose")
        return f"{value['name']}{f', {dose}' if dose else ''}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value} {proposal.unit.strip('[]').replace('_av', '').replace('_i', '')}".replace("_", " ").strip()


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One reading received from elsewhere: what, how much, when, from where. It is never charted as one of a session."""

    label: str
    value: str
    on: str
    origin: str


def reading_rows(records: Sequence[tuple[str, ObservationValue]], tables: CodeTables) -> list[ReadingRow]:
    """The latest of each measure; blood pressure as one reading, also where it came in halves."""
    halves = ("systolic_mmhg", "diastolic_mmhg")
    labels = {measure.measure: measure.label for measure in tables.measures.values()}
    latest: dict[str, tuple[str, ReadingRow]] = {}
    for pressure in pair_blood_pressures(records):
        shown = "/".join("–" if half is None else plain(half) for half in (pressure.systolic_mmhg, pressure.diastolic_mmhg))
        row = ReadingRow("Blood pressure", f"{shown} mmHg", pressure.effective.text, ", ".join(pressure.origins))
        _keep_latest(latest, "blood_pressure", pressure.effective, row)
    for name, value in records:
        for reading in value.measurements:
            if reading.measure not in halves:
                shown = str(Quantity(reading.value, reading.unit))
                _keep_latest(
                    latest, reading.measure, value.effective, ReadingRow(labels[reading.measure], shown, value.effective.text, name)
                )
    return [row for _, row in sorted(latest.values(), key=lambda pair: pair[1].label)]


def _keep_latest(latest: dict[str, tuple[str, ReadingRow]], measure: str, when: FhirDate, row: ReadingRow) -> None:
    order = when.instant.isoformat() if when.instant else when.text
    if measure not in latest or latest[measure][0] < order:
        latest[measure] = (order, row)


def not_checked_rows(items: Sequence[NotChecked]) -> list[NotCheckedRow]:
    """What nobody could classify, the same words told once."""
    counted = Counter((item.kind, item.words, item.why) for item in items)
    first = {(item.kind, item.words, item.why): item.origin.removeprefix("from: ") for item in reversed(items)}
    rows = [NotCheckedRow(kind, words, why, first[kind, words, why], times) for (kind, words, why), times in counted.items()]
    return sorted(rows, key=lambda row: (row.kind, row.words))[:_SHOWN_AT_MOST]


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One thing a file or the patient said: what of, what, from whom and when; and what became of it."""

    pk: int
    label: str
    answer: str
    source: str
    on: str
    is_denied: bool
    became: str = ""
    kind: str = "text"
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    stands: str = ""


def said_rows(rows: Sequence[ReceivedFact], catalogue: FactCatalogue, standing: Mapping[str, PatientFact] | None = None) -> list[SaidRow]:
    """Received facts as the page shows them: first what differs from what stands on record, then what is said, then what is denied."""
    found = [_said(row, catalogue, (standing or {}).get(row.name)) for row in rows]
    return sorted(found, key=lambda one: (not one.stands, one.is_denied)) if standing is not None else found


def _stands(row: ReceivedFact, there: PatientFact | None) -> str:
    """What is on record and is not what was received, with who recorded it."""
    if there is None or canonical_json(there.value) == canonical_json(row.value):
        return ""
    return f"{fact_value_words(there.value, there.unit)}, {there.entered_by.name}"


def _said(row: ReceivedFact, catalogue: FactCatalogue, there: PatientFact | None) -> SaidRow:
    definition = catalogue.definitions.get(row.name)
    label = definition.label if definition else row.name.replace("_", " ").capitalize()
    value = row.value
    if isinstance(value, Mapping):
        answer = "none, says the patient" if ASKED_NONE in value else ", ".join(str(item) for item in value.values())
    else:
        answer = fact_value_words(value, row.unit) + (f" (given as {row.as_given})" if row.as_given else "")
    settled = getattr(row, "settled", None)
    became = "" if settled is None else f"{'taken over' if settled.is_taken else 'left aside'} by {settled.settled_by.name}"
    on = row.said_on.isoformat() if row.said_on else ""
    return SaidRow(
        row.pk,
        label,
        answer,
        row.source,
        on,
        value is False,
        became,
        kind="text" if definition is None or row.name in LISTS else definition.kind.value,
        unit=definition.unit if definition and row.name not in LISTS else "",
        choices=tuple((choice, choice.replace("_", " ")) for choice in definition.choices) if definition else (),
        stands=_stands(row, there),
    )
