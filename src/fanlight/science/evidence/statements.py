"""Sentences for the public. A benefit cannot be built without its grade and its harms, and cannot be read without both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fanlight.science.evidence.absolute import OutOfHundred
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.pooling import Pooled
from fanlight.science.evidence.questions import Answer
from fanlight.science.evidence.tables import Certainty, Counted


@dataclass(frozen=True, slots=True)
class Grade:
    """How sure a sentence is, from where, and until when it may be shown."""

    certainty: Certainty
    source: str
    checked_on: date
    review_by: date
    needs_sign_off: bool

    def is_stale(self, on: date) -> bool:
        """True once the review date has passed."""
        return on > self.review_by


@dataclass(frozen=True, slots=True)
class Harm:
    """A harm in the same people: of 100 treated, how many; `control` is None where the source gives no comparison."""

    name: str
    treated: float
    control: float | None
    source: str
    who: str

    @property
    def words(self) -> str:
        """For a reader."""
        other = "" if self.control is None else f", {self.control:g} on the comparison"
        return f"{self.name}: {self.treated:g} of 100 on treatment{other} ({self.who})"


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of benefit with what must stand on the same screen. There is no other way to show a benefit.

    Raises FAN-EVID-040 when built without harms (or, where none were counted, without the sentence that says so).
    """

    sentence: str
    grade: Grade
    harms: tuple[Harm, ...]
    harms_unknown: str
    counted: str
    people: OutOfHundred | None = None

    def __post_init__(self) -> None:
        if not self.sentence.strip():
            raise EvidenceError("FAN-EVID-040", "Cannot say this", "there is no sentence")
        if not self.harms and not self.harms_unknown.strip():
            why = "a benefit stands beside its harms in the same hundred people, or beside the words that nobody has counted them"
            raise EvidenceError("FAN-EVID-040", "Cannot say this", why, "Add harms, or harms_unknown.")
        if not self.counted.strip():
            raise EvidenceError("FAN-EVID-040", "Cannot say this", "it does not say who is counted")

    def text(self, on: date) -> str:
        """The whole statement in plain words on a date: sentence, certainty, who is counted, harms, source."""
        stale = " This is past its review date and may be out of date." if self.grade.is_stale(on) else ""
        sign_off = " Needs sign-off." if self.grade.needs_sign_off else ""
        harms = " ".join(f"{harm.words}." for harm in self.harms) or self.harms_unknown
        return (
            f"{self.sentence} Certainty: {self.grade.certainty.value}.{sign_off}{stale} Counted: {self.counted}. "
            f"Harms: {harms} Source: {self.grade.source}, checked {self.grade.checked_on.isoformat()}."
        )


def statement_of(result: Answer, harms: tuple[Harm, ...], harms_unknown: str = "") -> Statement:
    """The sentence that may be said from an answer. Says plainly when there is nothing, or one study, to go by."""
    question = result.question
    grade = Grade(
        question.judgement.certainty,
        question.judgement.source,
        result.answered_on,
        question.review_by,
        question.judgement.mark != "verified",
    )
    return Statement(_sentence(result), grade, harms, harms_unknown, counted_words(result), result.people)


def counted_words(result: Answer) -> str:
    """Who is in the denominators of an answer; where trials differ, all of it is said."""
    kinds = {row.counted for row in result.rows}
    if not kinds:
        return "nobody, for there is no eligible study"
    ordered = sorted(kinds, key=list(Counted).index)
    return "; ".join(f"{kind.words} ({_who(result, kind)})" if len(kinds) > 1 else kind.words for kind in ordered)


def _who(result: Answer, kind: Counted) -> str:
    return ", ".join(row.study_id for row in result.rows if row.counted is kind)


def _sentence(result: Answer) -> str:
    question, fit = result.question, result.pooled
    if fit is None:
        compared = f"{question.intervention} with {question.comparator}"
        return f"No eligible trial with numbers we could verify compares {compared} on {question.outcome} {question.time}."
    if fit.k == 1:
        return f"One trial of this kind could be verified: {_one_trial(result, fit)}."
    if not fit.converged:
        return f"{fit.k} trials were found, but they could not be pooled."
    if result.people is not None:
        return people_sentence(result.people, question.intervention, question.comparator, question.benefit_words)
    low, high = fit.ci
    if (low > 0) != (high > 0):
        told = f"the difference in {question.outcome} was {fit.estimate:.2f} ({low:.2f} to {high:.2f})"
        return f"In {fit.k} trials, {told}. The trials do not settle whether there is a difference."
    size = f"{abs(fit.estimate):.2f} standard deviations {'lower' if fit.estimate < 0 else 'higher'}"
    span = f"{min(abs(low), abs(high)):.2f} to {max(abs(low), abs(high)):.2f}"
    return (
        f"In {fit.k} trials, scores for {question.outcome} were {size} on {question.intervention} than on {question.comparator} ({span})."
    )


def _one_trial(result: Answer, fit: Pooled) -> str:
    question, row = result.question, result.rows[0]
    if row.has_counts and result.control_risk is not None:
        treated, control = f"{row.events_arm1:g} of {row.total_arm1:g}", f"{row.events_arm2:g} of {row.total_arm2:g}"
        return f"{treated} {question.benefit_words} on {question.intervention}, {control} on {question.comparator}"
    return f"difference {fit.estimate:.2f} ({fit.ci[0]:.2f} to {fit.ci[1]:.2f})"


def people_sentence(people: OutOfHundred, treatment: str, comparison: str, benefit: str) -> str:
    """Natural frequencies in one sentence, with the range of the truth."""
    settled = (people.extra_low > 0) == (people.extra_high > 0) and people.extra_low != 0 and people.extra_high != 0
    low, high = sorted((people.extra_low, people.extra_high))
    if low >= 0:
        span = f"The truth may be from {low} to {high} more."
    else:
        span = f"The truth may be from {abs(low)} fewer to {abs(high)} {'fewer' if high < 0 else 'more'}."
    unsure = "" if settled else " The trials do not settle whether there is a difference."
    return (
        f"Of 100 people on {treatment}, about {people.treated} {benefit}; about {people.control} of 100 do on {comparison}. {span}{unsure}"
    )
