"""Each definition of resistance side by side from one history, each saying which trial counted and why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fanlight.care.rules.compiling import Compiled, compile_condition
from fanlight.care.rules.moment import Moment
from fanlight.care.rules.parsing import ConditionParser
from fanlight.care.rules.scope import ProtocolScope
from fanlight.care.screening.definition_types import DefinitionContent, DefinitionsFile
from fanlight.care.screening.trials import AntidepressantTrial, TrialJudgement, TrialMeasure, judge_trials
from fanlight.core.answers import Answer, Missing, all_of
from fanlight.core.errors import Fault, InputError
from fanlight.core.facts import FactCatalogue, Facts
from fanlight.core.session_plan import Drug, Route

TRIALS_FACT = "antidepressant_trials"


class DefinitionAnswer(NamedTuple):
    """What one definition answers from one history. `counted_trials` counts different treatments that surely count.

    `enough` says whether enough trials count, `also` whether the rest of the definition holds; None where unknown.
    """

    ready: Definition
    answer: Answer
    enough: bool | None
    also: bool | None
    counted_trials: int
    possible_trials: int
    trials: tuple[TrialJudgement, ...]
    is_told: bool
    facts: Facts
    moment: Moment

    @property
    def id(self) -> str:
        """The identifier of the definition."""
        return self.ready.content.id

    @property
    def definition(self) -> DefinitionContent:
        """The definition that answers."""
        return self.ready.content

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What would settle an unknown, and who can supply it."""
        names: tuple[str, ...] = (TRIALS_FACT,) if self.enough is None else ()
        if self.also is None and self.ready.also is not None:
            names += self.ready.also.wanting(self.facts.values_by_name, self.moment)
        return tuple(self.ready.catalogue.missing(name) for name in dict.fromkeys(names))

    @property
    def because(self) -> str:
        """How many trials count and how many are needed; and whether the rest of the definition holds."""
        content, said = self.ready.content, []
        if content.trials:
            needed = f"{content.trials} {'is' if content.trials == 1 else 'are'} needed"
            one = self.counted_trials == 1
            counted = f"{self.counted_trials} different adequate trial{'' if one else 's'} count{'s' if one else ''}"
            if not self.is_told:
                said.append(f"nobody has told which treatments were tried; {needed}")
            elif self.enough is None:
                said.append(f"{counted}, {self.possible_trials - self.counted_trials} cannot be judged yet; {needed}")
            else:
                said.append(f"{counted}; {needed}")
        if self.ready.also is not None:
            word = {True: "and", False: "but not so:", None: "not known yet:"}[self.also]
            said.append(f"{word} {content.also_says}" if said or not self.also else content.also_says)
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition made ready to ask. `measure` is the place of its measure among those of the book."""

    content: DefinitionContent
    measure: int
    also: Compiled | None
    catalogue: FactCatalogue

    def ask(self, facts: Facts, judged: tuple[TrialJudgement, ...] | None, moment: Moment) -> DefinitionAnswer:
        """The answer from one history, its trials judged by this definition's measure; None when nobody has told it."""
        needed = self.content.trials
        trials = (judged or ()) if needed else ()
        sure = {item.trial.name for item in trials if item.counts is True}
        possible = sure | {item.trial.name for item in trials if item.counts is None}
        enough: bool | None = True
        if needed:
            enough = None if judged is None else True if len(sure) >= needed else None if len(possible) >= needed else False
        also = self.also.answer(facts.values_by_name, moment) if self.also else True
        answer = Answer.of(all_of((enough, also)))
        return DefinitionAnswer(self, answer, enough, also, len(sure), len(possible), trials, judged is not None, facts, moment)


@dataclass(frozen=True, slots=True)
class DefinitionBook:
    """Every definition, ready to ask. The first of `measures` is the one resistance is staged by."""

    definitions: Mapping[str, Definition]
    measures: tuple[TrialMeasure, ...]

    @classmethod
    def of(cls, file: DefinitionsFile, catalogue: FactCatalogue) -> DefinitionBook:
        """The definitions of the file. Raises `InputError` (FAN-SCRN-002) with every fault."""
        adequacy = {item.id: item for item in file.adequacy}
        faults: list[Fault] = []
        for place, name in [("staging_adequacy", file.staging_adequacy)] + [
            (f"definitions[{index}].adequacy", content.adequacy) for index, content in enumerate(file.definitions)
        ]:
            if name not in adequacy:
                known = f"Known: {', '.join(adequacy)}."
                faults.append(Fault(place, f"{name} is not one of the adequacy rules.", suggestion=known))
        if faults:
            raise InputError("FAN-SCRN-002", "The definitions cannot be used", faults)
        measures = [TrialMeasure(adequacy[file.staging_adequacy], file.thase_rush.response_percent)]
        ready: dict[str, Definition] = {}
        for index, content in enumerate(file.definitions):
            measure = TrialMeasure(
                adequacy[content.adequacy], content.improvement_below_percent, content.improvement_included, content.in_current_episode
            )
            if measure not in measures:
                measures.append(measure)
            also = None
            if content.also is not None:
                tree = ConditionParser(catalogue, {}, {}, faults).condition(content.also, f"definitions[{index}].also")
                also = compile_condition(tree, {}, _NO_PROTOCOL)
            ready[content.id] = Definition(content, measures.index(measure), also, catalogue)
        if faults:
            raise InputError("FAN-SCRN-002", "The definitions cannot be used", faults)
        return cls(ready, tuple(measures))

    def judge(self, trials: tuple[AntidepressantTrial, ...] | None) -> tuple[tuple[TrialJudgement, ...] | None, ...]:
        """The history judged by each measure; None for each when nobody has told it."""
        return tuple(None if trials is None else judge_trials(trials, measure) for measure in self.measures)

    def ask(self, facts: Facts, judged: tuple[tuple[TrialJudgement, ...] | None, ...], moment: Moment) -> tuple[DefinitionAnswer, ...]:
        """Every definition from one history, as `judge` gave it."""
        return tuple([definition.ask(facts, judged[definition.measure], moment) for definition in self.definitions.values()])


_NO_PROTOCOL = ProtocolScope("", "", Drug.RACEMIC_KETAMINE, Route.INTRAVENOUS, "", "")
