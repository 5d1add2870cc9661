"""The written protocol, section by section: what inspectors and new staff read, and what two versions are compared by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fanlight.care.protocols.document_care import care_entries, emergency_entries, gate_entries, requirement_entries
from fanlight.care.protocols.document_sections import (
    dose_entries,
    identity_entries,
    indication_entries,
    monitoring_entries,
    schedule_entries,
)
from fanlight.care.protocols.entries import Entry
from fanlight.care.protocols.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter of the written protocol."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ProtocolDocument:
    """The written protocol. `needs_sign_off` counts what is recalled or a default; `citations` are the sources it names."""

    protocol_id: str
    version: str
    title: str
    summary: str
    sections: tuple[Section, ...]
    citations: tuple[tuple[str, str], ...]
    needs_sign_off: int

    def entries(self) -> Iterable[Entry]:
        """Every entry, in order."""
        return (entry for section in self.sections for entry in section.entries)


def protocol_document(
    protocol: Protocol, sources: dict[str, str] | None = None, scale_titles: Mapping[str, str] | None = None
) -> ProtocolDocument:
    """The whole protocol as sections of labelled entries, each with its source and mark.

    `sources` maps source ids to citations, `scale_titles` scale ids to titles; an id they do not hold is shown alone.
    """
    chapters = (
        ("Protocol", identity_entries(protocol)),
        ("For whom", indication_entries(protocol)),
        ("Schedule", schedule_entries(protocol)),
        ("Dose", dose_entries(protocol)),
        ("Monitoring and limits", monitoring_entries(protocol)),
        ("Measures, decisions and therapy", care_entries(protocol, scale_titles)),
        ("What must be in place", requirement_entries(protocol)),
        ("In an emergency", emergency_entries(protocol)),
        ("Behind a gate", gate_entries(protocol)),
        ("What the sources do not say", tuple(Entry(f"silent.{n}", "", text) for n, text in enumerate(protocol.silent, 1))),
    )
    sections = tuple(Section(title, entries) for title, entries in chapters if entries)
    named = {entry.source for section in sections for entry in section.entries if entry.source}
    citations = tuple((name, (sources or {}).get(name, "")) for name in protocol.source_ids if name in named)
    waiting = sum(entry.mark is not None and entry.mark.needs_sign_off for section in sections for entry in section.entries)
    return ProtocolDocument(protocol.id, protocol.version, protocol.title, protocol.summary, sections, citations, waiting)
