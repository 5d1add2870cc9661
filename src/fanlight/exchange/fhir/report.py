"""What an import did, by type and by resource: nothing is dropped without a line that says so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fanlight.exchange.fhir.receiving import Dangling
from fanlight.exchange.fhir.values import Fate


@dataclass(frozen=True, slots=True)
class Line:
    """One resource that was not simply imported, or that a person must look at."""

    document: str
    place: str
    resource: str
    reason: str


@dataclass(slots=True)
class Report:
    """Counts per type and fate, and the lines behind them. `kept_because` counts reasons per type."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    refused: list[Line] = field(default_factory=list)
    quarantined: list[Line] = field(default_factory=list)
    not_recorded: list[Line] = field(default_factory=list)
    attention: list[Line] = field(default_factory=list)
    dangling: list[Dangling] = field(default_factory=list)
    warnings: dict[str, Counter[str]] = field(default_factory=dict)
    documents: list[dict[str, Any]] = field(default_factory=list)

    def count(self, kind: str, fate: Fate) -> None:
        """One more resource of a type with this fate."""
        self.counts.setdefault(kind, Counter())[fate.value] += 1

    def warn(self, kind: str, warning: str) -> None:
        """One more resource of a type of which this was said."""
        self.warnings.setdefault(kind, Counter())[warning] += 1

    def total(self, fate: Fate) -> int:
        """Resources of every type with this fate."""
        return sum(counter[fate.value] for counter in self.counts.values())

    def merge(self, other: Report) -> None:
        """Take in the report of another part of the same import."""
        for kind, counter in other.counts.items():
            self.counts.setdefault(kind, Counter()).update(counter)
        for kind, counter in other.warnings.items():
            self.warnings.setdefault(kind, Counter()).update(counter)
        self.refused += other.refused
        self.quarantined += other.quarantined
        self.not_recorded += other.not_recorded
        self.attention += other.attention
        self.dangling += other.dangling
        self.documents += other.documents


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    dangling_by_type = Counter(item.resource.partition("/")[0] for item in report.dangling)
    types = {
        kind: {**{fate.value: counter[fate.value] for fate in Fate}, "dangling": dangling_by_type[kind]}
        for kind, counter in sorted(report.counts.items())
    }
    return {
        "documents": report.documents,
        "types": types,
        "totals": {**{fate.value: report.total(fate) for fate in Fate}, "dangling": len(report.dangling)},
        "refused": [_line(item) for item in report.refused],
        "quarantined": [_line(item) for item in report.quarantined],
        "not_recorded": [_line(item) for item in report.not_recorded],
        "attention": [_line(item) for item in report.attention],
        "dangling": [{"resource": d.resource, "path": d.path, "reference": d.reference, "why": d.why} for d in report.dangling],
        "warnings": {kind: dict(counter) for kind, counter in sorted(report.warnings.items())},
    }


def _line(line: Line) -> Mapping[str, str]:
    return {"document": line.document, "place": line.place, "resource": line.resource, "reason": line.reason}
