"""The consent texts a site offers: what was signed is one exact version, known by its hash."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.core.session_plan import Drug, Route
from fanlight.core.sources import Mark
from fanlight.records.canonical import canonical_json, sha256


@dataclass(frozen=True, slots=True)
class ConsentSection:
    """One heading with its paragraphs; `source` names where the statements come from."""

    heading: str
    paragraphs: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class ConsentText:
    """A consent to one drug by one or more routes, in plain words."""

    id: str
    version: str
    title: str
    drugs: tuple[Drug, ...]
    routes: tuple[Route, ...]
    mark: Mark
    sections: tuple[ConsentSection, ...]
    acknowledgements: tuple[str, ...]

    @property
    def content_hash(self) -> str:
        """SHA-256 of the whole text: a changed word is another text."""
        parts = [[s.heading, list(s.paragraphs), s.source] for s in self.sections]
        return sha256(canonical_json([self.id, self.version, self.title, parts, list(self.acknowledgements)]))
