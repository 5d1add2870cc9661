"""What a rule says, filled for one protocol: facts, named values, parameters, and what is missing."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.care.rules.compiling import Reading, compile_operand
from fanlight.care.rules.moment import Moment
from fanlight.care.rules.rule import Stated
from fanlight.care.rules.scope import ParameterValue, ProtocolScope
from fanlight.care.rules.sentences import Sentence, in_words
from fanlight.core.answers import Missing
from fanlight.core.facts import Facts


@dataclass(frozen=True, slots=True)
class Words:
    """What a sentence may need: the facts, the named values and the parameters of one rule for one protocol."""

    stated: Stated
    parameters: Mapping[str, ParameterValue]
    values: Mapping[str, Reading]

    def fill(self, sentence: Sentence, facts: Facts, moment: Moment, missing: tuple[Missing, ...] = ()) -> str:
        if not sentence.slots:
            return sentence.parts[0]

        def found(slot: str) -> object:
            name, _, part = slot.partition(":")
            if part:
                return fact.source or "the record" if (fact := facts.get(name)) else None
            if name == "missing":
                return _asked_of(missing, self.stated)
            if name in self.values:
                return self.values[name](facts.values_by_name, moment)
            return self.parameters[name] if name in self.parameters else facts.value(name)

        return sentence.filled(found)


def _asked_of(missing: tuple[Missing, ...], stated: Stated) -> str:
    definitions = stated.definitions
    return _asked_words(
        tuple([definitions[item.fact].label for item in missing if item.fact in definitions]), tuple([item.who for item in missing])
    )


@functools.lru_cache(maxsize=4096)  # the same questions are open for patient after patient
def _asked_words(asked: tuple[str, ...], people: tuple[str, ...]) -> str:
    if not asked:
        return "what is wanted"
    labels = [_label(label) for label in asked]
    named = "; ".join(labels) if any("," in label or " and " in label for label in labels) else in_words(labels)
    return f"{named} (ask the {in_words(list(dict.fromkeys(people)), 'or the')})"


@functools.cache
def _label(label: str) -> str:
    first, _, rest = label.partition(" ")
    return label if any(letter.isupper() for letter in first[1:]) else first.lower() + (f" {rest}" if rest else "")


def parameters_of(stated: Stated, protocol: ProtocolScope) -> dict[str, ParameterValue]:
    """The rule's own numbers, with those the protocol declares put over them."""
    return {**stated.parameters, **{name: value for name, value in protocol.parameters.items() if name in stated.parameters}}


def words_of(stated: Stated, parameters: Mapping[str, ParameterValue], protocol: ProtocolScope) -> Words:
    return Words(stated, parameters, {name: compile_operand(node, parameters, protocol) for name, node in stated.values.items()})
