"""Asking for scales and not giving up: what is owed, when the next message goes, and who owns it when none helps.

Days are the patient's own calendar days, counted from the day a scale is due (day 0). Messages keep the patient's quiet
hours; the call list and the named person wait for nobody. What is owed stays owned until it is answered or a person
closes it with a reason: no time makes it go away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from fanlight.care.scales.instrument import ScaleError
from fanlight.core.instants import as_utc, clinic_date
from fanlight.core.sources import Source


@dataclass(frozen=True, slots=True)
class AskingPolicy:
    """How a site asks. Times of day are the patient's; days count from the due day.

    A scale wanted as a baseline alone may have been answered up to `baseline_counts_from_days_before` days before the first dose.
    An answer of danger received from elsewhere, not older than `received_answer_acts_within_hours`, is owned as one given here.
    """

    version: str
    ask_at: time
    messages_from: time
    messages_until: time
    reminders_on_days: tuple[int, ...]
    call_list_on_day: int
    named_person_on_day: int
    hours_between_messages: int
    call_list_owner: str
    received_answer_acts_within_hours: int
    baseline_counts_from_days_before: int
    source: Source

    def __post_init__(self) -> None:
        days = (0, *self.reminders_on_days, self.call_list_on_day)
        if list(days) != sorted(set(days)) or self.named_person_on_day < self.call_list_on_day:
            raise ScaleError(
                "FAN-SCALE-015", "This asking policy cannot be used", "its days do not rise from message to call to named person"
            )
        if not self.messages_from <= self.ask_at < self.messages_until:
            raise ScaleError("FAN-SCALE-015", "This asking policy cannot be used", "the time of asking lies in the quiet hours")


@dataclass(frozen=True, slots=True)
class Ask:
    """One scale wanted at one time point. A form filled from `first` to `last` answers it."""

    scale: str
    due_on: date
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Form:
    """A form received, finished or only begun."""

    scale: str
    at: datetime
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Message:
    """An invitation or reminder sent for one ask. `is_delivered` None: not known yet."""

    scale: str
    due_on: date
    at: datetime
    is_delivered: bool | None = None


@dataclass(frozen=True, slots=True)
class Closure:
    """A person's decision that an ask will not be answered, and why."""

    scale: str
    due_on: date
    at: datetime
    by: str
    because: str


class Stage(StrEnum):
    """Where an ask stands. From `CALL_LIST` on a person owns it."""

    NOT_DUE = "not_due"
    MESSAGES = "messages"
    CALL_LIST = "call_list"
    NAMED_PERSON = "named_person"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Owed:
    """One ask as it stands now.

    `owner` is empty only while messages may still do it, or when nothing is owed any more. `next_message_at` (UTC) may lie in
    the past: then it is to be sent at once. `window_has_closed`: a form filled now comes too late for this time point; the
    point stays missing, and its owner says why. `has_begun`: the patient left off in the middle and may resume.
    """

    ask: Ask
    stage: Stage
    because: str
    owner: str = ""
    next_message_at: datetime | None = None
    has_begun: bool = False
    window_has_closed: bool = False


@dataclass(frozen=True, slots=True)
class PatientChannel:
    """How a patient may be reached: their zone, and the instant since which no message may be sent (asked to stop, moved
    away, died), with the reason."""

    zone: ZoneInfo
    no_messages_since: datetime | None = None
    why_no_messages: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What has happened so far to one patient's asks."""

    forms: tuple[Form, ...] = ()
    messages: tuple[Message, ...] = ()
    closures: tuple[Closure, ...] = ()


def owed(
    asks: Iterable[Ask], history: History, channel: PatientChannel, named_person: str, policy: AskingPolicy, now: datetime
) -> tuple[Owed, ...]:
    """Every ask as it stands at `now`, in order of due day. `named_person` owns what nobody answered: it may not be empty."""
    if not named_person.strip():
        raise ScaleError("FAN-SCALE-016", "Cannot say who owns an unanswered scale", "no person is named", "Name one for the course.")
    ordered = sorted(asks, key=lambda ask: (ask.due_on, ask.scale))
    dated: dict[str, list[tuple[date, Form]]] = {}
    for form in history.forms:
        dated.setdefault(form.scale, []).append((clinic_date(form.at, channel.zone), form))
    return tuple(_standing(ask, dated.get(ask.scale, []), history, channel, named_person, policy, as_utc(now)) for ask in ordered)


def _standing(
    ask: Ask,
    dated: Sequence[tuple[date, Form]],
    history: History,
    channel: PatientChannel,
    named_person: str,
    policy: AskingPolicy,
    now: datetime,
) -> Owed:
    """How one ask stands; `dated` holds the forms of its scale with the patient's day of each."""
    forms = [form for on, form in dated if ask.first <= on <= ask.last]
    if any(form.is_finished for form in forms):
        return Owed(ask, Stage.ANSWERED, "answered")
    closed = next((one for one in history.closures if (one.scale, one.due_on) == (ask.scale, ask.due_on)), None)
    if closed is not None:
        return Owed(ask, Stage.CLOSED, closed.because)
    today = clinic_date(now, channel.zone)
    has_begun, is_over, day = bool(forms), today > ask.last, (today - ask.due_on).days
    if day < 0:
        return Owed(ask, Stage.NOT_DUE, "not due yet", next_message_at=_send_at(ask.due_on, policy, channel.zone), has_begun=has_begun)
    if day >= policy.named_person_on_day:
        return Owed(ask, Stage.NAMED_PERSON, f"unanswered on day {day}", named_person, None, has_begun, is_over)
    if channel.no_messages_since is not None and as_utc(channel.no_messages_since) <= now:
        return Owed(ask, Stage.NAMED_PERSON, channel.why_no_messages or "no message may be sent", named_person, None, has_begun, is_over)
    sent = sorted((m for m in history.messages if (m.scale, m.due_on) == (ask.scale, ask.due_on)), key=lambda message: message.at)
    if sent and sent[-1].is_delivered is False:
        return Owed(ask, Stage.CALL_LIST, "the last message did not arrive", policy.call_list_owner, None, has_begun, is_over)
    if day >= policy.call_list_on_day:
        return Owed(ask, Stage.CALL_LIST, f"unanswered on day {day}", policy.call_list_owner, None, has_begun, is_over)
    return Owed(ask, Stage.MESSAGES, "waiting for an answer", "", _next_message(ask, sent, policy, channel.zone), has_begun, is_over)


def _next_message(ask: Ask, sent: Sequence[Message], policy: AskingPolicy, zone: ZoneInfo) -> datetime | None:
    """When the next message may go: on its day or, if that passed, as soon as the quiet hours and the last message allow."""
    days = (0, *policy.reminders_on_days)
    if len(sent) >= len(days):
        return None
    planned = _send_at(ask.due_on + timedelta(days=days[len(sent)]), policy, zone)
    if not sent:
        return planned
    return max(planned, next_allowed(as_utc(sent[-1].at) + timedelta(hours=policy.hours_between_messages), policy, zone))


def next_allowed(moment: datetime, policy: AskingPolicy, zone: ZoneInfo) -> datetime:
    """`moment` itself, or the end of the quiet hours it falls in (UTC)."""
    local = as_utc(moment).astimezone(zone)
    if local.time() < policy.messages_from:
        return _wall(local.date(), policy.messages_from, zone)
    if local.time() >= policy.messages_until:
        return _wall(local.date() + timedelta(days=1), policy.messages_from, zone)
    return as_utc(moment)


def _send_at(day: date, policy: AskingPolicy, zone: ZoneInfo) -> datetime:
    return _wall(day, policy.ask_at, zone)


def _wall(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time of day as an instant; one the clock skips is taken as much later as the clock jumped, one shown twice as the first."""
    return datetime.combine(day, at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Completeness:
    """Of the time points whose due day has come: how many were answered, are still open, or are missing for good."""

    due: int
    answered: int
    still_open: int
    missing: int


def completeness(standings: Iterable[Owed]) -> Completeness:
    """How complete follow-up is. What is not due yet counts nowhere; a window that closed unanswered is missing."""
    come = [one for one in standings if one.stage is not Stage.NOT_DUE]
    answered = sum(1 for one in come if one.stage is Stage.ANSWERED)
    missing = sum(1 for one in come if one.stage is Stage.CLOSED or (one.stage is not Stage.ANSWERED and one.window_has_closed))
    return Completeness(len(come), answered, len(come) - answered - missing, missing)
