"""A site's own protocols and crisis texts: a folder of files, read whole and at once, so that what is shown is what is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fanlight.care.protocols import Protocol
from fanlight.care.scales.crisis_texts import CrisisTexts
from fanlight.content import ContentError, read_text
from fanlight.core.errors import FanlightError, Fault


class OverlayError(FanlightError):
    """An overlay that cannot be used."""


@dataclass(frozen=True, slots=True)
class SiteOverlay:
    """The protocols of a site's folder by the stem of their file, each with the text it was read from; crisis texts by clinic."""

    protocols: Mapping[str, Protocol] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    crisis_texts: Mapping[str, CrisisTexts] = field(default_factory=dict)

    def version_over(self, shipped_version: str) -> str:
        """The content version where this overlay lies over shipped content of that version."""
        if not self.texts:
            return shipped_version
        own = "".join(f"\0{name}\0{text}" for name, text in sorted(self.texts.items()))
        return hashlib.sha256(f"{shipped_version}{own}".encode()).hexdigest()


def read_site_overlay(folder: Path | None) -> SiteOverlay:
    """Every ``*.yaml`` file of the folder, and ``asking/crisis_*.yaml`` in it; nothing where no folder is given.

    Errors: FAN-LIB-001 where there is no such folder; FAN-CONT-001 names every fault of every file at once.
    """
    if folder is None:
        return SiteOverlay()
    if not folder.is_dir():
        raise OverlayError("FAN-LIB-001", f"Cannot use the overlay {folder}", "it is not a folder", "Give the folder of its YAML files.")
    protocols: dict[str, Protocol] = {}
    texts: dict[str, str] = {}
    crisis: dict[str, CrisisTexts] = {}
    faults: list[Fault] = []
    for path in [*sorted(folder.glob("*.yaml")), *sorted((folder / "asking").glob("crisis_*.yaml"))]:
        try:
            text = path.read_text(encoding="utf-8")
            if path.parent == folder:
                protocols[path.stem], texts[path.stem] = read_text(text, Protocol, path.name), text
                continue
            found = read_text(text, CrisisTexts, path.name)
            if found.clinic in crisis:
                faults.append(Fault(path.name, f"gives the crisis texts of {found.clinic} a second time"))
            crisis[found.clinic] = found
        except (OSError, UnicodeDecodeError) as problem:
            faults.append(Fault(path.name, f"cannot be read: {type(problem).__name__}"))
        except ContentError as problem:
            faults += [Fault(f"{path.name} {fault.path}".strip(), fault.reason, fault.line, fault.suggestion) for fault in problem.faults]
    if faults:
        raise ContentError(folder.name, "folder of protocol files", faults)
    return SiteOverlay(protocols, texts, crisis)
