"""All clinical content, read once: the shipped files, checked as they are read. No framework is needed here."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fanlight.care.dosing import DosingPolicy, Product, ProductsFile, products_by_id
from fanlight.care.protocols import ClinicCalendar, DefaultCeilings
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.rules import RulesFile, SourcesFile, sources_of
from fanlight.care.scales import RiskTable
from fanlight.care.scales.asking import AskingPolicy
from fanlight.care.screening import ScreeningContent
from fanlight.care.sessions.parameters import SessionParametersFile
from fanlight.content import content_folder, content_hash, read, read_folder, read_text
from fanlight.core.facts import FactCatalogue, FactsFile
from fanlight.records.compiled_content import compiled
from fanlight.records.consent_texts import ConsentText
from fanlight.records.screening_content import load_screening_content


@dataclass(frozen=True)
class Library:
    """The content of one folder. Each part is read when it is first asked for, and kept."""

    folder: Path = field(default_factory=content_folder)

    @cached_property
    def version(self) -> str:
        """Hash of every content file: the content version that decisions name."""
        return content_hash(self.folder)

    @cached_property
    def facts(self) -> FactCatalogue:
        """Every fact that may be given or asked for."""
        return compiled(self.folder, "facts", lambda: FactCatalogue.of(read_folder(self.folder / "facts", FactsFile).values()))

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Source id to citation."""
        return sources_of(read_folder(self.folder / "sources", SourcesFile).values())

    @cached_property
    def consents(self) -> Mapping[str, ConsentText]:
        """Consent texts by id."""
        return compiled(self.folder, "consents", lambda: {t.id: t for t in read_folder(self.folder / "consents", ConsentText).values()})

    @cached_property
    def protocols(self) -> Mapping[str, Protocol]:
        """Protocols by id."""
        return compiled(self.folder, "protocols", lambda: {p.id: p for p in read_folder(self.folder / "protocols", Protocol).values()})

    @cached_property
    def products(self) -> Mapping[str, Product]:
        """Products by id."""
        return compiled(
            self.folder, "products", lambda: products_by_id(tuple(read_folder(self.folder / "products", ProductsFile).values()))
        )

    @cached_property
    def dosing_policy(self) -> DosingPolicy:
        """What a syringe and a pump can deliver, weight windows, how figures are shown."""
        return compiled(self.folder, "dosing", lambda: read(self.folder / "dosing" / "policy.yaml", DosingPolicy))

    @cached_property
    def ceilings(self) -> DefaultCeilings:
        """The default ceilings of the dose and frequency rules, for planning and checking protocols."""
        return compiled(self.folder, "ceilings", lambda: DefaultCeilings.of(read_folder(self.folder / "rules", RulesFile).values()))

    @cached_property
    def calendars(self) -> Mapping[str, ClinicCalendar]:
        """Clinic calendars by id."""
        return compiled(
            self.folder, "calendars", lambda: {c.id: c for c in read_folder(self.folder / "calendars", ClinicCalendar).values()}
        )

    @cached_property
    def session_parameters(self) -> SessionParametersFile:
        """The numbers a session is judged by where its protocol gives none."""
        return read(self.folder / "sessions" / "parameters.yaml", SessionParametersFile)

    @cached_property
    def risk_table(self) -> RiskTable:
        """What a risk answer demands: who, by when, who is next."""
        return compiled(self.folder, "risk", lambda: read(self.folder / "risk" / "grades.yaml", RiskTable))

    @cached_property
    def asking_policy(self) -> AskingPolicy:
        """When a patient is asked for a scale, and who owns it when nobody answers."""
        return compiled(self.folder, "asking", lambda: read(self.folder / "asking" / "policy.yaml", AskingPolicy))

    @cached_property
    def screening(self) -> ScreeningContent:
        """Rules, criteria, definitions and medicines: what a screening is made from."""
        return load_screening_content(self.folder, self.facts, dict(self.sources), self.version)

    def protocol_text(self, protocol_id: str) -> str:
        """The file of a protocol as it stands: what a medical director signs."""
        return (self.folder / "protocols" / f"{protocol_id}.yaml").read_text(encoding="utf-8")

    def pinned_protocol(self, protocol_id: str, text: str) -> Protocol:
        """The protocol of a text signed earlier, whatever the file says now."""
        if text == self.protocol_text(protocol_id):
            return self.protocols[protocol_id]
        return read_text(text, Protocol, f"{protocol_id} as signed")


@functools.cache
def library() -> Library:
    """The shipped content, read once for the life of the process."""
    return Library()
