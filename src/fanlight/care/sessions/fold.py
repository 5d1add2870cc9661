"""From the stream of events to what is known of the session: pure, and the same in whatever order events arrive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from fanlight.care.sessions.dosing import dosing_of
from fanlight.care.sessions.entries import Entry, entries_of
from fanlight.care.sessions.events import Event
from fanlight.care.sessions.irregularities import clocks_in_doubt, failed_corrections, one_person_twice, out_of_order
from fanlight.care.sessions.kinds import ENDS, EventKind
from fanlight.care.sessions.payloads_readings import Breathing, ReadBy
from fanlight.care.sessions.state import Dosing, Irregularity, IrregularityKind, Reading, SessionState
from fanlight.care.sessions.status import ENDED, SessionStatus
from fanlight.core.session_plan import Measure, SessionPlan

_K = EventKind


_I = IrregularityKind


_VITALS: tuple[tuple[Measure, str], ...] = tuple(
    (measure, measure.value)
    for measure in (
        Measure.SYSTOLIC_MMHG,
        Measure.DIASTOLIC_MMHG,
        Measure.HEART_RATE_PER_MIN,
        Measure.SPO2_PERCENT,
        Measure.RESPIRATORY_RATE_PER_MIN,
        Measure.TEMPERATURE_CEL,
    )
)


_RATINGS: Mapping[EventKind, tuple[Measure, str]] = {
    _K.SEDATION: (Measure.SEDATION_MOAAS, "moaas"),
    _K.DISSOCIATION: (Measure.DISSOCIATION_0_10, "score"),
    _K.DISTRESS: (Measure.DISTRESS_0_10, "score"),
}


_NO_DRUG_ENDS = frozenset({_K.CANCELLED_BEFORE_DOSE, _K.DID_NOT_ATTEND})


_WITHOUT_PATIENT = frozenset(
    {
        _K.NOTE,
        _K.DOSE_PREPARED,
        _K.SECOND_CHECK,
        _K.WASTED,
        _K.RETURNED,
        _K.EXPLANATION,
        _K.ALERT_ACKNOWLEDGED,
        _K.OVERRIDE,
        _K.MISSED_BECAUSE,
    }
)
"""What can be said before the patient is here."""


KINDS_OF_THE_DRUG = frozenset(
    {
        _K.CHECKED_IN,
        _K.DOSE_PREPARED,
        _K.STARTED,
        _K.RATE_CHANGED,
        _K.PAUSED,
        _K.RESUMED,
        _K.STOPPED,
        _K.FLUSHED,
        _K.DEVICE_TAKEN,
        _K.DEVICE_REFUSED,
        _K.DOSE_GIVEN,
        _K.AMENDED,
        *ENDS,
    }
)
"""What was given, and whether the session is over, hangs on these kinds of event and on no other."""


def fold(events: Iterable[Event], plan: SessionPlan, known_at: datetime | None = None, *, zone: tzinfo = UTC) -> SessionState:
    """What is known of a session from its events.

    `known_at` answers "what did we know then?": events and corrections received later are left out. `zone` is the
    clinic's, used only to write clock times into sentences. Never raises for what events say: facts out of order
    become `irregularities`.
    """
    entries, corrections = entries_of(events, plan, known_at)
    standing = tuple(entry for entry in entries if not entry.is_struck)

    def clock(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%H:%M")

    by_kind: dict[EventKind, list[Entry]] = {}
    for entry in standing:
        by_kind.setdefault(entry.kind, []).append(entry)
    dosing, odd = dosing_of(standing, plan, clock)
    status, end, odd_ends = _status(standing, dosing, plan)
    odd += odd_ends
    odd += out_of_order(standing, dosing, plan)
    odd += one_person_twice(by_kind)
    odd += clocks_in_doubt(standing)
    odd += failed_corrections(corrections)
    odd.sort(key=lambda item: (item.at, item.id))
    return SessionState(
        status=status,
        entries=entries,
        standing={kind: tuple(found) for kind, found in by_kind.items()},
        readings=_readings(standing),
        dosing=dosing,
        irregularities=tuple(odd),
        corrections=corrections,
        end=end,
        known_at=known_at,
        zone=zone,
    )


def fold_drug(events: Iterable[Event], plan: SessionPlan) -> tuple[Dosing, bool]:
    """The drug of a session, and whether the session has ended: what `fold` says of both.

    Asks for no other events than those of `KINDS_OF_THE_DRUG`, so that a past of many sessions is quickly told.
    """
    entries, _ = entries_of(events, plan)
    standing = tuple(entry for entry in entries if not entry.is_struck)
    dosing, _ = dosing_of(standing, plan, lambda moment: "")
    status, _, _ = _status(standing, dosing, plan)
    return dosing, status in ENDED


def _readings(standing: Sequence[Entry]) -> dict[Measure, tuple[Reading, ...]]:
    found: dict[Measure, list[Reading]] = {}
    for entry in standing:
        if entry.kind is _K.VITALS:
            vitals = entry.payload
            monitor = vitals.read_by is ReadBy.MONITOR
            oxygen = None if vitals.breathing is None else vitals.breathing is Breathing.OXYGEN
            for measure, name in _VITALS:
                value = getattr(vitals, name)
                if value is None:
                    continue
                signal = not (monitor and value == 0)
                sure = signal and entry.is_time_sound and measure not in vitals.suspected_artefact
                found.setdefault(measure, []).append(Reading(measure, value, entry.at, entry, signal, sure, oxygen, vitals.has_symptoms))
        elif entry.kind in _RATINGS:
            measure, name = _RATINGS[entry.kind]
            value = getattr(entry.payload, name)
            if value is not None:
                found.setdefault(measure, []).append(Reading(measure, Decimal(value), entry.at, entry, True, entry.is_time_sound))
    return {measure: tuple(values) for measure, values in found.items()}


def _status(standing: Sequence[Entry], dosing: Dosing, plan: SessionPlan) -> tuple[SessionStatus, Entry | None, list[Irregularity]]:
    odd: list[Irregularity] = []
    end: Entry | None = None
    for entry in standing:
        if entry.kind not in ENDS:
            continue
        words = entry.kind.value.replace("_", " ")
        if entry.kind in _NO_DRUG_ENDS and dosing.has_begun:
            sentence = f"The session is recorded as {words}, but drug was given. One of the two is not so."
            odd.append(Irregularity(_I.END_CONTRADICTED, sentence, entry.sources, entry.at))
        elif end is None:
            end = entry
        else:
            first = end.kind.value.replace("_", " ")
            sentence = f"The session is recorded as {first} and again as {words}; the first stands."
            odd.append(Irregularity(_I.SECOND_END, sentence, (end.id, *entry.sources), entry.at))
    if end is not None:
        return SessionStatus(end.kind.value), end, odd
    return _open_status(standing, dosing, plan), None, odd


def _open_status(standing: Sequence[Entry], dosing: Dosing, plan: SessionPlan) -> SessionStatus:
    if dosing.is_running:
        return SessionStatus.DOSING
    if dosing.is_paused:
        return SessionStatus.PAUSED
    if dosing.has_begun:
        return SessionStatus.OBSERVING if dosing.ended_at is not None else SessionStatus.DOSING
    kinds = {entry.kind for entry in standing}
    if _K.PRE_DOSE_CHECK in kinds:
        return SessionStatus.CHECKED
    return SessionStatus.ARRIVED if kinds - _WITHOUT_PATIENT else SessionStatus.PLANNED
