"""Which signatures stand under the text as it reads now, which were given to an earlier text, and what was said since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any, Protocol

from fanlight.care.documents import Document, Line, Signature, content_hash_of
from fanlight.care.sessions import EVENT_KINDS, EventKind
from fanlight.care.sessions.schema import form_of
from fanlight.records.models import SessionEvent, StaffMember, TreatmentSession

_MOST_NAMED = 6


class GivenSignature(Protocol):
    """A signature as it is kept: by whom, as what, when, under which text."""

    signed_by: StaffMember
    meaning: str
    signed_at: datetime
    content_hash: str


def with_signatures(
    made: Document, given: Iterable[GivenSignature], zone: tzinfo, said_since: Callable[[datetime], tuple[str, ...]]
) -> Document:
    """The document with its signatures. One given to an earlier text says so, and a warning says what was recorded since.

    The mark of a text is taken before: neither signatures nor this warning are part of what is signed.
    """
    mark, rows = content_hash_of(made), list(given)
    earlier = [row for row in rows if row.content_hash != mark]
    signatures = tuple(
        Signature(
            str(row.signed_by),
            row.meaning.replace("_", " "),
            _at(row.signed_at, zone) + (", to an earlier text" if row.content_hash != mark else ""),
        )
        for row in rows
    )
    if not earlier:
        return replace(made, signatures=signatures or made.signatures)
    first = min(earlier, key=lambda row: row.signed_at)
    said = said_since(first.signed_at)
    more = f"; and {len(said) - _MOST_NAMED} more" if len(said) > _MOST_NAMED else ""
    what = (
        "; ".join(said[:_MOST_NAMED]) + more
        if said
        else "nothing among the entries of a session, but the record around them or the wording of this document"
    )
    detail = "" if made.is_large else f": {what}"  # what goes home with the patient names no entry of the record
    anew = "Nobody has signed it as it reads now." if len(earlier) == len(rows) else "It was signed anew since."
    words = f"Changed after {first.signed_by} signed it ({_at(first.signed_at, zone)}){detail}. {anew}"
    return replace(made, signatures=signatures, warnings=(Line(words), *made.warnings))


def entries_since(row: TreatmentSession, zone: tzinfo) -> Callable[[datetime], tuple[str, ...]]:
    """What reached the record of a session after an instant, each in a few words: corrections with both values and their reason."""

    def said(since: datetime) -> tuple[str, ...]:
        events = row.events.filter(received_at__gt=since).select_related("entered_by").order_by("sequence")
        return tuple(_words(row, event, zone) for event in events)

    return said


def _words(row: TreatmentSession, event: SessionEvent, zone: tzinfo) -> str:
    by = f"{event.entered_by}, {_at(event.received_at, zone)}"
    if event.kind != EventKind.AMENDED.value:
        return f"{_label(event.kind)} of {_hour(event.taken_at, zone)} was added ({by})"
    first = row.events.filter(event_id=event.payload.get("amends")).first()
    reason = event.payload.get("reason", "")
    if first is None:
        return f"a correction ({by}: {reason})"
    named = f"{_label(first.kind)} of {_hour(first.taken_at, zone)}"
    if event.payload.get("is_struck"):
        return f"{named} was struck ({by}: {reason})"
    before = _as_it_stood(row, first, event)
    return f"{named}, {_differences(first.kind, before, event.payload.get('payload') or {})} ({by}: {reason})"


def _as_it_stood(row: TreatmentSession, first: SessionEvent, until: SessionEvent) -> Mapping[str, Any]:
    """The values that a correction found: those of the correction before it, else those first said."""
    others = row.events.filter(kind=EventKind.AMENDED.value, sequence__lt=until.sequence).order_by("-sequence")
    name = str(first.event_id)
    found = next((one.payload.get("payload") for one in others if one.payload.get("amends") == name), None)
    return found or first.payload


def _differences(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    parts = []
    for item in form_of(EVENT_KINDS[EventKind(kind)].payload):  # type: ignore[arg-type]
        old, new = before.get(item.name), after.get(item.name)
        if old != new:
            unit = f" {item.unit}" if item.unit else ""
            parts.append(f"{item.label.lower()} {_value(old)} → {_value(new)}{unit}")
    return ", ".join(parts) or "said again"


def _value(value: object) -> str:
    if value is None or value == "":
        return "not said"
    return "yes" if value is True else "no" if value is False else str(value).replace("_", " ")


def _label(kind: str) -> str:
    text = EVENT_KINDS[EventKind(kind)].label
    return text if text[:2] == "C-" or text[1:2].isupper() else text[:1].lower() + text[1:]


def _at(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%-d %b %Y %H:%M}"


def _hour(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"
