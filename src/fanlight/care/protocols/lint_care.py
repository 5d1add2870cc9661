"""Contradictions in what surrounds the doses: decisions, therapy, missed visits, ages."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fanlight.care.protocols.follow_up import TherapyKind
from fanlight.care.protocols.lint_types import LintFault
from fanlight.care.protocols.protocol import Protocol


def care_faults(protocol: Protocol, scales: Collection[str] | None) -> Iterator[LintFault]:
    """Things that name a phase or session that does not exist, and windows that close before they open."""
    phases = {phase.id: phase for phase in protocol.phases}
    follow = protocol.follow_up
    for index, decision in enumerate(follow.decisions):
        phase = phases.get(decision.phase)
        path = f"follow_up.decisions[{index}]"
        if phase is None:
            yield LintFault("unknown-phase", f"{path}.phase", f"There is no phase {decision.phase!r}.")
        elif decision.after_session is not None and phase.session_count is not None and decision.after_session > phase.session_count:
            yield LintFault("decision-never-due", f"{path}.after_session", f"The phase has only {phase.session_count} sessions.")
    for index, missed in enumerate(follow.missed_visits):
        for name in missed.phases:
            if name not in phases:
                yield LintFault("unknown-phase", f"follow_up.missed_visits[{index}].phases", f"There is no phase {name!r}.")
    for index, therapy in enumerate(follow.therapy):
        before = therapy.kind is TherapyKind.PREPARATION
        reversed_window = therapy.opens.value <= therapy.closes.value if before else therapy.opens.value >= therapy.closes.value
        if reversed_window:
            yield LintFault("window-reversed", f"follow_up.therapy[{index}]", "The window closes before it opens.")
    oldest = protocol.age.maximum
    if oldest is not None and protocol.age.minimum.value > oldest.value:
        yield LintFault("age-crossed", "age", f"From {protocol.age.minimum} to {oldest}: nobody has that age.")
    yield from _scales(protocol, scales)
    if not follow.stop_rules:
        yield LintFault("no-stop-rule", "follow_up.stop_rules", "Nothing says when to stop.")


def _scales(protocol: Protocol, known: Collection[str] | None) -> Iterator[LintFault]:
    if known is None:
        return
    named = [(f"follow_up.measures[{n}].scale", rule.scale) for n, rule in enumerate(protocol.follow_up.measures)]
    named += [(f"follow_up.decisions[{n}].needs", scale) for n, rule in enumerate(protocol.follow_up.decisions) for scale in rule.needs]
    for path, scale in named:
        if scale not in known:
            yield LintFault("unknown-scale", path, f"There is no scale {scale!r}.")
