"""The numbers that every protocol is held to unless it declares its own, read from the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fanlight.care.protocols.protocol import Protocol
from fanlight.care.protocols.scope import rule_parameters
from fanlight.care.rules import RulesFile
from fanlight.core.session_plan import Drug

_WEEK = 7
NOT_HELD_TO_WEEKLY = ("pain",)
"""Uses that R16's weekly limit does not govern."""


@dataclass(frozen=True, slots=True)
class DefaultCeilings:
    """Default numbers of the rules, by rule and parameter."""

    numbers: Mapping[tuple[str, str], Decimal]

    @classmethod
    def of(cls, files: Iterable[RulesFile]) -> DefaultCeilings:
        """The numbers of every rule as the rule files hold them."""
        return cls(
            {
                (rule.id, name): Decimal(parameter.default)
                for file in files
                for rule in file.rules
                for name, parameter in rule.parameters.items()
                if isinstance(parameter.default, Decimal | int) and not isinstance(parameter.default, bool)
            }
        )

    def value(self, protocol: Protocol, rule: str, parameter: str) -> Decimal | None:
        """The number a protocol is held to: its own declared ceiling, else the rule's default; None where neither exists."""
        own = rule_parameters(protocol).get(parameter)
        return own if isinstance(own, Decimal) else self.numbers.get((rule, parameter))


@dataclass(frozen=True, slots=True)
class FrequencyCeiling:
    """R16 for one course: most sessions on any seven clinic dates, and weekly at most after a day of the course.

    `course_began` is the date of the first session; `weekly_after_day` None where the weekly limit does not govern. `elsewhere`
    are dates of earlier sessions of the drug, here or at another clinic: they count, and the course began with the first.
    """

    sessions_in_seven_days: int
    weekly_after_day: int | None
    course_began: date
    elsewhere: tuple[date, ...] = ()

    def allows(self, dates: Sequence[date], day: date) -> bool:
        """True when a session on `day`, after those on `dates`, keeps to both limits."""
        before = (*self.elsewhere, *dates)
        earlier = sum(0 <= (day - other).days < _WEEK for other in before)
        began = min(before, default=self.course_began)
        late = self.weekly_after_day is not None and (day - began).days + 1 > self.weekly_after_day
        return earlier < (1 if late else self.sessions_in_seven_days)


def frequency_ceiling(
    protocol: Protocol, ceilings: DefaultCeilings, course_began: date, elsewhere: Sequence[date] = ()
) -> FrequencyCeiling | None:
    """The frequency ceiling of a protocol, or None where no rule governs its drug."""
    name = {
        Drug.ESKETAMINE: "esketamine_sessions_in_seven_days",
        Drug.RACEMIC_KETAMINE: "sessions_in_seven_days",
    }.get(protocol.drug)
    sessions = None if name is None else ceilings.value(protocol, "R16", name)
    if sessions is None:
        return None
    weekly = None if protocol.use in NOT_HELD_TO_WEEKLY else ceilings.value(protocol, "R16", "weekly_after_day")
    return FrequencyCeiling(int(sessions), None if weekly is None else int(weekly), course_began, tuple(elsewhere))
