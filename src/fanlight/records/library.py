"""All clinical content, read once: the shipped files with a site's own protocols over them. No framework is needed here."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fanlight.care.dosing import DosingPolicy, Product, ProductsFile, products_by_id
from fanlight.care.protocols import ClinicCalendar, DefaultCeilings, LintAgainst, Overlaid, Protocol, overlay
from fanlight.care.rules import RulesFile, SourcesFile, sources_of
from fanlight.care.scales import RiskTable
from fanlight.care.scales.asking import AskingPolicy
from fanlight.care.scales.messages import MessageTexts
from fanlight.care.scales.patient_words import PatientWords
from fanlight.care.screening import ScreeningContent
from fanlight.care.sessions.owed import OwedTimesFile
from fanlight.care.sessions.parameters import SessionParametersFile
from fanlight.content import content_folder, content_hash, read, read_folder, read_text
from fanlight.core.facts import FactCatalogue, FactsFile
from fanlight.exchange.csv_files import CsvWords
from fanlight.records.compiled_content import compiled
from fanlight.records.consent_texts import ConsentText
from fanlight.records.intake_content import InterviewOrder, PhoneQuestions, SettlingFile
from fanlight.records.screening_content import load_screening_content
from fanlight.records.site_overlay import SiteOverlay, read_site_overlay


@dataclass(frozen=True)
class Library:
    """The content of one folder, with a site's own protocols laid over it. Each part is read when it is first asked for, and kept."""

    folder: Path = field(default_factory=content_folder)
    overlay: Path | None = None

    @cached_property
    def shipped_version(self) -> str:
        """Hash of every shipped content file."""
        return content_hash(self.folder)

    @cached_property
    def version(self) -> str:
        """Hash of every content file, the site's own too: the content version that decisions name."""
        return self._own.version_over(self.shipped_version)

    @cached_property
    def _own(self) -> SiteOverlay:
        return read_site_overlay(self.overlay)

    @cached_property
    def facts(self) -> FactCatalogue:
        """Every fact that may be given or asked for."""
        return compiled(self.shipped_version, "facts", lambda: FactCatalogue.of(read_folder(self.folder / "facts", FactsFile).values()))

    @cached_property
    def csv_words(self) -> CsvWords:
        """Words of heads and cells that an import of a delimited file understands."""
        return compiled(self.shipped_version, "csv_words", lambda: read(self.folder / "intake" / "csv_words.yaml", CsvWords))

    @cached_property
    def phone_questions(self) -> PhoneQuestions:
        """The patient's own form before the first visit."""
        return compiled(
            self.shipped_version, "phone_questions", lambda: read(self.folder / "intake" / "phone_questions.yaml", PhoneQuestions)
        )

    @cached_property
    def interview_order(self) -> InterviewOrder:
        """The screens of the structured interview."""
        return compiled(self.shipped_version, "interview_order", lambda: read(self.folder / "intake" / "interview.yaml", InterviewOrder))

    @cached_property
    def settling(self) -> SettlingFile:
        """How missing facts are settled, and how long that takes."""
        return compiled(self.shipped_version, "settling", lambda: read(self.folder / "intake" / "settling.yaml", SettlingFile))

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Source id to citation."""
        return compiled(self.shipped_version, "sources", lambda: sources_of(read_folder(self.folder / "sources", SourcesFile).values()))

    @cached_property
    def consents(self) -> Mapping[str, ConsentText]:
        """Consent texts by id."""
        return compiled(
            self.shipped_version, "consents", lambda: {t.id: t for t in read_folder(self.folder / "consents", ConsentText).values()}
        )

    @cached_property
    def shipped_protocols(self) -> Mapping[str, Protocol]:
        """The protocols as shipped, by id."""
        return compiled(
            self.shipped_version, "protocols", lambda: {p.id: p for p in read_folder(self.folder / "protocols", Protocol).values()}
        )

    @cached_property
    def overlaid(self) -> Overlaid:
        """The protocols in force, and what the site's overlay did to the shipped ones."""
        return overlay(self.shipped_protocols, self._own.protocols)

    @property
    def protocols(self) -> Mapping[str, Protocol]:
        """Protocols in force by id: the shipped ones with the site's laid over them."""
        return self.overlaid.protocols

    @cached_property
    def lint_against(self) -> LintAgainst:
        """What protocols are checked against before they are signed."""
        drugs = {name: product.drug for name, product in self.products.items()}
        scales = frozenset(path.stem for path in (self.folder / "instruments").glob("*.yaml"))
        return LintAgainst(dict(self.sources), self.ceilings, drugs, frozenset(self.consents), scales)

    @cached_property
    def products(self) -> Mapping[str, Product]:
        """Products by id."""
        return compiled(
            self.shipped_version, "products", lambda: products_by_id(tuple(read_folder(self.folder / "products", ProductsFile).values()))
        )

    @cached_property
    def dosing_policy(self) -> DosingPolicy:
        """What a syringe and a pump can deliver, weight windows, how figures are shown."""
        return compiled(self.shipped_version, "dosing", lambda: read(self.folder / "dosing" / "policy.yaml", DosingPolicy))

    @cached_property
    def ceilings(self) -> DefaultCeilings:
        """The default ceilings of the dose and frequency rules, for planning and checking protocols."""
        return compiled(
            self.shipped_version, "ceilings", lambda: DefaultCeilings.of(read_folder(self.folder / "rules", RulesFile).values())
        )

    @cached_property
    def calendars(self) -> Mapping[str, ClinicCalendar]:
        """Clinic calendars by id."""
        return compiled(
            self.shipped_version, "calendars", lambda: {c.id: c for c in read_folder(self.folder / "calendars", ClinicCalendar).values()}
        )

    @cached_property
    def session_parameters(self) -> SessionParametersFile:
        """The numbers a session is judged by where its protocol gives none."""
        return compiled(self.shipped_version, "sessions", lambda: read(self.folder / "sessions" / "parameters.yaml", SessionParametersFile))

    @cached_property
    def session_owed_times(self) -> OwedTimesFile:
        """By when each thing a session comes to owe is done, and who is told next."""
        return compiled(self.shipped_version, "session_owed", lambda: read(self.folder / "sessions" / "owed.yaml", OwedTimesFile))

    @cached_property
    def risk_table(self) -> RiskTable:
        """What a risk answer demands: who, by when, who is next."""
        return compiled(self.shipped_version, "risk", lambda: read(self.folder / "risk" / "grades.yaml", RiskTable))

    @cached_property
    def asking_policy(self) -> AskingPolicy:
        """When a patient is asked for a scale, and who owns it when nobody answers."""
        return compiled(self.shipped_version, "asking", lambda: read(self.folder / "asking" / "policy.yaml", AskingPolicy))

    @cached_property
    def message_texts(self) -> MessageTexts:
        """What messages to patients say, and how patiently they are tried."""
        return compiled(self.shipped_version, "messages", lambda: read(self.folder / "asking" / "messages.yaml", MessageTexts))

    @cached_property
    def patient_words(self) -> Mapping[str, PatientWords]:
        """What the pages of a patient say, by language; English is in the pages themselves."""
        paths = sorted((self.folder / "asking").glob("words_*.yaml"))
        found = compiled(self.shipped_version, "patient_words", lambda: [read(path, PatientWords) for path in paths])
        return {words.language: words for words in found}

    def crisis_text(self, clinic: str, language: str) -> str:
        """What a patient in danger reads in a language at the clinic of that code; empty where the clinic gives none in it."""
        own = self._own.crisis_texts.get(clinic)
        return own.texts.get(language, "") if own is not None else ""

    @cached_property
    def screening(self) -> ScreeningContent:
        """Rules, criteria, definitions and medicines: what a screening is made from."""
        return load_screening_content(self.folder, self.facts, dict(self.sources), self.version, shipped_version=self.shipped_version)

    def read_all(self) -> None:
        """Read every part now, so that no request waits for one."""
        for name, part in vars(type(self)).items():
            if isinstance(part, cached_property):
                getattr(self, name)

    @cached_property
    def _shipped_texts(self) -> Mapping[str, str]:
        return {name: (self.folder / "protocols" / f"{name}.yaml").read_text(encoding="utf-8") for name in self.shipped_protocols}

    def protocol_text(self, protocol_id: str) -> str:
        """The text of a protocol in force, byte for byte: what a medical director signs. It does not change while the process lives."""
        own = self._own.texts.get(protocol_id)
        return self._shipped_texts[protocol_id] if own is None else own

    def pinned_protocol(self, protocol_id: str, text: str) -> Protocol:
        """The protocol of a text signed earlier, whatever is in force now, even where it is in force no more."""
        if protocol_id in self.protocols and text == self.protocol_text(protocol_id):
            return self.protocols[protocol_id]
        return _protocol_as_signed(protocol_id, text)


@functools.lru_cache(maxsize=64)
def _protocol_as_signed(protocol_id: str, text: str) -> Protocol:
    return read_text(text, Protocol, f"{protocol_id} as signed")


@functools.cache
def library() -> Library:
    """The content in force here, read once for the life of the process: FANLIGHT_OVERLAY names the folder of the site's own protocols."""
    folder = os.environ.get("FANLIGHT_OVERLAY", "")
    return Library(overlay=Path(folder)) if folder else Library()
