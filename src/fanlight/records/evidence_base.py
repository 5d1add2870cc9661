"""Load the evidence base: its tables, living questions, harms and rules of speech, from the shipped content or from a site's folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from fanlight.content import content_folder, read, read_folder
from fanlight.core.errors import FanlightError, Fault, InputError
from fanlight.science.evidence.csv_rows import read_rows
from fanlight.science.evidence.public_pages import Choices, PublicPage, PublicPages
from fanlight.science.evidence.questions import Answer, Question, answer
from fanlight.science.evidence.statements import Harm, Statement, statement_of
from fanlight.science.evidence.tables import ArticleRow, ClaimRow, EvidenceBase, StudyRow, SynthesisRow
from fanlight.science.evidence.text_check import TextRules


@dataclass(frozen=True, slots=True)
class HarmEntry:
    """A harm as its file gives it; rates are people out of 100."""

    name: str
    treated: Decimal
    who: str
    source: str
    mark: str
    read_on: date
    control: Decimal | None = None


@dataclass(frozen=True, slots=True)
class HarmFile:
    """All harms, and what is said where none were counted, by treatment."""

    harms: dict[str, HarmEntry]
    not_counted: dict[str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the evidence pages and commands are made from."""

    base: EvidenceBase
    questions: dict[str, Question]
    harms: HarmFile
    text_rules: TextRules
    pages: tuple[PublicPage, ...]
    choices: Choices

    def answer(self, question_id: str, on: date) -> Answer:
        """The answer to one question on a date."""
        if question_id not in self.questions:
            known = ", ".join(self.questions)
            raise FanlightError("FAN-EVID-034", f"There is no question {question_id!r}", f"the questions are {known}")
        return answer(question_id, self.questions[question_id], self.base.studies, on)

    def answers(self, on: date) -> dict[str, Answer]:
        """All questions answered on a date."""
        return {question_id: self.answer(question_id, on) for question_id in self.questions}

    def statement(self, found: Answer) -> Statement:
        """What may be said from an answer, with the harms its file names."""
        harms = self.harms_named(found.question.harms)
        unknown = "" if harms else self.harms.not_counted[found.question.eligibility.interventions[0]]
        return statement_of(found, harms, unknown)

    def harms_named(self, names: tuple[str, ...]) -> tuple[Harm, ...]:
        """The harms called `names`, as a page shows them."""
        entries = [self.harms.harms[name] for name in names]
        return tuple(
            Harm(entry.name, float(entry.treated), None if entry.control is None else float(entry.control), entry.source, entry.who)
            for entry in entries
        )


def load_evidence(folder: Path | None = None) -> Evidence:
    """Read and check everything; faults of all files come together."""
    root = folder or content_folder() / "evidence"
    base = EvidenceBase(
        read_rows(_text(root / "studies.csv"), StudyRow, "studies.csv"),
        read_rows(_text(root / "syntheses.csv"), SynthesisRow, "syntheses.csv"),
        read_rows(_text(root / "articles.csv"), ArticleRow, "articles.csv"),
        read_rows(_text(root / "claims.csv"), ClaimRow, "claims.csv"),
    )
    questions = read_folder(root / "questions", Question)
    harms = read(root / "harms.yaml", HarmFile)
    rules = read(root / "text_rules.yaml", TextRules)
    pages = read(root / "pages.yaml", PublicPages).pages
    choices = read(root / "choices.yaml", Choices)
    faults = [
        Fault(f"questions/{name}.yaml harms", f"{harm!r} is not in harms.yaml")
        for name, q in questions.items()
        for harm in q.harms
        if harm not in harms.harms
    ]
    faults += [Fault("text_rules.yaml rules", f"no word list is called {name!r}") for name in rules.unknown_names()]
    listed = {row.synthesis_id for row in base.syntheses}
    faults += [
        Fault(f"questions/{name}.yaml published", f"{row} is not in syntheses.csv")
        for name, q in questions.items()
        for row in q.published
        if row not in listed
    ]
    faults += [
        Fault(f"claims.csv {claim.claim_id}", f"no question is called {claim.question!r}")
        for claim in base.claims
        if claim.question and claim.question not in questions
    ]
    faults += _page_faults(pages, questions, harms, {claim.claim_id for claim in base.claims})
    for choice in choices.choices:
        if choice.question not in questions:
            faults.append(Fault("choices.yaml question", f"no question is called {choice.question!r}"))
        if choice.not_counted not in harms.not_counted:
            faults.append(Fault("choices.yaml not_counted", f"no treatment is called {choice.not_counted!r}"))
    if choices.not_known_from not in {page.slug for page in pages}:
        faults.append(Fault("choices.yaml not_known_from", f"no page is called {choices.not_known_from!r}"))
    if faults:
        raise InputError("FAN-EVID-035", "The evidence base does not hang together", faults)
    return Evidence(base, questions, harms, rules, pages, choices)


def _page_faults(pages: tuple[PublicPage, ...], questions: dict[str, Question], harms: HarmFile, claims: set[str]) -> list[Fault]:
    faults: list[Fault] = []
    for page in pages:
        for kind, names, known in (
            ("question", tuple(filter(None, (page.question, *page.more_questions))), set(questions)),
            ("harm", page.harms, set(harms.harms)),
            ("claim", page.claims, claims),
            ("treatment", (page.not_counted,), set(harms.not_counted)),
        ):
            faults += [Fault(f"pages.yaml {page.slug}", f"no {kind} is called {name!r}") for name in names if name not in known]
    return faults


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as problem:
        raise FanlightError(
            "FAN-EVID-036",
            f"Cannot read {path.name}",
            type(problem).__name__,
            "An evidence folder holds four tables, questions, harms and rules.",
        ) from problem
