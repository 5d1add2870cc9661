"""Contradictions in how a patient is watched."""

from __future__ import annotations

from collections.abc import Iterator

from fanlight.care.protocols.lint_types import LintFault
from fanlight.care.protocols.monitoring import LimitRule
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.session_plan import Relation, Response

_UPWARD = (Relation.ABOVE, Relation.AT_OR_ABOVE)
_DOWNWARD = (Relation.BELOW, Relation.AT_OR_BELOW)
_PHASES = ("pre_dose", "in_session")
_MILD = (Response.HOLD, Response.ALERT)


def monitoring_faults(protocol: Protocol) -> Iterator[LintFault]:
    """Readings that stop too soon, limits that can never be reached, criteria without their number."""
    yield from _to_the_end(protocol)
    yield from _before_the_dose(protocol)
    limits = protocol.monitoring.limits
    for index, limit in enumerate(limits):
        if limit.phase not in _PHASES:
            yield LintFault("limit-phase", f"monitoring.limits[{index}].phase", f"{limit.phase!r} is not pre_dose or in_session.")
        if limit.response in _MILD:
            yield from _masked(index, limit, limits)
    yield from _twice(protocol)
    if not protocol.discharge.criteria:
        yield LintFault("no-discharge-criteria", "discharge.criteria", "Nothing is asked before the patient leaves.")


def _to_the_end(protocol: Protocol) -> Iterator[LintFault]:
    """Some reading must fall at or after the end of the observation that is promised."""
    watch = protocol.monitoring.observation
    covered = any(
        reading.required and reading.anchor is watch.anchor and (reading.minutes >= watch.minutes or reading.every is not None)
        for reading in protocol.monitoring.readings
    )
    if not covered:
        message = f"Observation lasts {watch.minutes} min from {watch.anchor.value.replace('_', ' ')}, and the last reading is before that."
        yield LintFault("monitoring-ends-early", "monitoring.readings", message)


def _before_the_dose(protocol: Protocol) -> Iterator[LintFault]:
    before = {measure for item in protocol.monitoring.readings if item.anchor.value == "check_in" for measure in item.measures}
    judged = {limit.measure for limit in protocol.monitoring.limits if limit.phase == "pre_dose"}
    rises = {limit.measure for limit in protocol.monitoring.limits if limit.relation is Relation.RISE_AT_OR_ABOVE}
    for measure in sorted((judged | rises) - before):
        yield LintFault("limit-never-read", "monitoring.readings", f"{measure.value} is judged before the dose but never read then.")


def _masked(index: int, mild: LimitRule, limits: tuple[LimitRule, ...]) -> Iterator[LintFault]:
    for other in limits:
        if other.measure is not mild.measure or other.phase != mild.phase or other.response in _MILD:
            continue
        above = mild.relation in _UPWARD and other.relation in _UPWARD and mild.value >= other.value
        below = mild.relation in _DOWNWARD and other.relation in _DOWNWARD and mild.value <= other.value
        if above or below:
            message = f"{mild.id} ({mild.value}) is never reached: {other.id} ({other.value}) comes first."
            yield LintFault("limit-masked", f"monitoring.limits[{index}].value", message)


def _twice(protocol: Protocol) -> Iterator[LintFault]:
    for name, ids in (
        ("readings", [reading.id for reading in protocol.monitoring.readings]),
        ("limits", [limit.id for limit in protocol.monitoring.limits]),
    ):
        for index, item in enumerate(ids):
            if item in ids[:index]:
                yield LintFault("id-twice", f"monitoring.{name}[{index}].id", f"There are two called {item}.")
