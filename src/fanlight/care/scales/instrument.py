"""An instrument as data: what is asked, how it is scored, what the score means, and on whose word."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from fanlight.care.scales.meaning import Bands, ChangeRules, Flag, Suicide, Threshold
from fanlight.care.scales.parts import Codes, Direction, Item, Licence, RecallForm, Respondent, ValueSet
from fanlight.care.scales.score_rules import Coding, ContextKey, NotApplicable, ScoreRule
from fanlight.core.errors import FanlightError
from fanlight.core.sources import Source


class ScaleError(FanlightError):
    """An instrument, an answer set or a comparison that cannot be used as asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """A rating scale in one version. Two instruments are the same only if they are the same object.

    `items` in the form's order (unscored ones too). `scores` in the order they are computed; ``total`` is the total, the
    others are subscales. `requires`: asked items without which the form is incomplete whatever the scores say.
    `status_of` names the score whose completeness is the form's ("" : the `requires` alone).
    `keeps_skipped`: an answer to a question that should not have been asked still counts (and is flagged), else it is dropped.
    In the file a run of items is written ``q1..q9``; here it is spelled out.
    """

    id: str
    version: str
    title: str
    measures: str
    respondent: Respondent
    recall: str
    direction: Direction
    licence: Licence
    value_sets: dict[str, ValueSet]
    items: tuple[Item, ...]
    scores: tuple[ScoreRule, ...]
    sources: tuple[Source, ...]
    aliases: tuple[str, ...] = ()
    stem: str = ""
    is_score_entry: bool = False
    needs_rater: bool = False
    requires: tuple[str, ...] = ()
    status_of: str = "total"
    keeps_skipped: bool = False
    bands: Bands | None = None
    other_bands: tuple[Bands, ...] = ()
    suicide: Suicide | None = None
    flags: tuple[Flag, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    not_applicable: NotApplicable | None = None
    recall_forms: tuple[RecallForm, ...] = ()
    codings: tuple[Coding, ...] = ()
    context: tuple[ContextKey, ...] = ()
    change: ChangeRules = field(default_factory=ChangeRules)
    loinc: Codes = field(default_factory=Codes)
    notes: tuple[str, ...] = ()
    _items_by_id: dict[str, Item] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for entry in fields(self):
            if entry.init and entry.name != "items":
                object.__setattr__(self, entry.name, _spelled_out(getattr(self, entry.name)))
        object.__setattr__(self, "items", tuple(_spelled_out(item) for item in self.items))
        object.__setattr__(self, "_items_by_id", {item.id: item for item in self.items})
        from fanlight.care.scales.checking import faults_of  # it knows this type

        faults = faults_of(self)
        if faults:
            raise ScaleError("FAN-SCALE-001", f"The definition of {self.id} contradicts itself", "; ".join(faults))

    def item(self, item_id: str) -> Item:
        """The item of that id (KeyError where there is none)."""
        return self._items_by_id[item_id]

    def has_item(self, item_id: object) -> bool:
        """Whether the form has an item of that id."""
        return item_id in self._items_by_id

    def answers_of(self, item_id: str) -> ValueSet:
        """The answers one item takes."""
        return self.value_sets[self._items_by_id[item_id].answers]

    def score_rule(self, score_id: str) -> ScoreRule | None:
        """The rule of ``total`` or of a subscale, or None."""
        return next((rule for rule in self.scores if rule.id == score_id), None)

    @property
    def scored_items(self) -> tuple[str, ...]:
        """Items that enter a score, in the form's order."""
        used = {name for rule in self.scores for name in rule.items}
        return tuple(item.id for item in self.items if item.id in used)

    @property
    def has_full_text(self) -> bool:
        """Whether every item carries its wording (shipped, or from a site's overlay)."""
        return all(item.text for item in self.items)

    @property
    def needs_sign_off(self) -> bool:
        """Whether anything in this definition is recalled or our own choice, so that a medical director must sign it."""
        return any(mark.needs_sign_off for mark in marks_of(self))


def marks_of(part: Any) -> list[Any]:
    """Every mark found in a definition, in order."""
    if is_dataclass(part):
        found = []
        for entry in fields(part):
            value = getattr(part, entry.name)
            found += [value] if entry.name == "mark" else marks_of(value)
        return found
    if isinstance(part, tuple):
        return [mark for inner in part for mark in marks_of(inner)]
    return []


_RUN = re.compile(r"^([a-z_]*)(\d+)\.\.([a-z_]*)(\d+)$")


def _spelled_out(part: Any) -> Any:
    """The same part with every run of items (``q1..q9``) written out."""
    if isinstance(part, str):
        return part
    if isinstance(part, tuple):
        flat: list[Any] = []
        for inner in part:
            run = _RUN.match(inner) if isinstance(inner, str) else None
            if run and run[1] == run[3]:
                flat += [f"{run[1]}{number}" for number in range(int(run[2]), int(run[4]) + 1)]
            else:
                flat.append(_spelled_out(inner))
        return tuple(flat)
    if is_dataclass(part) and not isinstance(part, type):
        changed = {
            entry.name: _spelled_out(getattr(part, entry.name))
            for entry in fields(part)
            if entry.init and _may_hold_items(getattr(part, entry.name))
        }
        return replace(part, **changed) if changed else part
    return part


def _may_hold_items(value: Any) -> bool:
    return (isinstance(value, tuple) and bool(value)) or is_dataclass(value)


def same_name(one: str, other: str) -> bool:
    """Whether two instrument names are the same but for case, spaces and punctuation ("PHQ-9", "phq9")."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
