"""May this person have this protocol, at this stage, on this date? Every reason, every source, every gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fanlight.care.rules.book import ProtocolRules, RuleBook, outcome
from fanlight.care.rules.criteria import CriterionResult
from fanlight.care.rules.evaluation import RuleAnswer
from fanlight.care.rules.moment import Moment
from fanlight.care.rules.scope import ProtocolScope
from fanlight.care.rules.stages import Stage
from fanlight.care.screening.definition_types import DefinitionsFile
from fanlight.care.screening.definitions import TRIALS_FACT, DefinitionAnswer, DefinitionBook
from fanlight.care.screening.deriving import derive_for_patient, derive_for_protocol
from fanlight.care.screening.drugs import DrugDictionary
from fanlight.care.screening.staging import MaudsleyStaging, ThaseRushStaging, maudsley, thase_rush
from fanlight.care.screening.trials import TrialJudgement, read_trials
from fanlight.core.answers import Answer, CriterionAnswer, Outcome, any_of
from fanlight.core.facts import Fact, FactCatalogue, Facts, records


@dataclass(frozen=True, slots=True)
class ScreeningContent:
    """The content a screening is made from, already read and checked."""

    catalogue: FactCatalogue
    rules: RuleBook
    drugs: DrugDictionary
    definitions: DefinitionBook
    staging: DefinitionsFile
    version: str = ""


@dataclass(frozen=True, slots=True)
class ScreeningResult:
    """What a screening answers. `facts` are those asked, with the ones that follow from them.

    `observation_minutes` are the protocol's, with those that dangers found add.
    """

    outcome: Outcome
    rules: tuple[RuleAnswer, ...]
    definitions: tuple[DefinitionAnswer, ...]
    maudsley: MaudsleyStaging
    thase_rush: ThaseRushStaging
    criteria: tuple[CriterionResult, ...]
    observation_minutes: int | None
    no_drive_until: date
    protocol: ProtocolScope
    stage: Stage
    on: date
    facts: Facts
    content_version: str

    def in_force(self) -> tuple[RuleAnswer, ...]:
        """The answers with a severity in force: gravest first, what is present before what is unknown, R rules before the rest."""
        graded = [(answer.severity.value, answer) for answer in self.rules if answer.severity is not None]
        return tuple(answer for _, answer in sorted(graded, key=lambda item: (-item[0], *_place(item[1]))))


def _place(answer: RuleAnswer) -> tuple[bool, bool, str]:
    return answer.answer is not Answer.TRUE, answer.rule.family != "R", answer.id


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient on one date: the facts with what follows from them, the history judged, resistance staged. No protocol in it yet."""

    facts: Facts
    on: date
    definitions: tuple[DefinitionAnswer, ...]
    maudsley: MaudsleyStaging
    thase_rush: ThaseRushStaging
    now: datetime | None = None


def prepare(facts: Facts, content: ScreeningContent, *, on: date, now: datetime | None = None) -> Patient:
    """What is the same for every protocol, worked out once."""
    known = derive_for_patient(facts, content.drugs, content.catalogue, on)
    told = records(known, TRIALS_FACT)
    judged = content.definitions.judge(None if told is None else read_trials(told, content.drugs))
    return Patient(
        known,
        on,
        content.definitions.ask(known, judged, Moment(on, now)),
        maudsley(known, _failed(judged[0]), content.staging.maudsley, content.catalogue),
        thase_rush(judged[0], content.staging.thase_rush, content.catalogue),
        now,
    )


def screen(
    facts: Facts,
    protocol: ProtocolScope,
    content: ScreeningContent,
    *,
    stage: Stage = Stage.SCREEN,
    on: date,
    now: datetime | None = None,
) -> ScreeningResult:
    """Ask every rule that governs the protocol at a stage, on the clinic's planned date.

    `now` is needed only where minutes are counted from instants. An absent fact is unknown: no danger is taken to be
    absent and no criterion to be met.
    """
    return screen_patient(prepare(facts, content, on=on, now=now), protocol, content, stage=stage)


def screen_patient(patient: Patient, protocol: ProtocolScope, content: ScreeningContent, *, stage: Stage = Stage.SCREEN) -> ScreeningResult:
    """As `screen`, for a patient prepared once and asked about many protocols."""
    on, moment = patient.on, Moment(patient.on, patient.now)
    ready = content.rules.for_protocol(protocol)
    known = derive_for_protocol(patient.facts, protocol, content.catalogue, on)
    known = known.merged(*_indication_facts(patient.definitions, protocol))
    criteria = _criteria(ready, known, protocol, stage, moment)
    if stage is Stage.DISCHARGE:
        known = known.merged(*_discharge_facts(criteria))
    answers = ready.ask(known, stage, moment)
    return ScreeningResult(
        outcome(answers),
        answers,
        patient.definitions,
        patient.maudsley,
        patient.thase_rush,
        criteria,
        observation_minutes(protocol, answers),
        no_drive_until(on),
        protocol,
        stage,
        on,
        known,
        content.version,
    )


def observation_minutes(protocol: ProtocolScope, answers: tuple[RuleAnswer, ...]) -> int | None:
    """The protocol's minutes of observation, and those that dangers found add to them; None where the protocol gives none."""
    if protocol.observation_minutes is None:
        return None
    return protocol.observation_minutes + sum(answer.longer_minutes for answer in answers)


def no_drive_until(on: date) -> date:
    """The day after the session: driving waits until then, after restful sleep, and not within 24 hours of the dose."""
    return on + timedelta(days=1)


def _indication_facts(definitions: tuple[DefinitionAnswer, ...], protocol: ProtocolScope) -> tuple[Fact, ...]:
    """Whether one of the definitions the protocol asks for is met, and why; nothing where it asks for none."""
    asked = [answer for answer in definitions if answer.id in protocol.definitions]
    if not asked:
        return ()
    met = any_of(None if answer.answer is Answer.UNKNOWN else answer.answer is Answer.TRUE for answer in asked)
    telling = [answer for answer in asked if answer.answer is Answer.of(met)] or asked
    because = Fact("indication_definition_because", "; ".join(_told(answer) for answer in telling[:1]), None, "treatments tried")
    return (because,) if met is None else (because, Fact("indication_definition_met", met, None, "treatments tried"))


def _told(answer: DefinitionAnswer) -> str:
    odd = [f"{item.trial.name}: {item.why}" for item in answer.trials if item.counts is not True]
    return f"{answer.id}: {answer.because}" + (f" ({'; '.join(odd)})" if odd else "")


def _criteria(ready: ProtocolRules, facts: Facts, protocol: ProtocolScope, stage: Stage, moment: Moment) -> tuple[CriterionResult, ...]:
    if stage is not Stage.DISCHARGE:
        return ()
    return ready.ask_criteria(facts, stage, moment, protocol.criteria or None)


def _discharge_facts(criteria: tuple[CriterionResult, ...]) -> tuple[Fact, ...]:
    open_ones = [result for result in criteria if result.answer is not CriterionAnswer.MET]
    named = ", ".join(result.criterion.title.lower() for result in open_ones)
    facts = [Fact("discharge_criteria_open", named or "none", None, "discharge criteria")]
    if any(result.answer is CriterionAnswer.NOT_MET for result in criteria):
        facts.append(Fact("every_discharge_criterion_met", False, None, "discharge criteria"))
    elif criteria and not open_ones:
        facts.append(Fact("every_discharge_criterion_met", True, None, "discharge criteria"))
    return tuple(facts)


def _failed(judged: tuple[TrialJudgement, ...] | None) -> tuple[int, int] | None:
    if judged is None:
        return None
    sure = {item.trial.name for item in judged if item.counts is True}
    return len(sure), len(sure | {item.trial.name for item in judged if item.counts is None})
