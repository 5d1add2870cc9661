"""Events of a treatment session as lines of a timeline: what was said, when, by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from fanlight.care.sessions import EVENT_KINDS, Entry, EventKind
from fanlight.care.sessions.words import MEASURE_LABELS
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Measure
from fanlight.records.library import library

_K = EventKind
_STRONG = frozenset(
    {_K.STARTED, _K.STOPPED, _K.PAUSED, _K.RESUMED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN, _K.EMERGENCY_CALLED, _K.RED_FLAG, _K.ADVERSE_EVENT}
)
_READINGS = (_K.VITALS, _K.SEDATION, _K.DISSOCIATION, _K.DISTRESS)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline. `event_ids` are the events it says; `is_struck` when entered in error."""

    at: datetime
    words: str
    strong: str
    by: str
    event_ids: tuple[str, ...]
    kind: str
    is_struck: bool = False
    is_late: bool = False
    entered_at: datetime | None = None
    doubts: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()


def timeline(entries: Iterable[Entry], initials: Mapping[str, str]) -> tuple[Line, ...]:
    """Lines newest first. Readings said together by one person stand on one line."""
    lines: list[Line] = []
    for entry in sorted(entries, key=_in_order):
        line = _line(entry, initials)
        if lines and _together(lines[-1], line, entry):
            last = lines.pop()
            line = Line(
                last.at,
                f"{last.words} · {line.words}",
                "",
                last.by,
                last.event_ids + line.event_ids,
                last.kind,
                kinds=last.kinds | line.kinds,
            )
        lines.append(line)
    return tuple(reversed(lines))


def _in_order(entry: Entry) -> tuple[datetime, int, datetime, str]:
    rank = _READINGS.index(entry.kind) if entry.kind in _READINGS else len(_READINGS)
    return (entry.at.replace(microsecond=0), rank, entry.entered_at, entry.id)


def _together(last: Line, line: Line, entry: Entry) -> bool:
    both_readings = entry.kind in _READINGS and last.kind in {kind.value for kind in _READINGS} and not last.kinds & line.kinds
    plain_lines = not (last.is_struck or line.is_struck or last.is_late or line.is_late or last.doubts or line.doubts)
    return both_readings and plain_lines and last.by == line.by and abs((line.at - last.at).total_seconds()) < 60


def _line(entry: Entry, initials: Mapping[str, str]) -> Line:
    label = EVENT_KINDS[entry.kind].label
    said = payload_words(entry.kind, entry.payload, initials)
    strong = label if entry.kind in _STRONG else ""
    if entry.kind in _READINGS:
        words = said
    elif strong:
        words = f", {said}" if said else ""
    else:
        words = f"{label}: {said}" if said else label
    if entry.amended_by:
        words += " (entered in error)" if entry.is_struck else " (corrected)"
    doubts = tuple(doubt.value.replace("_", " ") for doubt in entry.doubts)
    return Line(
        entry.at,
        words,
        strong,
        initials.get(entry.event.by.id, "?"),
        (entry.id,),
        entry.kind.value,
        entry.is_struck,
        entry.is_late,
        entry.entered_at if entry.is_late else None,
        doubts,
        frozenset({entry.kind.value}),
    )


def payload_words(kind: EventKind, payload: Any, people: Mapping[str, str] | None = None) -> str:
    """What an event holds, in a few words, without its label; `people` names staff by their identifier."""
    if kind is _K.VITALS:
        return vitals_words(payload)
    if kind is _K.SEDATION:
        return f"MOAA/S {payload.moaas}"
    if kind is _K.DISSOCIATION:
        return f"dissociation {payload.score}"
    if kind is _K.DISTRESS:
        parts = [f"distress {payload.score}"] if payload.score is not None else []
        return ", ".join([*parts, *(["unsafe behaviour"] if payload.is_unsafe else [])])
    if kind is _K.NOTE:
        return f"“{payload.text}”"
    if kind is _K.RESTING_NOT_ASKED:
        return "rousable" if payload.is_rousable else "not rousable"
    if kind is _K.RED_FLAG:
        return ", ".join(symptom.replace("_", " ") for symptom in payload.symptoms) or "asked, none"
    return ", ".join(_field_words(payload, people or {}))


def vitals_words(payload: Any) -> str:
    """ "142/88 · 81 · 97 % · 14 breaths"."""
    parts = []
    if payload.systolic_mmhg is not None or payload.diastolic_mmhg is not None:
        pair = (plain(v) if v is not None else "?" for v in (payload.systolic_mmhg, payload.diastolic_mmhg))
        parts.append("/".join(pair))
    if payload.heart_rate_per_min is not None:
        parts.append(f"heart {plain(payload.heart_rate_per_min)}")
    if payload.spo2_percent is not None:
        air = {"room_air": " on room air", "oxygen": " on oxygen"}.get(getattr(payload.breathing, "value", ""), "")
        parts.append(f"{plain(payload.spo2_percent)} %{air}")
    if payload.respiratory_rate_per_min is not None:
        parts.append(f"{plain(payload.respiratory_rate_per_min)} breaths")
    if payload.temperature_cel is not None:
        parts.append(f"{plain(payload.temperature_cel)} °C")
    if payload.has_symptoms:
        parts.append("unwell with it")
    return " · ".join(parts)


def _field_words(payload: Any, people: Mapping[str, str]) -> Iterable[str]:
    for item in fields(payload):
        value, label = getattr(payload, item.name), item.metadata.get("label", item.name)
        if value is None or value == () or value == item.default:
            continue
        if item.name in ("witness", "second_person"):
            yield f"{_small(label)} {people.get(str(value), value)}"
        elif item.name == "product":
            known = library().products.get(str(value))
            yield known.name if known is not None else str(value)
        elif isinstance(value, bool):
            yield _small(label) if value else f"{_small(label)}: no"
        else:
            unit = item.metadata.get("unit", "")
            yield f"{_value_words(value)} {unit}".rstrip() if unit else f"{_value_words(value)}"


def _small(label: str) -> str:
    """A label inside a sentence; an abbreviation keeps its capitals: "MAO inhibitor"."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _value_words(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, Enum):
        return str(value.value).replace("_", " ")
    if isinstance(value, datetime):
        from django.utils import timezone

        return f"{timezone.localtime(value):%H:%M}"
    if isinstance(value, tuple):
        return ", ".join(_value_words(each) for each in value)
    if hasattr(value, "lot"):
        return f"{value.id} lot {value.lot}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{str(name).replace('_', ' ')}: {_value_words(each)}" for name, each in value.items())
    return str(value)


def measure_label(measure: Measure) -> str:
    """The measure's name on the pad: short."""
    short = {Measure.HEART_RATE_PER_MIN: "Heart", Measure.RESPIRATORY_RATE_PER_MIN: "Breaths"}
    return short.get(measure, MEASURE_LABELS[measure][0])
