"""A course drawn on the clinic's calendar, week by week: doses, therapy windows, closing days, and where a date came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from fanlight.care.protocols import ClinicCalendar, CoursePlan
from fanlight.core.instants import clinic_date
from fanlight.web.words import counted, day_words

_STATE_WORDS = {"given": "given", "begun": "begun", "planned": "planned", "new": "new date", "was": "was here", "missed": "not held"}


@dataclass(frozen=True, slots=True)
class Dose:
    """One session on a day. `state` is given, begun, planned, new, was or missed; `href` leads to choosing another day, if it may."""

    number: int
    state: str
    href: str = ""

    @property
    def words(self) -> str:
        """What the mark means, beside it and for readers."""
        return _STATE_WORDS[self.state]


@dataclass(slots=True)
class Day:
    """One day of the calendar. `shut` says why no dose can be given on it; `refuses` why a visit cannot be moved here now."""

    on: date
    is_today: bool
    shut: str
    name: str
    doses: list[Dose] = field(default_factory=list)
    window: str = ""
    therapy: list[str] = field(default_factory=list)
    lacks_therapy: bool = False
    href: str = ""
    refuses: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday. A week without anything in it is not drawn; `gap` says how many were passed over before this one.

    `is_spare` marks the free week after the last: a visit can be moved into it.
    """

    label: str
    month: str
    days: tuple[Day, ...]
    gap: str = ""
    is_spare: bool = False


def draw_weeks(
    plan: CoursePlan,
    calendar: ClinicCalendar,
    doses: Mapping[date, list[Dose]],
    today: date,
    *,
    chosen: Callable[[date], str] | None = None,
    refuses: Callable[[date], str] | None = None,
) -> tuple[Week, ...]:
    """The weeks from the first dose to the last. `chosen` gives the address that a day leads to, or an empty text.

    `refuses` says why a visit cannot be moved to a day, or an empty text; where it is given, a free week follows the last.
    """
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(calendar.zone)
    if not doses:
        return ()
    days: dict[date, Day] = {}

    def day(on: date) -> Day:
        if on not in days:
            why = calendar.why_not(on) or ""
            named = next((shut.why for shut in calendar.closures if shut.first <= on <= shut.last), "")
            away = "no prescriber" if "prescriber" in why else ""
            days[on] = Day(on, on == today, why, named or away, href=chosen(on) if chosen else "", refuses=refuses(on) if refuses else "")
        return days[on]

    for on, found in doses.items():
        day(on).doses += found
    for slot in plan.therapy:
        first, last = clinic_date(slot.opens_at, zone), clinic_date(slot.closes_at, zone)
        if slot.after_session:
            for n in range((last - first).days + 1):
                here = day(first + timedelta(days=n))
                edges = [name for name, is_it in (("first", n == 0), ("last", first + timedelta(days=n) == last)) if is_it]
                here.window = " ".join([here.window, *edges]).strip() or "middle"
        if slot.suggested_at is not None:
            local = slot.suggested_at.astimezone(zone)
            day(local.date()).therapy.append(f"{local:%H:%M} {slot.kind.value.replace('_', ' ')}")
        else:
            day(first).lacks_therapy = True
    used = sorted({on - timedelta(days=on.weekday()) for on, found in days.items() if found.doses or found.window or found.therapy})
    spare = used[-1] + timedelta(days=7) if refuses else None
    used += [spare] if spare else []
    anchor = min(doses) - timedelta(days=min(doses).weekday())
    weeks, before = [], None
    for monday in used if chosen is None else _every_week(used):
        passed = 0 if before is None else (monday - before).days // 7 - 1
        gap = f"{counted(passed, 'week').capitalize()} without a visit" if passed else ""
        week = tuple(day(monday + timedelta(days=n)) for n in range(7))
        number = (monday - anchor).days // 7 + 1
        weeks.append(Week(f"Week {number}" if number > 0 else "Before", f"{monday:%b}", week, gap, monday == spare))
        before = monday
    return tuple(weeks)


def _every_week(used: list[date]) -> Iterable[date]:
    """Each week from the first to the last: while a date is being chosen, a free week is a choice too."""
    return (used[0] + timedelta(days=7 * n) for n in range((used[-1] - used[0]).days // 7 + 1))


def in_day_words(text: str, today: date) -> str:
    """A sentence of the engine with its ISO dates as the pages write them."""
    import re

    return re.sub(r"\d{4}-\d{2}-\d{2}", lambda found: day_words(date.fromisoformat(found[0]), today), text)
