"""What is known of a treatment session at one moment: the fold's answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from fanlight.care.sessions.entries import Corrections, Entry
from fanlight.care.sessions.infusion import Segment, delivered_ml, empty_at, reached_ml
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.status import ENDED, SessionStatus
from fanlight.core.session_plan import Anchor, Measure


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one measure.

    `is_signal` False: a monitor's zero, a lead off, no value at all. `can_reassure` False: its time is doubtful or
    the reader suspected an artefact; it may still raise an alarm, but it never shows that somebody is well.
    """

    measure: Measure
    value: Decimal
    at: datetime
    entry: Entry
    is_signal: bool = True
    can_reassure: bool = True
    on_oxygen: bool | None = None
    has_symptoms: bool | None = None


@dataclass(frozen=True, slots=True)
class Dosing:
    """The drug so far. `first_at` and `last_at` are its first and last entry into the patient; `ended_at` is set
    only when somebody said it ended (or every device was taken or refused).
    """

    segments: tuple[Segment, ...] = ()
    started_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None
    last_device_at: datetime | None = None
    stopped_at: datetime | None = None
    ended_at: datetime | None = None
    is_running: bool = False
    is_paused: bool = False
    is_stopped_early: bool = False
    rate_ml_per_h: Decimal | None = None
    devices_taken: tuple[Entry, ...] = ()
    devices_refused: tuple[Entry, ...] = ()
    given_at_once_mg: Decimal = Decimal(0)
    bag_ml: Decimal | None = None
    mg_per_ml: Fraction | None = None
    line_ml: Decimal | None = None
    flushed_ml: Fraction | None = None
    pump_ml: Decimal | None = None

    @property
    def has_begun(self) -> bool:
        """True once any drug has gone in."""
        return self.first_at is not None


@dataclass(frozen=True, slots=True)
class Given:
    """The amount of drug by an instant, in mg of base.

    `delivered_mg` left the bag or syringe; `given_mg` reached the patient; `in_line_mg` did not; `left_mg` is still in
    the bag. None is unknown, and `missing` says what would settle it.
    """

    given_mg: Fraction | None
    delivered_mg: Fraction | None
    delivered_ml: Fraction | None
    in_line_mg: Fraction | None
    left_mg: Fraction | None
    missing: tuple[str, ...] = ()


class IrregularityKind(StrEnum):
    """Facts out of order: recorded, and owed an explanation."""

    SECOND_START = "second_start"
    NOT_RUNNING = "not_running"
    RESTARTED = "restarted"
    DRUG_BEFORE_CHECK = "drug_before_check"
    DRUG_AFTER_END = "drug_after_end"
    DEVICES_TOO_CLOSE = "devices_too_close"
    DEVICE_TWICE = "device_twice"
    TOO_MANY_DEVICES = "too_many_devices"
    OVER_ORDER = "over_order"
    PUMP_DIFFERS = "pump_differs"
    DRAWN_DIFFERS = "drawn_differs"
    TOO_FAST = "too_fast"
    SECOND_END = "second_end"
    END_CONTRADICTED = "end_contradicted"
    SAME_PERSON_TWICE = "same_person_twice"
    WASTE_UNWITNESSED = "waste_unwitnessed"
    CLOCK = "clock"
    CORRECTION_FAILED = "correction_failed"


@dataclass(frozen=True, slots=True)
class Irregularity:
    """One fact out of order, in a sentence without names; `rule` is the safety rule it touches, if any."""

    kind: IrregularityKind
    sentence: str
    event_ids: tuple[str, ...]
    at: datetime
    rule: str = ""

    @property
    def id(self) -> str:
        """Stable name of this irregularity: an acknowledgement or explanation refers to it."""
        return f"{self.kind.value}:{self.event_ids[-1]}"


@dataclass(frozen=True, slots=True)
class SessionState:
    """A treatment session as known at `known_at` (None: all that has been said).

    `entries` are all events in the order they happened, struck ones marked; `standing` the ones that count, by kind.
    """

    status: SessionStatus
    entries: tuple[Entry, ...]
    standing: Mapping[EventKind, tuple[Entry, ...]]
    readings: Mapping[Measure, tuple[Reading, ...]]
    dosing: Dosing
    irregularities: tuple[Irregularity, ...]
    corrections: Corrections = field(default_factory=Corrections)
    end: Entry | None = None
    known_at: datetime | None = None
    zone: tzinfo = UTC

    @property
    def is_ended(self) -> bool:
        """True once one of the seven ends is recorded and stands."""
        return self.status in ENDED

    def of(self, *kinds: EventKind) -> tuple[Entry, ...]:
        """Standing events of these kinds, in the order they happened."""
        if len(kinds) == 1:
            return self.standing.get(kinds[0], ())
        found = [entry for kind in kinds for entry in self.standing.get(kind, ())]
        return tuple(sorted(found, key=lambda entry: (entry.at, entry.entered_at, entry.id)))

    def last(self, kind: EventKind) -> Entry | None:
        """The latest standing event of a kind."""
        found = self.standing.get(kind, ())
        return found[-1] if found else None

    def anchor(self, anchor: Anchor) -> datetime | None:
        """The instant due times are counted from; None until it has happened."""
        if anchor is Anchor.CHECK_IN:
            arrived = self.of(EventKind.CHECKED_IN)
            return arrived[0].at if arrived else None
        if anchor is Anchor.START:
            return self.dosing.first_at
        if anchor is Anchor.LAST_DEVICE:
            return self.dosing.last_device_at
        return self.dosing.ended_at

    def baseline(self, measure: Measure) -> Reading | None:
        """The last sound reading before the drug (or so far, while none was given); None where there is none."""
        first = self.dosing.first_at
        for reading in reversed(self.readings.get(measure, ())):
            if reading.is_signal and reading.can_reassure and (first is None or reading.at <= first):
                return reading
        return None

    def latest(self, measure: Measure) -> Reading | None:
        """The latest value of a measure, however old; a lead off is not a value."""
        return next((reading for reading in reversed(self.readings.get(measure, ())) if reading.is_signal), None)

    def given_by(self, moment: datetime) -> Given:
        """The amount of drug given by an instant."""
        return amount_given(self.dosing, moment)

    def clock(self, moment: datetime) -> str:
        """An instant as the clinic's wall clock shows it, for a sentence."""
        return moment.astimezone(self.zone).strftime("%H:%M")


def amount_given(dosing: Dosing, moment: datetime) -> Given:
    """The amount of drug given by an instant, from the pump's rates, the devices and the single doses."""
    at_once = Fraction(dosing.given_at_once_mg) + sum((Fraction(entry.payload.mg) for entry in dosing.devices_taken), Fraction(0))
    if not dosing.segments:
        return Given(at_once, at_once, None, Fraction(0), None)
    computed = delivered_ml(dosing.segments, moment, dosing.bag_ml)
    volume = Fraction(dosing.pump_ml) if dosing.pump_ml is not None and not dosing.is_running else computed
    missing = []
    if volume is None:
        missing.append("pump rate")
    if dosing.mg_per_ml is None:
        missing.append("amount drawn and bag volume")
    if volume is None or dosing.mg_per_ml is None:
        return Given(None, None, volume, None, None, tuple(missing))
    delivered = volume * dosing.mg_per_ml
    left = (Fraction(dosing.bag_ml) - volume) * dosing.mg_per_ml if dosing.bag_ml is not None else None
    reached = reached_ml(volume, dosing.line_ml, dosing.flushed_ml)
    if reached is None:
        return Given(None, delivered + at_once, volume, None, left, ("line volume",))
    return Given(reached * dosing.mg_per_ml + at_once, delivered + at_once, volume, (volume - reached) * dosing.mg_per_ml, left)


def bag_empty_at(state: SessionState) -> datetime | None:
    """When the running bag will be empty at its present rate; None where it is not running or cannot be known."""
    return empty_at(state.dosing.segments, state.dosing.bag_ml)
