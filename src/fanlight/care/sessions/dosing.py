"""The drug from its events: starts, pauses, stops, devices, single doses; and what was out of order in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from fanlight.care.sessions.entries import Entry
from fanlight.care.sessions.infusion import Segment
from fanlight.care.sessions.kinds import EventKind
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.payloads_dose import StopReason
from fanlight.care.sessions.state import Dosing, Irregularity, IrregularityKind
from fanlight.core.session_plan import SessionPlan

Clock = Callable[[datetime], str]
_I = IrregularityKind
_PUMP = frozenset({EventKind.STARTED, EventKind.RATE_CHANGED, EventKind.PAUSED, EventKind.RESUMED, EventKind.STOPPED})


def dosing_of(entries: Sequence[Entry], plan: SessionPlan, clock: Clock) -> tuple[Dosing, list[Irregularity]]:
    """The drug, from standing events in the order they happened."""
    pump = _Pump(entries, plan, clock)
    for entry in entries:
        if entry.kind in _PUMP:
            pump.take(entry)
    taken, odd_devices = _devices(entries, plan, clock)
    refused = tuple(entry for entry in entries if entry.kind is EventKind.DEVICE_REFUSED)
    at_once = [entry for entry in entries if entry.kind is EventKind.DOSE_GIVEN]
    stops = [entry for entry in entries if entry.kind is EventKind.STOPPED]
    flushes = [entry for entry in entries if entry.kind is EventKind.FLUSHED and stops and entry.at >= stops[-1].at]
    flushed = sum((Fraction(entry.payload.volume_ml) for entry in flushes), Fraction(0)) if flushes else None
    line = pump.line_ml
    moments = [*(entry.at for entry in (*taken, *at_once)), *(segment.start for segment in pump.segments)]
    ends = [entry.at for entry in (*taken, *at_once)]
    if pump.segments and pump.segments[-1].end is not None:
        ends.append(pump.segments[-1].end)
    if flushes and pump.segments and (line is None or line > 0):
        ends.append(flushes[-1].at)  # what filled the line went in with the flush: observation counts from there
    is_over = not pump.is_running and not pump.is_paused and bool(moments)
    if plan.devices is not None and taken and len(taken) + len(refused) < plan.devices and not stops:
        is_over = False
    stop = stops[-1] if stops and not pump.is_running and not pump.is_paused else None
    return (
        Dosing(
            segments=tuple(pump.segments),
            started_at=pump.segments[0].start if pump.segments else None,
            first_at=min(moments, default=None),
            last_at=max(ends, default=None) if is_over else None,
            last_device_at=taken[-1].at if taken else None,
            stopped_at=stop.at if stop else None,
            ended_at=max(ends, default=None) if is_over else None,
            is_running=pump.is_running,
            is_paused=pump.is_paused,
            is_stopped_early=(stop is not None and stop.payload.reason is not StopReason.COMPLETED) or bool(refused),
            rate_ml_per_h=pump.rate if pump.is_running else None,
            devices_taken=taken,
            devices_refused=refused,
            given_at_once_mg=sum((entry.payload.mg for entry in at_once), Decimal(0)),
            bag_ml=pump.bag_ml,
            mg_per_ml=pump.mg_per_ml,
            line_ml=line,
            flushed_ml=flushed,
            pump_ml=stop.payload.pump_infused_ml if stop else None,
        ),
        [*pump.irregularities, *odd_devices],
    )


class _Pump:
    """The pump as its events arrive in order; a fact out of order is taken for what it says, and noted."""

    def __init__(self, entries: Sequence[Entry], plan: SessionPlan, clock: Clock) -> None:
        prepared = [entry.payload for entry in entries if entry.kind is EventKind.DOSE_PREPARED]
        last = prepared[-1] if prepared else None
        self.bag_ml: Decimal | None = last.bag_ml if last else None
        self.mg_per_ml: Fraction | None = Fraction(last.drawn_mg) / Fraction(self.bag_ml) if last and self.bag_ml else None
        self.line_ml: Decimal | None = (
            last.line_volume_ml if last and last.line_volume_ml is not None else parameter(plan, "line_volume_ml")
        )
        self.rate: Decimal | None = (last.rate_ml_per_h if last else None) or plan.rate_ml_per_h
        self.segments: list[Segment] = []
        self.is_running = self.is_paused = False
        self.irregularities: list[Irregularity] = []
        self._has_stopped = False
        self._clock = clock

    def take(self, entry: Entry) -> None:
        """One pump event, in the order it happened."""
        match entry.kind:
            case EventKind.STARTED:
                self._start(entry)
            case EventKind.RESUMED:
                self._resume(entry)
            case EventKind.RATE_CHANGED:
                self._change(entry)
            case EventKind.PAUSED:
                self._halt(entry, is_pause=True)
            case _:
                self._halt(entry, is_pause=False)

    def _start(self, entry: Entry) -> None:
        if self.is_running:
            since = self._clock(self.segments[-1].start)
            self._odd(_I.SECOND_START, f"Start was recorded again at {self._clock(entry.at)}; the pump has run since {since}", entry)
            return
        if self.segments:
            self._odd(_I.RESTARTED, f"Start was recorded at {self._clock(entry.at)}, after the pump had run before", entry, "R18")
        self._run(entry, entry.payload.rate_ml_per_h or self.rate)

    def _resume(self, entry: Entry) -> None:
        if self.is_running:
            self._odd(_I.NOT_RUNNING, f"Resumed at {self._clock(entry.at)}, but the pump was not paused", entry)
            self._close(entry.at)
        elif self._has_stopped:
            self._odd(_I.RESTARTED, f"The infusion was resumed at {self._clock(entry.at)}, after it had been stopped", entry, "R18")
        elif not self.segments:
            self._odd(_I.NOT_RUNNING, f"Resumed at {self._clock(entry.at)}, but no start is recorded", entry)
        self._run(entry, entry.payload.rate_ml_per_h or self.rate)

    def _change(self, entry: Entry) -> None:
        if not self.is_running:
            self._odd(_I.NOT_RUNNING, f"The rate was changed at {self._clock(entry.at)}, but the pump was not running", entry)
            self.rate = entry.payload.rate_ml_per_h
            return
        self._close(entry.at)
        self._run(entry, entry.payload.rate_ml_per_h)

    def _halt(self, entry: Entry, *, is_pause: bool) -> None:
        if not self.is_running and not (self.is_paused and not is_pause) and (self.segments or is_pause):
            what = "paused" if is_pause else "stopped"
            self._odd(_I.NOT_RUNNING, f"The pump was {what} at {self._clock(entry.at)}, but it was not running", entry)
        if self.is_running:
            self._close(entry.at)
        self.is_running, self.is_paused = False, is_pause and bool(self.segments) and not self._has_stopped
        self._has_stopped = self._has_stopped or not is_pause

    def _run(self, entry: Entry, rate: Decimal | None) -> None:
        self.segments.append(Segment(entry.at, None, rate))
        self.rate = rate
        self.is_running, self.is_paused, self._has_stopped = True, False, False

    def _close(self, moment: datetime) -> None:
        running = self.segments[-1]
        self.segments[-1] = Segment(running.start, moment, running.rate_ml_per_h)

    def _odd(self, kind: IrregularityKind, sentence: str, entry: Entry, rule: str = "") -> None:
        self.irregularities.append(Irregularity(kind, sentence + ".", entry.sources, entry.at, rule))


def _devices(entries: Sequence[Entry], plan: SessionPlan, clock: Clock) -> tuple[tuple[Entry, ...], list[Irregularity]]:
    """Devices taken, and devices too close together, repeated, or more than ordered.

    A device said twice under one number counts once: the first. The number is corrected if it was another.
    """
    taken: list[Entry] = []
    odd: list[Irregularity] = []
    rest = plan.rest_between_devices_minutes
    for entry in entries:
        if entry.kind is not EventKind.DEVICE_TAKEN:
            continue
        number = entry.payload.number
        if any(other.payload.number == number for other in taken):
            sentence = f"Device {number} was recorded twice, again at {clock(entry.at)}; it is counted once."
            odd.append(Irregularity(_I.DEVICE_TWICE, sentence, entry.sources, entry.at))
            continue
        if taken and rest is not None and entry.at - taken[-1].at < timedelta(minutes=rest):
            seconds = int((entry.at - taken[-1].at).total_seconds())
            sentence = f"Device {number} followed after {seconds // 60} min {seconds % 60} s; the rest is {rest} min."
            odd.append(Irregularity(_I.DEVICES_TOO_CLOSE, sentence, (taken[-1].id, *entry.sources), entry.at, "R15"))
        taken.append(entry)
        if plan.devices is not None and len(taken) > plan.devices:
            sentence = f"{len(taken)} devices were taken; {plan.devices} were ordered."
            odd.append(Irregularity(_I.TOO_MANY_DEVICES, sentence, entry.sources, entry.at, "R15"))
    return tuple(taken), odd
