"""Asking criteria: met, not met or unknown, and because of what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from fanlight.care.rules.compiling import Compiled, compile_condition
from fanlight.care.rules.moment import Moment
from fanlight.care.rules.rule import Criterion
from fanlight.care.rules.scope import ProtocolScope
from fanlight.care.rules.wording import Words, parameters_of, words_of
from fanlight.core.answers import CriterionAnswer, Missing
from fanlight.core.facts import Fact, Facts


class CriterionResult(NamedTuple):
    """What one criterion answers, and why."""

    criterion: Criterion
    answer: CriterionAnswer
    because: str
    inputs: tuple[Fact, ...]
    missing: tuple[Missing, ...]

    @property
    def id(self) -> str:
        """The identifier of the criterion."""
        return self.criterion.id


@dataclass(frozen=True, slots=True)
class CompiledCriterion:
    """One criterion made ready for one protocol."""

    criterion: Criterion
    met_when: Compiled
    words: Words

    @classmethod
    def of(cls, criterion: Criterion, protocol: ProtocolScope) -> CompiledCriterion | None:
        """The criterion for this protocol, or None where it does not govern it."""
        if not criterion.scope.governs(protocol):
            return None
        parameters = parameters_of(criterion, protocol)
        return cls(criterion, compile_condition(criterion.met_when, parameters, protocol), words_of(criterion, parameters, protocol))

    def ask(self, facts: Facts, moment: Moment) -> CriterionResult:
        """Met, not met or unknown, and because of what."""
        criterion, values = self.criterion, facts.values_by_name
        inputs = tuple([facts[name] for name in criterion.facts if name in values])
        found = self.met_when.answer(values, moment)
        missing = () if found is not None else self._missing(facts, moment)
        sentence = criterion.unknown if found is None else criterion.met if found else criterion.not_met
        return CriterionResult(criterion, CriterionAnswer.of(found), self.words.fill(sentence, facts, moment, missing), inputs, missing)

    def _missing(self, facts: Facts, moment: Moment) -> tuple[Missing, ...]:
        names = self.met_when.wanting(facts.values_by_name, moment)
        return tuple(Missing(name, self.criterion.definitions[name].who) for name in names)
