"""What a public page shows, worked out from the evidence base: one dictionary for its template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fanlight.records.evidence_base import Evidence
from fanlight.science.evidence.forest import forest_of, forest_table
from fanlight.science.evidence.forest_drawing import forest_svg, phone_forest_svg
from fanlight.science.evidence.ledger import LedgerEntry
from fanlight.science.evidence.other_plots import people_pair
from fanlight.science.evidence.plots import other_plots
from fanlight.science.evidence.public_pages import Choice, PageFact, PublicPage
from fanlight.science.evidence.questions import Answer
from fanlight.science.evidence.statements import Harm, Statement
from fanlight.science.evidence.tables import Certainty, StudyRow, SynthesisRow, Verdict
from fanlight.web.drawing.svg import Svg
from fanlight.web.evidence.library import answered, entries


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A living question on a page: its statement, pictures and table, all from one answer."""

    result: Answer
    statement: Statement
    forest: Svg
    phone_forest: Svg
    table: list[list[str]]
    people_control: Svg
    people_treated: Svg
    published: tuple[SynthesisRow, ...]
    plots: list[tuple[str, str, Svg]]

    @property
    def not_better(self) -> int:
        """Of 100, how many are not better by this measure on treatment."""
        return 100 - self.result.people.treated if self.result.people else 0

    @property
    def extra_words(self) -> str:
        """How many more, with the range of the truth."""
        people = self.result.people
        if people is None:
            return ""
        low, high = sorted((people.extra_low, people.extra_high))
        start = f"{low} more" if low >= 0 else f"{-low} fewer"
        end = f"{high} more" if high >= 0 else f"{-high} fewer"
        return f"About {people.extra} more in a hundred. The truth may lie anywhere from {start} to {end}."


SECTIONS = (("known", "What is known"), ("for_whom", "For whom"), ("how_long", "How long it lasts"), ("not_known", "What is not known"))
_VERDICT_STATES = {Verdict.SUPPORTED: "met", Verdict.PARTLY: "warn", Verdict.UNVERIFIABLE: "unknown"}


def answer_part(evidence: Evidence, question_id: str, on: date, *, with_plots: bool = False) -> AnswerPart:
    """One question, ready to be shown; `with_plots` adds the clinicians' plots."""
    result = answered(question_id, on)
    forest = forest_of(result)
    left, right = people_pair(result.people, result.question.benefit_words) if result.people else ("", "")
    listed = {row.synthesis_id: row for row in evidence.base.syntheses}
    return AnswerPart(
        result,
        evidence.statement(result),
        Svg(forest_svg(forest)) if result.rows else Svg(""),
        Svg(phone_forest_svg(forest)) if result.rows else Svg(""),
        forest_table(forest),
        Svg(left),
        Svg(right),
        tuple(listed[name] for name in result.question.published),
        [(name, title, Svg(svg)) for name, title, svg in other_plots(result)] if with_plots else [],
    )


def sections_of(page: PublicPage) -> list[tuple[str, str, list[tuple[str, PageFact]]]]:
    """The page's four questions with their answers: id, title, and each fact with the state of its shape; empty ones are left out."""
    return [(name, title, [(_state(name, fact), fact) for fact in getattr(page, name)]) for name, title in SECTIONS if getattr(page, name)]


def _state(section: str, fact: PageFact) -> str:
    """A tick only for what is fairly sure; what is not known is dashed."""
    if section == "not_known":
        return "unknown"
    return "met" if fact.certainty in (Certainty.HIGH, Certainty.MODERATE) else "info"


def harms_of(evidence: Evidence, page: PublicPage) -> tuple[tuple[Harm, ...], str]:
    """The harms a page must show: those counted, and the words for what nobody counted."""
    names = page.harms
    if page.question and not names:
        names = evidence.questions[page.question].harms
    return evidence.harms_named(names), evidence.harms.not_counted[page.not_counted]


def claims_of(page: PublicPage, on: date) -> list[tuple[str, LedgerEntry]]:
    """The claims a page answers, each with the state of its shape."""
    by_id = {entry.claim.claim_id: entry for entry in entries(on)}
    return [(verdict_state(by_id[name].claim.verdict), by_id[name]) for name in page.claims]


def verdict_state(verdict: Verdict) -> str:
    """Which shape stands beside a verdict."""
    return _VERDICT_STATES.get(verdict, "not")


def rows_of(evidence: Evidence, page: PublicPage) -> tuple[StudyRow, ...]:
    """The study rows a page rests on."""
    return tuple(
        row
        for row in evidence.base.studies
        if row.intervention_class in page.treatments
        and (row.condition in page.conditions or any(row.age_group.startswith(age) for age in page.ages))
    )


def choices_of(evidence: Evidence, on: date, drugs: frozenset[str] | None = None) -> list[tuple[Choice, AnswerPart, str]]:
    """Choices for patient and clinician together, each with its answer and the words for harms nobody counted; only those for `drugs`."""
    return [
        (choice, answer_part(evidence, choice.question, on), evidence.harms.not_counted[choice.not_counted])
        for choice in evidence.choices.choices
        if drugs is None or drugs & set(choice.drugs)
    ]
