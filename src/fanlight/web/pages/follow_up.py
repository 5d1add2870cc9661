"""How complete a clinic's follow-up is: every point whose day has come, what they add up to, and who is owed what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from fanlight.care.scales.asking import Completeness, Owed, Stage, completeness
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library
from fanlight.records.models import Course, Site, Task
from fanlight.records.owed_scales import KINDS, standings, task_key
from fanlight.web.lately import Sum, lately

_WORDS = {
    Stage.NOT_DUE: "not due yet",
    Stage.MESSAGES: "to be asked",
    Stage.CALL_LIST: "on the call list",
    Stage.NAMED_PERSON: "with a named person",
    Stage.ANSWERED: "answered",
    Stage.CLOSED: "closed, with a reason",
}
_OPEN = (Stage.NAMED_PERSON, Stage.CALL_LIST, Stage.MESSAGES)


@dataclass(frozen=True, slots=True)
class Point:
    """One scale wanted at one time point of one course, and how it stands."""

    course: Course
    standing: Owed
    owner: str
    clinic: str
    protocol: str
    day: str
    """The time point, in days from the first session."""
    clinician: str
    """Who opened the course and answers for it."""
    scale: str
    """The scale's title."""

    @property
    def words(self) -> str:
        """How it stands."""
        late = "; too late for this point, say why" if self.standing.window_has_closed and self.standing.stage in _OPEN else ""
        return _WORDS[self.standing.stage] + late


WAYS: tuple[tuple[str, str, Callable[[Point], str]], ...] = (
    ("clinic", "Clinic", lambda point: point.clinic),
    ("protocol", "Protocol", lambda point: point.protocol),
    ("day", "Time point", lambda point: point.day),
    ("clinician", "Clinician", lambda point: point.clinician),
    ("scale", "Scale", lambda point: point.scale),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Some points, counted each way, and those that wait for somebody."""

    total: Completeness
    ways: list[tuple[str, str, list[tuple[str, Completeness, int]]]]
    waiting: list[Point]

    @staticmethod
    def of(points: list[Point]) -> Counted:
        """Count them."""
        ways = [(name, title, _groups(points, of)) for name, title, of in WAYS]
        return Counted(_count(points), ways, [point for point in points if point.standing.stage in _OPEN])


@dataclass(frozen=True, slots=True)
class Whole:
    """Every point of a clinic, the longest owed first, with what they add up to and what they may be narrowed by."""

    points: list[Point]
    counted: Counted
    choices: dict[str, list[str]]


def whole_of(site: Site, now: datetime) -> Whole:
    """Every point of a clinic as it stands at `now`."""
    points = _points(site, now)
    points.sort(key=lambda point: (point.standing.stage not in _OPEN, point.standing.ask.due_on, point.course.pk, point.scale))
    choices = {name: sorted({of(point) for point in points}, key=_in_order) for name, _, of in WAYS}
    return Whole(points, Counted.of(points), choices)


def whole_lately(site: Site, now: datetime) -> Sum:
    """The same for a page: of this moment, or in a clinic with a long past of a short while ago (`fanlight.web.lately`)."""
    return lately(f"follow-up of site {site.pk}", lambda at: whole_of(site, at), now)


def _points(site: Site, now: datetime) -> list[Point]:
    owners = dict(Task.objects.filter(site=site, kind__in=KINDS.values(), closed_at__isnull=True).values_list("key", "owner__name"))
    titles = {name: instrument.title for name, instrument in shipped_instruments().items()}
    return [
        Point(
            one.course,
            standing,
            owners.get(task_key(one.course, standing.ask.due_on), standing.owner),
            site.name,
            one.course.protocol_signature.protocol_id,
            f"day {(standing.ask.due_on - one.course.starts_on).days}",
            one.course.opened_by.name,
            titles.get(standing.ask.scale, standing.ask.scale),
        )
        for one in standings(site, library(), now)
        for standing in one.standings
        if standing.stage is not Stage.NOT_DUE
    ]


def _count(points: Iterable[Point]) -> Completeness:
    return completeness(point.standing for point in points)


def _groups(points: list[Point], of: Callable[[Point], str]) -> list[tuple[str, Completeness, int]]:
    """Name, counts, and the share answered in percent, in the order of the name."""
    named: dict[str, list[Point]] = {}
    for point in points:
        named.setdefault(of(point), []).append(point)
    counts = [(name, _count(group)) for name, group in sorted(named.items(), key=lambda pair: _in_order(pair[0]))]
    return [(name, count, round(100 * count.answered / count.due) if count.due else 0) for name, count in counts]


def _in_order(name: str) -> tuple[int, str]:
    """Days by their number, everything else by its letters."""
    number = name.removeprefix("day ")
    return (int(number), "") if name.startswith("day ") and number.lstrip("-").isdigit() else (0, name)
