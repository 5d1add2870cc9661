"""Numbers and sentences without a source, and those that wait for a signature. Walks the whole protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from fanlight.care.protocols.lint_types import LintFault, LintSeverity
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.sources import Mark


def source_faults(protocol: Protocol, sources: Mapping[str, str]) -> Iterator[LintFault]:
    """Every marked fact must name a source that the register holds and that the protocol lists."""
    for path, mark, source in marked_facts(protocol):
        if not source:
            yield LintFault("no-source", path, f"Marked {mark.value}, but no source is named.")
        elif source not in sources:
            yield LintFault("unknown-source", path, f"There is no source {source!r}.")
        elif source not in protocol.source_ids:
            yield LintFault("source-not-listed", path, f"{source} is used but not listed in source_ids.")


def waiting_for_signature(protocol: Protocol) -> Iterator[LintFault]:
    """What is recalled or a default: a warning each, for the medical director who signs the version."""
    for path, mark, _ in marked_facts(protocol):
        if mark.needs_sign_off:
            yield LintFault("needs-sign-off", path, f"Marked {mark.value}: needs the medical director's signature.", LintSeverity.WARNING)


def marked_facts(protocol: Protocol) -> Iterator[tuple[str, Mark, str]]:
    """Every fact that carries a mark: where it stands, its mark and its source id."""
    yield from _walk(protocol, "")


def _walk(value: object, path: str) -> Iterator[tuple[str, Mark, str]]:
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _walk(item, f"{path}.{name}")
    elif is_dataclass(value):
        mark = getattr(value, "mark", None)
        if isinstance(mark, Mark):
            yield path, mark, str(getattr(value, "source", ""))
        for field in fields(value):
            yield from _walk(getattr(value, field.name), f"{path}.{field.name}" if path else field.name)
