"""The screens of the structured interview for one protocol: every fact its rules ask for stands on one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanlight.care.screening import ScreeningResult
from fanlight.core.facts import FactCatalogue
from fanlight.records.intake_content import InterviewOrder
from fanlight.web.pages.asking import FactLine, asked_facts, line_of

ALWAYS = ("allergy",)
"""Asked of everybody, whatever the rules: it is shown on every session page."""
QUICK_LISTS = {"medications": "name", "allergy": "substance"}
"""Lists that may be typed here, one line to a line; the others have a page of their own."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen: its questions, and how many are still open."""

    id: str
    title: str
    lines: tuple[FactLine, ...]

    @property
    def missing(self) -> int:
        """How many nobody has answered yet."""
        return sum(line.is_missing for line in self.lines)


def screens(
    result: ScreeningResult,
    catalogue: FactCatalogue,
    order: InterviewOrder,
    given: Mapping[str, str],
    errors: Mapping[str, str],
    lists_said: Sequence[str],
) -> list[Screen]:
    """Every screen with something on it, in the order of the content; what stands in no group comes last.

    `lists_said` are lists that hold a line, or were asked and are empty. A pregnancy is not asked of whoever cannot have one.
    """
    lines = {line.name: line for line in asked_facts(result, catalogue, given, errors)}
    wanted = {order.asked_by(name) for name in lines} | set(ALWAYS)
    for name in sorted(wanted):
        if name not in lines and name in catalogue.definitions:
            missing = name not in lists_said and result.facts.get(name) is None
            lines[name] = line_of(catalogue.definitions[name], result.facts.get(name), missing, given.get(name, ""), errors.get(name, ""))
    shown = {name: line for name, line in lines.items() if order.asked_by(name) == name}
    found = []
    for group in order.groups:
        here = tuple(shown.pop(name) for name in group.facts if name in shown)
        if here:
            found.append(Screen(group.id, group.title, here))
    if shown:
        found.append(Screen("rest", "The rest", tuple(shown.values())))
    return found


def next_screen(found: Sequence[Screen], after: str) -> str:
    """The screen after one; "" after the last."""
    names = [screen.id for screen in found]
    at = names.index(after) + 1 if after in names else 0
    return names[at] if at < len(names) else ""


def first_open(found: Sequence[Screen]) -> str:
    """Where an interview broken off goes on: the first screen with something open; "" where nothing is."""
    return next((screen.id for screen in found if screen.missing), "")
