"""Contradictions in when a protocol gives its doses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from fanlight.care.protocols.ceilings import DefaultCeilings, FrequencyCeiling, frequency_ceiling
from fanlight.care.protocols.lint_types import LintFault
from fanlight.care.protocols.phases import Phase
from fanlight.care.protocols.placing import keeps_at_most
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.protocols.schedule import course_slots

_A_MONDAY = date(2026, 1, 5)


def schedule_faults(protocol: Protocol, ceilings: DefaultCeilings) -> Iterator[LintFault]:
    """Intervals that cross, phases without an end or a review, and rhythms that a frequency ceiling forbids."""
    for index, phase in enumerate(protocol.phases):
        yield from _phase(phase, f"phases[{index}]")
    ids = list(protocol.iter_phase_ids())
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield LintFault("phase-twice", f"phases[{index}].id", f"There are two phases called {name}.")
    if all(_is_sound(phase) for phase in protocol.phases):
        yield from _rhythm(protocol, ceilings)


def _phase(phase: Phase, path: str) -> Iterator[LintFault]:
    gap = phase.interval
    if not _is_sound(phase):
        message = f"Days between sessions must rise from least ({gap.minimum_days}) over usual to most ({gap.maximum_days}), from 1 on."
        yield LintFault("interval-crossed", f"{path}.interval", message)
    count = phase.sessions
    if count is not None and (count.value < 1 or count.value != int(count.value)):
        yield LintFault("session-count", f"{path}.sessions", f"{count.value} is no number of sessions.")
    if count is None and phase.review_every_days is None:
        yield LintFault("no-review", path, "The phase has no end and no review: say how often it is judged again.")


def _is_sound(phase: Phase) -> bool:
    gap = phase.interval
    return bool(gap.usual_days) and gap.minimum_days >= 1 and all(gap.minimum_days <= days <= gap.maximum_days for days in gap.usual_days)


def _rhythm(protocol: Protocol, ceilings: DefaultCeilings) -> Iterator[LintFault]:
    """Walk the usual rhythm from an arbitrary Monday, and say once per phase which limit it breaks."""
    ceiling = frequency_ceiling(protocol, ceilings, _A_MONDAY)
    dates: list[date] = []
    said: set[tuple[str, str]] = set()
    for slot in course_slots(protocol):
        day = _A_MONDAY if not dates else dates[-1] + timedelta(days=slot.usual_days)
        index = protocol.phases.index(slot.phase)
        broken = _breaks(slot.phase, dates, day, ceiling)
        if broken is not None and (slot.phase.id, broken[0]) not in said:
            said.add((slot.phase.id, broken[0]))
            yield LintFault(broken[0], f"phases[{index}].interval", broken[1])
        dates.append(day)


def _breaks(phase: Phase, dates: list[date], day: date, ceiling: FrequencyCeiling | None) -> tuple[str, str] | None:
    if not keeps_at_most(phase.at_most, dates, day):
        assert phase.at_most is not None
        return (
            "interval-breaks-frequency",
            f"Its rhythm gives more than {phase.at_most.sessions} sessions in {phase.at_most.days} days, its own limit.",
        )
    if ceiling is not None and not ceiling.allows(dates, day):
        return "interval-breaks-frequency", "Its rhythm gives more sessions in seven days than the frequency ceiling (R16) allows."
    return None
