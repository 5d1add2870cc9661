"""What a reader must know about a document before its first line."""

from __future__ import annotations

from datetime import datetime

from fanlight.care.documents.document import Line
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.wording import corrected, kind_label
from fanlight.care.sessions import EventKind, SessionState, TimeDoubt, occurrences
from fanlight.care.sessions.payloads_before import SecondMode
from fanlight.care.sessions.words import listed
from fanlight.core.session_plan import SessionPlan

_K = EventKind


def warnings_of(state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime) -> tuple[Line, ...]:
    """Everything that qualifies what the document says: unfinished, unsigned, corrected, missed, in doubt, remote, a sample."""
    found: list[Line] = []
    if header.is_sample:
        found.append(Line("Sample: every person and number here is invented."))
    if state.known_at is not None:
        found.append(Line(f"As known at {header.clock(state.known_at)} on {header.day(state.known_at)}; more was said later or may be."))
    if not state.is_ended:
        found.append(Line(f"Not finished: the session has not ended ({state.status.label})."))
    if header.needs_sign_off:
        found.append(Line("Needs sign-off: this protocol version is not signed by the medical director here."))
    found += _corrections(state, header)
    found += _readings(state, plan, now)
    found += _clocks(state)
    found += _second_people(state, header)
    return tuple(found)


def _corrections(state: SessionState, header: SessionHeader) -> list[Line]:
    made = corrected(state)
    if not made:
        return []
    named = ", ".join(f"{kind_label(entry.kind)} {header.clock(entry.at)}{' (struck)' if entry.is_struck else ''}" for entry in made)
    ids = tuple(name for entry in made for name in entry.sources)
    count = sum(len(entry.amended_by) for entry in made)
    return [Line(f"{count} correction{'s' if count != 1 else ''}: {named}. The first entries stay readable in the record.", ids)]


def _readings(state: SessionState, plan: SessionPlan, now: datetime) -> list[Line]:
    found = []
    reasons = {entry.id: entry.payload.reason for entry in state.of(_K.MISSED_BECAUSE)}
    for item in occurrences(state, plan, now):
        closed = {event for measure, _, event in item.settled if measure in item.missed}
        for event in sorted(closed):
            why = reasons.get(event, "no reason given")
            found.append(
                Line(f"Missed: {item.reading.label}, due {state.clock(item.due_at)} ({listed(item.missed)}), because: {why}", (event,))
            )
        if item.outstanding and now > item.closes_at and item.reading.required:
            found.append(Line(f"Missed, unexplained: {item.reading.label}, due {state.clock(item.due_at)} ({listed(item.outstanding)})."))
    return found


def _clocks(state: SessionState) -> list[Line]:
    found = []
    off = [entry for entry in state.entries if TimeDoubt.CLOCK_OFF in entry.doubts]
    if off:
        worst = max(abs(entry.event.clock_offset_seconds or 0) for entry in off)
        ids = tuple(entry.id for entry in off)
        found.append(Line(f"A device clock was off by up to {round(worst / 60)} min; {_times(len(off), 'was', 'were')} set right.", ids))
    doubtful = [entry for entry in state.entries if not entry.is_time_sound and not entry.is_struck]
    if doubtful:
        found.append(Line(f"{_times(len(doubtful), 'is', 'are')} in doubt and not relied on.", tuple(entry.id for entry in doubtful)))
    return found


def _times(count: int, one: str, many: str) -> str:
    return f"1 time {one}" if count == 1 else f"{count} times {many}"


def _second_people(state: SessionState, header: SessionHeader) -> list[Line]:
    found = []
    for entry in state.of(_K.SECOND_CHECK, _K.OVERRIDE, _K.WASTED):
        said = entry.payload
        mode = getattr(said, "mode", None) or getattr(said, "second_mode", None) or getattr(said, "witness_mode", None)
        if mode is SecondMode.REMOTE:
            found.append(
                Line(f"{kind_label(entry.kind).capitalize()} {header.clock(entry.at)}: the second person was not on site.", entry.sources)
            )
        elif mode is SecondMode.SCAN_AND_READ_BACK:
            found.append(
                Line(
                    f"{kind_label(entry.kind).capitalize()} {header.clock(entry.at)}: by scan and read-back, no second person.",
                    entry.sources,
                )
            )
    wasted = [entry for entry in state.of(_K.WASTED) if entry.payload.mg > 0 and entry.payload.witness is None]
    found += [Line(f"Waste at {header.clock(entry.at)} has no witness.", entry.sources) for entry in wasted]
    return found
