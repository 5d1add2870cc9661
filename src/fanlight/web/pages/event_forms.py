"""A form for each kind of event, made from its declared fields: nothing is asked that the stream does not hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fanlight.care.sessions import EVENT_KINDS, EventKind, form_of
from fanlight.core.session_plan import Route, SessionPlan
from fanlight.records.actions.own_ways import RELEASES

_K = EventKind
BY_OWN_WAY = frozenset(
    {
        _K.VITALS, _K.SEDATION, _K.DISSOCIATION, _K.RESTING_NOT_ASKED, _K.AMENDED,
        _K.OVERRIDE, _K.ALERT_ACKNOWLEDGED, _K.MISSED_BECAUSE, _K.EXPLANATION,
    }
) | RELEASES  # fmt: skip
"""Kinds with their own place on the page: the pad, the alert row, the due row, the timeline, the way out."""
_INFUSION = frozenset({_K.STARTED, _K.RATE_CHANGED, _K.PAUSED, _K.RESUMED, _K.FLUSHED, _K.LINE_OUT})
_DEVICES = frozenset({_K.DEVICE_TAKEN, _K.DEVICE_REFUSED})


def _not_of_route(route: Route) -> frozenset[EventKind]:
    """What cannot happen by this route, and so is not offered."""
    if route is Route.INTRAVENOUS:
        return _DEVICES
    if route is Route.NASAL:
        return _INFUSION | {_K.DOSE_GIVEN}
    return _INFUSION | _DEVICES


INTENDED_ONLY = frozenset({_K.STARTED, _K.RESUMED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN, _K.DISCHARGED, _K.STOPPED_AND_OBSERVED})
"""Kinds that a gate stands before when they are meant; as something that has happened they can always be said."""
_HIDDEN_FIELDS = frozenset({"read_by", "answers", "checks", "witness"})
_HINTS = {
    (_K.RED_FLAG, "symptoms"): "None ticked means asked, and none.",
    (_K.ADVERSE_EVENT, "seriousness"): "Each ground that holds; none where it is not serious or not judged yet.",
    (_K.DOSE_PREPARED, "containers"): "One a line: its own mark, then its lot, with a comma between.",
}
_UNITS_FIRST = ("mL/h", "mg", "mL")


@dataclass(frozen=True, slots=True)
class FormField:
    """One field as the page shows it. `kind`: number, whole, yes_no, choice, many, rows, time, text, words."""

    name: str
    label: str
    kind: str
    required: bool
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class EventForm:
    """One dialog. `is_intended_only`: doing it needs the server; saying that it happened does not."""

    kind: str
    label: str
    fields: tuple[FormField, ...]
    is_intended_only: bool = False


def event_forms(roles: Iterable[str], plan: SessionPlan, red_flags: Iterable[tuple[str, str]]) -> tuple[EventForm, ...]:
    """Every form these roles may fill, in the order of the stream's own list."""
    held, elsewhere = frozenset(roles), _not_of_route(plan.route)
    flags = tuple(red_flags)
    return tuple(
        EventForm(kind.value, info.label, _fields(kind, plan, flags), kind in INTENDED_ONLY)
        for kind, info in EVENT_KINDS.items()
        if kind not in BY_OWN_WAY and kind not in elsewhere and held & info.roles
    )


def _fields(kind: EventKind, plan: SessionPlan, red_flags: tuple[tuple[str, str], ...]) -> tuple[FormField, ...]:
    found = []
    for item in form_of(EVENT_KINDS[kind].payload):  # type: ignore[arg-type]
        if item.name in _HIDDEN_FIELDS:
            continue
        choices = tuple((choice, choice.replace("_", " ")) for choice in item.choices)
        name = {"decimal": "number", "int": "whole", "bool": "yes_no", "choice": "choice", "datetime": "time", "str": "words"}.get(
            item.kind
        )
        if kind is _K.RED_FLAG:
            name, choices = "many", red_flags
        elif item.name == "containers":
            name = "rows"
        elif item.kind == "list" and choices:
            name = "many"
        elif name is None:
            continue
        if name == "words" and item.name in ("reason", "text", "detail", "plan", "finding", "action", "term"):
            name = "text"
        found.append(
            FormField(
                item.name,
                item.label,
                name,
                item.required,
                item.unit,
                choices,
                _suggested(kind, item.name, plan),
                _HINTS.get((kind, item.name)) or _range(item),
            )
        )
    return tuple(found)


def _suggested(kind: EventKind, name: str, plan: SessionPlan) -> str:
    """What the order already says; shown to be confirmed, never sent untouched without the tap on save."""
    from fanlight.core.quantities import plain

    if kind is _K.DEVICE_TAKEN and name == "mg" and plan.devices:
        return plain(plan.planned.value / plan.devices)
    if name == "rate_ml_per_h" and kind in (_K.STARTED, _K.DOSE_PREPARED) and plan.rate_ml_per_h is not None:
        return plain(plan.rate_ml_per_h)
    if kind is _K.DOSE_PREPARED:
        known = {"drawn_mg": plan.planned.value, "bag_ml": plan.bag_ml}.get(name)
        return plain(known) if known is not None else str(plan.devices or "") if name == "devices" else ""
    if kind is _K.DOSE_GIVEN and name == "mg":
        return plain(plan.planned.value)
    return ""


def _range(item: object) -> str:
    low, high = item.low, item.high  # type: ignore[attr-defined]
    return f"{low} to {high}" if low is not None and high is not None else ""
