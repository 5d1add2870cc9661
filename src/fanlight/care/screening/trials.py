"""Did a past antidepressant trial count? Each is judged with its reason; what nobody knows stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fanlight.care.screening.definition_types import Adequacy
from fanlight.care.screening.drugs import Drug, DrugDictionary
from fanlight.core.answers import all_of
from fanlight.core.quantities import plain

_DAYS_PER_WEEK = 7
_ORAL = "antidepressant"


@dataclass(frozen=True, slots=True)
class AntidepressantTrial:
    """One treatment tried, as the patient or the pharmacy tells it. None where nobody knows.

    Doses in mg per day, adherence and improvement in percent, weeks at or above the dose floor.
    """

    treatment: str
    drug: Drug | None
    highest_dose_mg_per_day: Decimal | None = None
    weeks_at_or_above_floor: Decimal | None = None
    weeks: Decimal | None = None
    adherence_percent: Decimal | None = None
    improvement_percent: Decimal | None = None
    in_current_episode: bool | None = None
    treatments_given: Decimal | None = None
    bilateral: bool | None = None
    stopped_because: str | None = None
    augmented_with: str | None = None

    @property
    def name(self) -> str:
        """The generic name where the dictionary knows it, else the name as given."""
        return self.drug.name if self.drug else self.treatment.strip().lower()

    @property
    def is_oral_antidepressant(self) -> bool | None:
        """True for an antidepressant medicine; None when the dictionary does not know the treatment."""
        return None if self.drug is None else _ORAL in self.drug.classes


@dataclass(frozen=True, slots=True)
class TrialJudgement:
    """Whether a trial counts, and why (or why not, or what is missing)."""

    trial: AntidepressantTrial
    counts: bool | None
    why: str


def read_trials(records: Iterable[Mapping[str, object]], dictionary: DrugDictionary) -> tuple[AntidepressantTrial, ...]:
    """The trials of the `antidepressant_trials` fact."""
    return tuple(_read(record, dictionary) for record in records)


def _read(record: Mapping[str, object], dictionary: DrugDictionary) -> AntidepressantTrial:
    def number(name: str) -> Decimal | None:
        value = record.get(name)
        return value if isinstance(value, Decimal) else None

    def truth(name: str) -> bool | None:
        value = record.get(name)
        return value if isinstance(value, bool) else None

    def word(name: str) -> str | None:
        value = record.get(name)
        return value if isinstance(value, str) else None

    started, ended = record.get("started_on"), record.get("ended_on")
    weeks = number("weeks")
    if weeks is None and isinstance(started, date) and isinstance(ended, date):
        weeks = Decimal((ended - started).days) / _DAYS_PER_WEEK
    treatment = str(record["treatment"])
    return AntidepressantTrial(
        treatment,
        dictionary.find(treatment),
        number("highest_dose_mg_per_day"),
        number("weeks_at_or_above_floor"),
        weeks,
        number("adherence_percent"),
        number("improvement_percent"),
        truth("in_current_episode"),
        number("treatments_given"),
        truth("bilateral"),
        word("stopped_because"),
        word("augmented_with"),
    )


@dataclass(frozen=True, slots=True)
class TrialMeasure:
    """By what a trial is judged: adequacy, how little it may have helped (in percent), and whether it must be of this episode."""

    adequacy: Adequacy
    improvement_below_percent: Decimal
    improvement_included: bool = False
    in_current_episode: bool = True


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a judgement: its answer, and what is said of it."""

    answer: bool | None
    says: str


def judge_trials(trials: Iterable[AntidepressantTrial], measure: TrialMeasure) -> tuple[TrialJudgement, ...]:
    """Each trial of a history by one measure."""
    return tuple(judge_trial(trial, measure) for trial in trials)


def judge_trial(trial: AntidepressantTrial, measure: TrialMeasure) -> TrialJudgement:
    """Whether one trial counts as adequate and failed. Every part that decided is named."""
    if trial.drug is None:
        return TrialJudgement(trial, None, "not in the medicine dictionary; the pharmacy can say what it is")
    if trial.is_oral_antidepressant is False:
        return TrialJudgement(trial, False, "not an oral antidepressant")
    parts = [
        _dose(trial),
        _weeks(trial, measure.adequacy),
        _adherence(trial, measure.adequacy),
        _improvement(trial, measure.improvement_below_percent, measure.improvement_included),
    ]
    if measure.in_current_episode:
        parts.append(_episode(trial))
    answer = all_of(part.answer for part in parts)
    return TrialJudgement(trial, answer, "; ".join(part.says for part in parts if part.answer is answer))


def _dose(trial: AntidepressantTrial) -> _Part:
    floor = trial.drug.floor_mg_per_day if trial.drug else None
    if floor is None:
        return _Part(None, "no dose floor is on file for it; the prescriber can say whether the dose was enough")
    dose = trial.highest_dose_mg_per_day
    if dose is None:
        return _Part(None, "the dose is not recorded")
    if dose < floor:
        return _Part(False, f"{plain(dose)} mg is below the {plain(floor)} mg floor")
    return _Part(True, f"{plain(dose)} mg reaches the {plain(floor)} mg floor")


def _weeks(trial: AntidepressantTrial, adequacy: Adequacy) -> _Part:
    enough, at_dose = adequacy.weeks, trial.weeks_at_or_above_floor
    if at_dose is None:
        if trial.weeks is not None and trial.weeks < enough:
            return _Part(False, f"it lasted {plain(round(trial.weeks, 1))} weeks; {plain(enough)} at dose are needed")
        return _Part(None, "the weeks at dose are not recorded; the pharmacy fills would tell")
    if at_dose < enough:
        return _Part(False, f"{plain(at_dose)} weeks at dose; {plain(enough)} are needed")
    return _Part(True, f"{plain(at_dose)} weeks at dose")


def _adherence(trial: AntidepressantTrial, adequacy: Adequacy) -> _Part:
    taken = trial.adherence_percent
    if taken is None:
        return _Part(None, "how much was taken is not recorded")
    if taken < adequacy.adherence_percent:
        return _Part(False, f"{plain(taken)} % was taken; {plain(adequacy.adherence_percent)} % is needed")
    return _Part(True, f"{plain(taken)} % taken")


def _improvement(trial: AntidepressantTrial, limit: Decimal, included: bool) -> _Part:
    better = trial.improvement_percent
    if better is None:
        return _Part(None, "how much it helped is not recorded")
    if better < limit or (included and better == limit):
        return _Part(True, f"{plain(better)} % better")
    asked = "more than that is a response" if included else "less is asked"
    return _Part(False, f"it helped: {plain(better)} % better, where the limit is {plain(limit)} % ({asked})")


def _episode(trial: AntidepressantTrial) -> _Part:
    if trial.in_current_episode is None:
        return _Part(None, "whether it was in this episode is not recorded")
    return _Part(trial.in_current_episode, "in this episode" if trial.in_current_episode else "not in this episode")
