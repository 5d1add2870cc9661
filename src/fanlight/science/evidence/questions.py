"""Living questions: a file says what is asked and how; the tables say what is known; the answer is worked out anew each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from fanlight.science.evidence.absolute import OutOfHundred, out_of_hundred
from fanlight.science.evidence.arms import join_arms
from fanlight.science.evidence.effect_sizes import effect_sizes
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.measures import READINGS, Measure, parse_measure
from fanlight.science.evidence.pooling import Pooled, pool
from fanlight.science.evidence.tables import Certainty, DesignKind, StudyRow


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Which rows a question takes. Lists are alternatives; empty means any. Days are inclusive."""

    interventions: tuple[str, ...]
    comparators: tuple[str, ...]
    conditions: tuple[str, ...]
    outcome_kind: str
    from_day: Any
    to_day: Any
    scales: tuple[str, ...] = ()
    age_groups: tuple[str, ...] = ()
    designs: tuple[str, ...] = ("parallel", "crossover_first_phase")


@dataclass(frozen=True, slots=True)
class Model:
    """How a question is pooled. `effect_from`: counts, means, or reported (with its interval)."""

    measure: str
    method: str
    test: Literal["z", "knha", "adhoc"]
    prediction: Literal["as_test", "t_k_minus_p_minus_1"]
    effect_from: Literal["counts", "means", "reported"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that meets the question but is not used, and why: a judgement, so it stands in the file."""

    row: str
    why: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure the answer is, by whom judged and why."""

    certainty: Certainty
    reasons: tuple[str, ...]
    mark: Literal["verified", "recalled", "default"]
    source: str


@dataclass(frozen=True, slots=True)
class Question:
    """A living question, as its file states it."""

    title: str
    population: str
    intervention: str
    comparator: str
    outcome: str
    time: str
    eligibility: Eligibility
    model: Model
    judgement: Judgement
    better_when: Literal["higher", "lower"]
    benefit_words: str
    review_by: date
    left_out: tuple[LeftOut, ...] = ()
    published: tuple[str, ...] = ()
    harms: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A row that looked eligible and is not in the pool, with the rule that keeps it out."""

    row_id: str
    study: str
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tables say to a question on a date. `pooled` is None where no study is left; one study is reported, not pooled.

    Plots, tables and sentences are drawn from these values alone, so that they cannot disagree.
    """

    question_id: str
    question: Question
    answered_on: date
    rows: tuple[StudyRow, ...]
    measure: Measure
    y: tuple[float, ...]
    v: tuple[float, ...]
    pooled: Pooled | None
    control_risk: float | None
    people: OutOfHundred | None
    excluded: tuple[Excluded, ...]
    notes: tuple[str, ...]

    @property
    def is_pooled(self) -> bool:
        """True where two or more studies were pooled and the pool settled."""
        return self.pooled is not None and self.pooled.k > 1 and self.pooled.converged


def answer(question_id: str, question: Question, studies: Sequence[StudyRow], on: date) -> Answer:
    """Select, join shared controls, compute effects, pool. Nothing recalled, crossed over, enriched or already counted enters."""
    chosen, excluded = _select(question, studies)
    rows = _join(chosen)
    measure = parse_measure(question.model.measure)
    notes: list[str] = [f"{row.study_id}: {row.note}." for row in rows if "+" in row.row_id]
    if not rows:
        return Answer(
            question_id, question, on, (), measure, (), (), None, None, None, excluded, ("No eligible study with verified numbers.",)
        )
    effects = effects_of(rows, question.model, measure)
    test = question.model.test if np.isfinite(effects.v).sum() > 1 else "z"  # one study keeps its own interval
    fit = pool(effects.y, effects.v, question.model.method, test, prediction=question.model.prediction)
    notes += [*effects.notes, *fit.notes]
    control, people = None, None
    if question.model.effect_from == "counts":
        used = [rows[index] for index in fit.used]
        control = sum(row.events_arm2 or 0.0 for row in used) / sum(row.total_arm2 or 0.0 for row in used)
        if fit.converged and np.isfinite(fit.ci).all():
            people = out_of_hundred(measure, fit.estimate, fit.ci, control)
    return Answer(
        question_id,
        question,
        on,
        rows,
        measure,
        tuple(map(float, effects.y)),
        tuple(map(float, effects.v)),
        fit,
        control,
        people,
        excluded,
        tuple(notes),
    )


def effects_of(rows: Sequence[StudyRow], model: Model, measure: Measure) -> Any:
    """Effect sizes of the rows by the model's rule."""
    if model.effect_from == "counts":
        return effect_sizes(
            measure,
            ai=[row.events_arm1 for row in rows],
            n1i=[row.total_arm1 for row in rows],
            ci=[row.events_arm2 for row in rows],
            n2i=[row.total_arm2 for row in rows],
        )
    if model.effect_from == "means":
        return effect_sizes(
            measure,
            m1i=[row.mean_arm1 for row in rows],
            sd1i=[row.sd_arm1 for row in rows],
            n1i=[row.n_mean_arm1 for row in rows],
            m2i=[row.mean_arm2 for row in rows],
            sd2i=[row.sd_arm2 for row in rows],
            n2i=[row.n_mean_arm2 for row in rows],
        )
    return effect_sizes(measure, yi=[row.effect for row in rows], ci_lb=[row.ci_lb for row in rows], ci_ub=[row.ci_ub for row in rows])


def _select(question: Question, studies: Sequence[StudyRow]) -> tuple[list[StudyRow], tuple[Excluded, ...]]:
    wanted = question.eligibility
    by_hand = {item.row: item.why for item in question.left_out}
    unknown = sorted(set(by_hand) - {row.row_id for row in studies})
    if unknown:
        raise EvidenceError(
            "FAN-EVID-032", f"Cannot answer: {question.title}", f"{', '.join(unknown)} is no row of the table", "Correct left_out."
        )
    chosen: list[StudyRow] = []
    excluded: list[Excluded] = []
    for row in studies:
        if not _asks_for(wanted, row):
            continue
        why = by_hand.get(row.row_id) or _barred(wanted, question.model, row)
        if why:
            excluded.append(Excluded(row.row_id, row.study_id, why))
        else:
            chosen.append(row)
    kept: list[StudyRow] = []
    for row in chosen:
        earlier = [other for other in kept if other.people & row.people and other.control_group != row.control_group]
        if earlier:
            excluded.append(Excluded(row.row_id, row.study_id, f"its people are already counted in {earlier[0].row_id}"))
        else:
            kept.append(row)
    return kept, tuple(excluded)


def _asks_for(wanted: Eligibility, row: StudyRow) -> bool:
    """Population, intervention, comparator, outcome and time: what is not asked for is not even excluded."""
    day = row.time_days
    return (
        row.intervention_class in wanted.interventions
        and row.comparator_class in wanted.comparators
        and row.condition in wanted.conditions
        and row.outcome_kind == wanted.outcome_kind
        and day is not None
        and float(wanted.from_day) <= day <= float(wanted.to_day)
        and (not wanted.scales or row.scale in wanted.scales)
        and (not wanted.age_groups or any(row.age_group.startswith(group) for group in wanted.age_groups))
    )


def _barred(wanted: Eligibility, model: Model, row: StudyRow) -> str:
    """Why a row that answers the question may not be pooled; empty where it may."""
    if not row.status.may_be_analysed:
        return "its numbers are recalled, not verified"
    if row.design_kind.value not in wanted.designs:
        return _DESIGN_WORDS.get(row.design_kind, f"its design is {row.design_kind.value}")
    if row.subgroup:
        return f"it covers only {row.subgroup}, who are part of the whole trial"
    has = {"counts": row.has_counts, "means": row.has_means, "reported": None not in (row.effect, row.ci_lb, row.ci_ub)}[model.effect_from]
    return "" if has else f"its {model.effect_from} were not seen in full"


_DESIGN_WORDS: Mapping[DesignKind, str] = {
    DesignKind.CROSSOVER: "a crossover trial is not two parallel arms",
    DesignKind.ENRICHED: "only responders were randomised, which is another question",
    DesignKind.POOLED: "it repeats the people of its parent trials",
    DesignKind.DOSE_COMPARISON: "it compares two doses of the same drug",
    DesignKind.SINGLE_ARM: "it has no comparison",
    DesignKind.OBSERVATIONAL: "nobody was randomised",
    DesignKind.SEQUENTIAL_PARALLEL: "people were randomised twice",
}


def _join(rows: Sequence[StudyRow]) -> tuple[StudyRow, ...]:
    groups: dict[tuple[str, str], list[StudyRow]] = {}
    for row in rows:
        groups.setdefault((row.control_group or row.row_id, row.study_id), []).append(row)
    joined: list[StudyRow] = []
    for members in groups.values():
        if len({member.dose for member in members}) != len(members):
            told = ", ".join(member.row_id for member in members)
            raise EvidenceError(
                "FAN-EVID-033", "Cannot answer", f"{told} are one comparison reported more than once", "Name the one to use."
            )
        joined.append(join_arms(members))
    return tuple(sorted(joined, key=lambda row: (row.year, row.study_id)))


def change_in_words(before: Mapping[str, Any], now: Answer) -> str:
    """What changed since a kept answer, in one sentence. `before` is what `summary` gave then."""
    then, today = before.get("estimate"), None if now.pooled is None else now.pooled.estimate
    old, new = set(before.get("rows", [])), {row.row_id for row in now.rows}
    came, went = sorted(new - old), sorted(old - new)
    parts = [f"{len(came)} added ({', '.join(came)})"] if came else []
    parts += [f"{len(went)} taken out ({', '.join(went)})"] if went else []
    studies = "; ".join(parts) or "the same studies"
    if then is None or today is None:
        told = "there is no estimate" if today is None else "there was no estimate then"
        return f"Since {before['answered_on']}: {studies}; {told}."
    is_log = READINGS[now.measure].is_log
    shown = [float(np.exp(value)) if is_log else value for value in (then, today)]
    if abs(then - today) < 5e-4:
        return f"Since {before['answered_on']}: {studies}; the estimate stays at {shown[1]:.2f}."
    return f"Since {before['answered_on']}: {studies}; the estimate moved from {shown[0]:.2f} to {shown[1]:.2f}."


def summary(result: Answer) -> dict[str, Any]:
    """An answer as plain values, to be kept with its date and compared later."""
    fit = result.pooled
    return {
        "question": result.question_id,
        "answered_on": result.answered_on.isoformat(),
        "rows": [row.row_id for row in result.rows],
        "measure": result.measure.value,
        "y": list(result.y),
        "v": list(result.v),
        "k": 0 if fit is None else fit.k,
        "estimate": None if fit is None else fit.estimate,
        "ci": None if fit is None else list(fit.ci),
        "pi": None if fit is None else [None if value != value else value for value in fit.pi],
        "pi_rule": None if fit is None else fit.pi_rule,
        "tau2": None if fit is None or fit.tau2 != fit.tau2 else fit.tau2,
        "i2": None if fit is None or fit.i2 != fit.i2 else fit.i2,
        "method": result.question.model.method,
        "test": result.question.model.test,
        "control_risk": result.control_risk,
        "excluded": [[item.row_id, item.study, item.why] for item in result.excluded],
        "notes": list(result.notes),
    }
