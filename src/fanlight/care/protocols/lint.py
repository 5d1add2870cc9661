"""Looking for contradictions inside a protocol, and against the rules it will be held to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from fanlight.care.protocols.ceilings import DefaultCeilings
from fanlight.care.protocols.lint_care import care_faults
from fanlight.care.protocols.lint_doses import dose_faults
from fanlight.care.protocols.lint_gates import gate_faults
from fanlight.care.protocols.lint_monitoring import monitoring_faults
from fanlight.care.protocols.lint_rules import rule_faults
from fanlight.care.protocols.lint_schedule import schedule_faults
from fanlight.care.protocols.lint_sources import source_faults, waiting_for_signature
from fanlight.care.protocols.lint_types import LintFault, LintSeverity
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.session_plan import Drug


@dataclass(frozen=True, slots=True)
class LintAgainst:
    """What a protocol is checked against: source ids, default ceilings, the drug of each product id, consent and scale ids.

    None where consents or scales are not known; what names them is then not checked.
    """

    sources: Mapping[str, str]
    ceilings: DefaultCeilings
    products: Mapping[str, Drug]
    consents: Collection[str] | None = None
    scales: Collection[str] | None = None


def lint(protocol: Protocol, against: LintAgainst) -> tuple[LintFault, ...]:
    """Every contradiction of a protocol as an error, and everything that waits for a signature as a warning; errors first."""
    checks: tuple[Callable[[], Iterator[LintFault]], ...] = (
        lambda: dose_faults(protocol, against.ceilings),
        lambda: schedule_faults(protocol, against.ceilings),
        lambda: monitoring_faults(protocol),
        lambda: rule_faults(protocol, against.ceilings),
        lambda: care_faults(protocol, against.scales),
        lambda: gate_faults(protocol, against.products, against.consents),
        lambda: source_faults(protocol, against.sources),
        lambda: waiting_for_signature(protocol),
    )
    found = [fault for check in checks for fault in check()]
    return tuple(sorted(found, key=lambda fault: fault.severity is LintSeverity.WARNING))


def errors(faults: tuple[LintFault, ...]) -> tuple[LintFault, ...]:
    """The faults that keep a protocol from being signed."""
    return tuple(fault for fault in faults if fault.severity is LintSeverity.ERROR)
