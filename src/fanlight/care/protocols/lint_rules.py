"""Limits of a protocol that are looser than the rules' own, without a source that was read."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fanlight.care.protocols.ceilings import DefaultCeilings
from fanlight.care.protocols.declared import parameter_of
from fanlight.care.protocols.lint_types import LintFault, LintSeverity
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Anchor, Relation
from fanlight.core.sources import Mark

_DOWNWARD = (Relation.BELOW, Relation.AT_OR_BELOW)


def rule_faults(protocol: Protocol, ceilings: DefaultCeilings) -> Iterator[LintFault]:
    """Each limit and the observation against the default of the rule that judges it.

    A protocol may be stricter as it likes. Looser it may be with a source that was read (a warning); on a default or a
    recollection it may not (an error).
    """
    for index, limit in enumerate(protocol.monitoring.limits):
        name = parameter_of(limit)
        default = None if name is None else ceilings.numbers.get((limit.rule, name))
        if default is None:
            continue
        looser = limit.value < default if limit.relation in _DOWNWARD else limit.value > default
        if looser:
            path = f"monitoring.limits[{index}].value"
            yield _fault("limit-looser-than-rule", path, f"{limit.id} is {plain(limit.value)}", limit.rule, default, limit.mark)
    watch = protocol.monitoring.observation
    name = "minutes_after_last_device" if watch.anchor is Anchor.LAST_DEVICE else "observation_minutes"
    asked = ceilings.numbers.get(("R17", name))
    if asked is not None and watch.minutes < asked:
        path = "monitoring.observation.minutes"
        yield _fault("observation-shorter-than-rule", path, f"Observation is {watch.minutes} min", "R17", asked, watch.mark)


def _fault(code: str, path: str, said: str, rule: str, default: Decimal, mark: Mark) -> LintFault:
    severity = LintSeverity.ERROR if mark.needs_sign_off else LintSeverity.WARNING
    basis = "without a source that was read" if mark.needs_sign_off else "on its own source"
    return LintFault(code, path, f"{said}; {rule} holds {plain(default)}. It is looser {basis}.", severity)
