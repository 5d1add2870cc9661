"""Each definition of resistance side by side from one history, each saying which trial counted and why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fanlight.care.rules.compiling import Compiled, Moment, compile_condition
from fanlight.care.rules.parsing import ConditionParser
from fanlight.care.rules.scope import ProtocolScope
from fanlight.care.screening.definition_types import Adequacy, DefinitionContent, DefinitionsFile
from fanlight.care.screening.trials import AntidepressantTrial, TrialJudgement, TrialMeasure, judge_trials
from fanlight.core.answers import Answer, Missing, all_of
from fanlight.core.errors import Fault, InputError
from fanlight.core.facts import FactCatalogue, Facts
from fanlight.core.session_plan import Drug, Route

TRIALS_FACT = "antidepressant_trials"


@dataclass(frozen=True, slots=True)
class DefinitionAnswer:
    """What one definition answers from one history. `counted_trials` counts different treatments that surely count."""

    definition: DefinitionContent
    answer: Answer
    counted_trials: int
    possible_trials: int
    trials: tuple[TrialJudgement, ...]
    because: str
    missing: tuple[Missing, ...]

    @property
    def id(self) -> str:
        """The identifier of the definition."""
        return self.definition.id


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition made ready to ask."""

    content: DefinitionContent
    adequacy: Adequacy
    also: Compiled | None

    @property
    def measure(self) -> TrialMeasure:
        """By what this definition judges a trial."""
        content = self.content
        return TrialMeasure(self.adequacy, content.improvement_below_percent, content.improvement_included, content.in_current_episode)

    def ask(self, facts: Facts, judged: tuple[TrialJudgement, ...] | None, moment: Moment, catalogue: FactCatalogue) -> DefinitionAnswer:
        """The answer from one history, its trials judged by this definition's measure; None when nobody has told it."""
        content, untold = self.content, judged is None
        trials = (judged or ()) if content.trials else ()
        sure = {item.trial.name for item in trials if item.counts is True}
        possible = sure | {item.trial.name for item in trials if item.counts is None}
        enough: bool | None = True
        if content.trials:
            enough = None if untold else True if len(sure) >= content.trials else None if len(possible) >= content.trials else False
        also = self.also.answer(facts.values_by_name, moment) if self.also else True
        wanted = self.also.wanting(facts.values_by_name, moment) if self.also and also is None else ()
        names = ((TRIALS_FACT,) if enough is None else ()) + tuple(name for name in wanted if name != TRIALS_FACT)
        return DefinitionAnswer(
            content,
            Answer.of(all_of((enough, also))),
            len(sure),
            len(possible),
            trials,
            self._because(enough, also, len(sure), len(possible), untold),
            tuple(catalogue.missing(name) for name in names),
        )

    def _because(self, enough: bool | None, also: bool | None, sure: int, possible: int, untold: bool) -> str:
        content, said = self.content, []
        if content.trials:
            needed = f"{content.trials} {'is' if content.trials == 1 else 'are'} needed"
            counted = f"{sure} different adequate trial{'' if sure == 1 else 's'} count{'s' if sure == 1 else ''}"
            if untold:
                said.append(f"nobody has told which treatments were tried; {needed}")
            elif enough is None:
                said.append(f"{counted}, {possible - sure} cannot be judged yet; {needed}")
            else:
                said.append(f"{counted}; {needed}")
        if self.also is not None:
            word = {True: "and", False: "but not so:", None: "not known yet:"}[also]
            said.append(f"{word} {content.also_says}" if said or not also else content.also_says)
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class DefinitionBook:
    """Every definition, ready to ask."""

    definitions: Mapping[str, Definition]
    catalogue: FactCatalogue

    @classmethod
    def of(cls, file: DefinitionsFile, catalogue: FactCatalogue) -> DefinitionBook:
        """The definitions of the file. Raises `InputError` (FAN-SCRN-002) with every fault."""
        adequacy = {item.id: item for item in file.adequacy}
        faults: list[Fault] = []
        ready: dict[str, Definition] = {}
        for index, content in enumerate(file.definitions):
            path = f"definitions[{index}]"
            if content.adequacy not in adequacy:
                faults.append(
                    Fault(
                        f"{path}.adequacy",
                        f"{content.adequacy} is not one of the adequacy rules.",
                        suggestion=f"Known: {', '.join(adequacy)}.",
                    )
                )
                continue
            parser = ConditionParser(catalogue, {}, {}, faults)
            also = None
            if content.also is not None:
                tree = parser.condition(content.also, f"{path}.also")
                also = compile_condition(tree, {}, _NO_PROTOCOL)
            ready[content.id] = Definition(content, adequacy[content.adequacy], also)
        if faults:
            raise InputError("FAN-SCRN-002", "The definitions cannot be used", faults)
        return cls(ready, catalogue)

    def ask(
        self, facts: Facts, trials: tuple[AntidepressantTrial, ...] | None, moment: Moment, ids: Iterable[str] | None = None
    ) -> tuple[DefinitionAnswer, ...]:
        """Every definition (or those named) from one history; None when nobody has told it."""
        wanted = self.definitions if ids is None else ids
        judged: dict[TrialMeasure, tuple[TrialJudgement, ...] | None] = {}
        found: list[DefinitionAnswer] = []
        for definition in (self.definitions[key] for key in wanted if key in self.definitions):
            if definition.measure not in judged:
                judged[definition.measure] = None if trials is None else judge_trials(trials, definition.measure)
            found.append(definition.ask(facts, judged[definition.measure], moment, self.catalogue))
        return tuple(found)


_NO_PROTOCOL = ProtocolScope("", "", Drug.RACEMIC_KETAMINE, Route.INTRAVENOUS, "", "")
