"""One unit of an import written in one transaction: patients first, then what is about them, then the exact texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fanlight.core.instants import clinic_day
from fanlight.exchange.fhir.concepts import Concept
from fanlight.exchange.fhir.receiving import Received, dangling_references, subject_of, with_medicine
from fanlight.exchange.fhir.references import Index, Target
from fanlight.exchange.fhir.report import Line, Report
from fanlight.exchange.fhir.values import Fate, Identifier, PatientValue, ProviderValue
from fanlight.records.audit import Change
from fanlight.records.import_details import history_of, when_true
from fanlight.records.import_forms import act_on, form_of, forms_by_address
from fanlight.records.import_lookup import Kept, kept_resources
from fanlight.records.import_patients import settle_patient
from fanlight.records.models import (
    DirectoryEntry,
    HistoryEntry,
    ImportedIdentifier,
    ImportedResource,
    Patient,
    Recorded,
    ScaleResponse,
    Site,
    StaffMember,
)

_MOST_MERGES = 5


@dataclass(slots=True)
class UnitWriter:
    """Writes one unit inside a change.

    `people` are the patients by the names they go by, and `made_once` what was made under a condition: both across units.
    """

    entry: Change
    site: Site
    by: StaffMember
    at: datetime
    index: Index
    medicines: Mapping[Target, Concept]
    people: dict[Target, Patient]
    merged: Mapping[Target, Target]
    made_once: dict[tuple[str, Identifier], Target]
    report: Report = field(default_factory=Report)
    _kept: dict[Target, Kept] = field(default_factory=dict)
    _rows: list[tuple[Received, Recorded | None, str, Patient | None]] = field(default_factory=list)
    _taken: dict[Target, str] = field(default_factory=dict)
    _forms: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def write(self, received: Sequence[Received]) -> None:
        """Write every resource that is new, and count every one."""
        self._kept = kept_resources(self.site, (item.target for item in received))
        self._forms = forms_by_address(item.text for item in received if item.target.kind == "Questionnaire" and item.text)
        for item in sorted(received, key=lambda found: found.target.kind != "Patient"):
            self._take(item)
        self._flush()

    def _take(self, item: Received) -> None:
        fate, reason, attention = self._settle(item)
        kind = item.target.kind or "no type"
        self.report.count(kind, fate)
        line = Line(item.document, item.place, item.target.name, reason)
        if fate is Fate.REFUSED:
            self.report.refused.append(line)
            return
        if fate is Fate.QUARANTINED:
            self.report.quarantined.append(line)
        elif fate is Fate.KEPT and reason:
            self.report.not_recorded.append(line)
        if attention and fate is not Fate.UNCHANGED:
            self.report.attention.append(Line(item.document, item.place, item.target.name, attention))
        for warning in item.mapped.warnings:
            self.report.warn(kind, warning)
        self.report.dangling += dangling_references(item, self.index)

    def _settle(self, item: Received) -> tuple[Fate, str, str]:
        mapped = item.mapped
        if mapped.fate is Fate.REFUSED:
            return Fate.REFUSED, mapped.reason, ""
        earlier_here = self._taken.get(item.target)
        if earlier_here is not None:
            same = earlier_here == item.text_hash
            return (Fate.UNCHANGED, "", "") if same else (Fate.REFUSED, "it stands twice in this input, and not the same", "")
        self._taken[item.target] = item.text_hash
        kept = self._kept.get(item.target)
        if kept is not None and item.text_hash in (kept.text_hash, *kept.earlier_hashes):
            return (Fate.IMPORTED if self._came_late(item, kept) else Fate.UNCHANGED), "", ""
        if item.condition is not None and kept is None:
            held = self._held_already(item)
            if len(held) > 1:
                return Fate.REFUSED, f"it is to be made only once, and {len(held)} on record carry its identifier", ""
            if held:
                return Fate.UNCHANGED, "", ""
        return self._new(item, kept)

    def _came_late(self, item: Received, kept: Kept) -> bool:
        """A resource kept because its patient was unknown, whose patient is here now: its line is made after all."""
        is_line = item.mapped.value is not None and not isinstance(item.mapped.value, PatientValue | ProviderValue)
        if kept.became != "kept" or kept.patient_id is not None or not is_line:
            return False
        patient, _ = self._patient_of(item)
        if patient is None or self._line_in_force(item, kept) is not None:
            return False
        self.entry.add(self._history(with_medicine(item, self.index, self.medicines), patient, kept))
        return True

    def _held_already(self, item: Received) -> set[Target]:
        assert item.condition is not None
        key = (item.target.kind, item.condition)
        here = {self.made_once[key]} if key in self.made_once else set()
        self.made_once.setdefault(key, item.target)
        return (here | set(self.index.known.with_identifier(*key))) - {item.target}

    def _new(self, item: Received, kept: Kept | None) -> tuple[Fate, str, str]:
        mapped = item.mapped
        value = mapped.value
        if isinstance(value, PatientValue):
            found = settle_patient(self.entry, item, value, kept, site=self.site, by=self.by, at=self.at)
            if found.patient is None:
                return self._keep(item, None, Fate.QUARANTINED, found.reason)
            self.people[item.target] = found.patient
            self._rows.append((item, found.patient, "patient", found.patient))
            return Fate.IMPORTED, "", "; ".join(filter(None, (mapped.attention, found.attention)))
        if isinstance(value, ProviderValue):
            self._rows.append((item, self._provider(item, value, kept), "directory", None))
            return Fate.IMPORTED, "", mapped.attention
        patient, why = self._patient_of(item)
        if value is None and patient is not None and item.target.kind == "QuestionnaireResponse" and mapped.fate is Fate.KEPT:
            earlier = kept.became_id if kept is not None and kept.became == "scale" else None
            form, said = form_of(
                item.text,
                patient,
                asked_by=self._forms,
                source=f"from: {item.target.name}",
                amends_id=earlier,
                by=self.by,
                at=self.at,
            )
            if form is None:
                return self._keep(item, patient, Fate.KEPT, said)
            self._rows.append((item, form, "scale", patient))
            act_on(patient, form.instrument_id, form.answers, form.answered_at, is_finished=True, by=self.by, at=self.at)
            return Fate.IMPORTED, "", said
        if value is None:
            self._withdraw(item, kept)
            return self._keep(item, patient, mapped.fate, mapped.reason)
        if patient is None:
            return self._keep(item, None, Fate.KEPT, why)
        self._rows.append((item, self._history(with_medicine(item, self.index, self.medicines), patient, kept), "history", patient))
        return Fate.IMPORTED, "", mapped.attention

    def _keep(self, item: Received, patient: Patient | None, fate: Fate, reason: str) -> tuple[Fate, str, str]:
        self._rows.append((item, None, "quarantine" if fate is Fate.QUARANTINED else "kept", patient))
        return fate, reason, ""

    def _patient_of(self, item: Received) -> tuple[Patient | None, str]:
        target = subject_of(item, self.index)
        for _ in range(_MOST_MERGES):
            if not isinstance(target, Target) or target not in self.merged:
                break
            target = self.merged[target]
        if isinstance(target, str):
            return None, target
        if target not in self.people:
            kept = kept_resources(self.site, [target]).get(target)
            if kept is None or kept.patient_id is None:
                return None, f"its patient ({target.name}) was not made into a patient record"
            self.people[target] = Patient.objects.get(pk=kept.patient_id)
        return self.people[target], ""

    def _history(self, item: Received, patient: Patient, kept: Kept | None) -> HistoryEntry:
        value = item.mapped.value
        assert value is not None
        kind, details = history_of(value)
        moment = when_true(value)
        true_at = self.at
        if moment is not None and moment.instant is not None:
            true_at = moment.instant
        elif moment is not None and moment.day is not None:
            true_at = clinic_day(moment.day, self.site.zone)[0]
        return HistoryEntry(
            patient=patient,
            kind=kind,
            details=details,
            true_at=true_at,
            entered_at=self.at,
            entered_by=self.by,
            source=f"from: {item.target.name}",
            amends=self._line_in_force(item, kept),
        )

    def _withdraw(self, item: Received, kept: Kept | None) -> None:
        """The sender took back what it had said: every line that came of it is struck, the oldest first, and stays readable."""
        lines: list[HistoryEntry] = []
        line = self._line_in_force(item, kept)
        while line is not None and not line.is_struck:
            lines.insert(0, line)
            line = line.amends
        for old in lines:
            strike = HistoryEntry(
                patient_id=old.patient_id,
                kind=old.kind,
                details=old.details,
                true_at=old.true_at,
                entered_at=self.at,
                entered_by=self.by,
                source=f"from: {item.target.name}",
                reason=item.mapped.reason[:240],
                amends=old,
                is_struck=True,
            )
            self.entry.add(strike)

    def _line_in_force(self, item: Received, kept: Kept | None) -> HistoryEntry | None:
        if kept is None:
            return None
        if kept.became == "history" and kept.became_id is not None:
            line = HistoryEntry.objects.get(pk=kept.became_id)
        else:
            late = HistoryEntry.objects.filter(patient__site=self.site, source=f"from: {item.target.name}").order_by("pk").first()
            if late is None:
                return None
            line = late
        while (newer := line.amended_by.order_by("-pk").first()) is not None:
            line = newer
        return line

    def _provider(self, item: Received, value: ProviderValue, kept: Kept | None) -> DirectoryEntry:
        return DirectoryEntry(
            site=self.site,
            kind=value.kind,
            name=value.name,
            npi=value.npi,
            phone=value.phone,
            is_active=value.is_active,
            source=f"from: {item.target.name}",
            entered_at=self.at,
            amends_id=kept.became_id if kept is not None and kept.became == "directory" else None,
        )

    def _flush(self) -> None:
        made: list[Recorded] = [row for _, row, became, _ in self._rows if row is not None and became != "patient"]
        for model in (HistoryEntry, DirectoryEntry, ScaleResponse):
            self.entry.add_many([row for row in made if isinstance(row, model)])
        texts = [(item, self._resource(item, row, became, patient)) for item, row, became, patient in self._rows]
        self.entry.add_many([text for _, text in texts])
        names: list[Recorded] = [
            ImportedIdentifier(resource=text, system=identifier.system, value=identifier.value)
            for item, text in texts
            for identifier in dict.fromkeys((*item.identifiers, *((item.condition,) if item.condition else ())))
        ]
        self.entry.add_many(names)

    def _resource(self, item: Received, row: Recorded | None, became: str, patient: Patient | None) -> ImportedResource:
        columns: dict[str, Any] = {"became": became, "became_id": row.pk if row is not None else None}
        return ImportedResource(
            site=self.site,
            source_system=item.target.source,
            resource_type=item.target.kind,
            resource_id=item.target.id,
            patient=patient,
            text=item.text,
            text_hash=item.text_hash,
            received_at=self.at,
            **columns,
        )
