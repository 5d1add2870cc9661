"""One thing said of a treatment session: what, when it happened, when it was written down, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fanlight.care.sessions.kinds import EVENT_KINDS, EventKind
from fanlight.care.sessions.payloads_leaving import Amended
from fanlight.care.sessions.schema import read_payload, write_payload
from fanlight.core.errors import FanlightError, Fault, InputError
from fanlight.core.instants import as_utc, format_instant, parse_instant

_KEYS = ("id", "kind", "taken_at", "entered_at", "by", "payload", "received_at", "clock_offset_seconds")


@dataclass(frozen=True, slots=True)
class Person:
    """Who said it: the staff identifier and the role they acted in."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a treatment session, said once and never changed.

    `taken_at` is when it happened and `entered_at` when it was written down, both as the writing device claims,
    in UTC. `received_at` is the server's instant (None: the device is the server). `clock_offset_seconds` is how
    far the device's clock was ahead of the server's, estimated when it was sent (None: not a device's claim).
    """

    id: str
    kind: EventKind
    taken_at: datetime
    entered_at: datetime
    by: Person
    payload: Any
    received_at: datetime | None = None
    clock_offset_seconds: int | None = None

    def __post_init__(self) -> None:
        for moment in (self.taken_at, self.entered_at, *((self.received_at,) if self.received_at else ())):
            if moment.utcoffset() is None:
                as_utc(moment)
        if not isinstance(self.payload, EVENT_KINDS[self.kind].payload):
            raise TypeError(f"the payload of {self.kind.value} is a {EVENT_KINDS[self.kind].payload.__name__}")

    @property
    def known_at(self) -> datetime:
        """When the clinic could first know it: the server's receipt, else the entry."""
        return self.received_at or self.entered_at


def parse_event(raw: object, path: str = "event") -> Event:
    """Read one event from plain values, or raise `InputError` (FAN-SESS-001) naming every fault at once."""
    faults: list[Fault] = []
    event = _read(raw, path, faults)
    if event is None:
        raise InputError("FAN-SESS-001", "The event cannot be recorded", faults)
    return event


def parse_events(raw: Iterable[object]) -> tuple[Event, ...]:
    """Read a stream of events, or raise `InputError` (FAN-SESS-001) naming the faults of all of them."""
    faults: list[Fault] = []
    found = [_read(item, f"events[{index}]", faults) for index, item in enumerate(raw)]
    if faults:
        raise InputError("FAN-SESS-001", "The events cannot be read", faults)
    return tuple(event for event in found if event is not None)


def check_payload(kind: str, payload: object) -> Any:
    """A typed payload of this kind, or `InputError` (FAN-SESS-001) with every fault; for forms."""
    faults: list[Fault] = []
    known = _kind(kind, "event", faults)
    value = read_payload(EVENT_KINDS[known].payload, payload, "payload", faults) if known else None
    if value is None:
        raise InputError("FAN-SESS-001", "The event cannot be recorded", faults)
    return value


def corrected_payload(amended: Amended, kind: EventKind) -> Any | None:
    """The corrected payload an amendment gives for an event of this kind; None where it corrects only the time.

    Raises `InputError` (FAN-SESS-002) when it is not a payload of that kind: check it before recording.
    """
    if amended.payload is None:
        return None
    faults: list[Fault] = []
    value = read_payload(EVENT_KINDS[kind].payload, amended.payload, "payload", faults)
    if value is None:
        raise InputError("FAN-SESS-002", "The correction cannot be recorded", faults)
    return value


def dump_event(event: Event) -> dict[str, Any]:
    """The event as plain JSON values; `parse_event` gives the same event back."""
    written: dict[str, Any] = {
        "id": event.id,
        "kind": event.kind.value,
        "taken_at": format_instant(event.taken_at),
        "entered_at": format_instant(event.entered_at),
        "by": {"id": event.by.id, "role": event.by.role},
        "payload": write_payload(event.payload),
    }
    if event.received_at is not None:
        written["received_at"] = format_instant(event.received_at)
    if event.clock_offset_seconds is not None:
        written["clock_offset_seconds"] = event.clock_offset_seconds
    return written


def _read(raw: object, path: str, faults: list[Fault]) -> Event | None:
    if not isinstance(raw, Mapping):
        faults.append(Fault(path, "is not an event."))
        return None
    before = len(faults)
    for key in raw:
        if key not in _KEYS:
            faults.append(Fault(f"{path}.{key}", "is not a known field of an event."))
    identifier = raw.get("id")
    if not isinstance(identifier, str) or not identifier.strip():
        faults.append(Fault(f"{path}.id", "required, missing."))
    kind = _kind(raw.get("kind"), path, faults)
    taken_at, entered_at = (_instant(raw.get(name), f"{path}.{name}", faults, True) for name in ("taken_at", "entered_at"))
    received_at = _instant(raw.get("received_at"), f"{path}.received_at", faults, False)
    offset = raw.get("clock_offset_seconds")
    if offset is not None and (isinstance(offset, bool) or not isinstance(offset, int)):
        faults.append(Fault(f"{path}.clock_offset_seconds", "is not a whole number of seconds."))
    by = _person(raw.get("by"), f"{path}.by", faults)
    payload = read_payload(EVENT_KINDS[kind].payload, raw.get("payload", {}), f"{path}.payload", faults) if kind else None
    if len(faults) > before or kind is None or by is None or taken_at is None or entered_at is None:
        return None
    return Event(str(identifier), kind, taken_at, entered_at, by, payload, received_at, offset)


def _kind(given: object, path: str, faults: list[Fault]) -> EventKind | None:
    try:
        return EventKind(str(given))
    except ValueError:
        faults.append(Fault(f"{path}.kind", f"{str(given)[:40]!r} is not a kind of event."))
        return None


def _instant(given: object, path: str, faults: list[Fault], required: bool) -> datetime | None:
    if given is None:
        if required:
            faults.append(Fault(path, "required, missing."))
        return None
    try:
        return as_utc(given) if isinstance(given, datetime) else parse_instant(str(given))
    except FanlightError as problem:
        faults.append(Fault(path, f"{problem.why}.", None, problem.next_step))
        return None


def _person(given: object, path: str, faults: list[Fault]) -> Person | None:
    if isinstance(given, Mapping) and isinstance(given.get("id"), str) and isinstance(given.get("role"), str):
        return Person(given["id"], given["role"])
    faults.append(Fault(path, "required, missing.", None, "Give the person's id and role."))
    return None
