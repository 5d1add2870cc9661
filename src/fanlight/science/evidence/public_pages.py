"""The public pages as values: sentences with their sources, and no page about a benefit without harms."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.tables import Certainty


@dataclass(frozen=True, slots=True)
class PageFact:
    """One sentence with how sure it is and where it comes from."""

    say: str
    certainty: Certainty
    source: str


@dataclass(frozen=True, slots=True)
class Prisma:
    """How many records a review found, screened, read and included."""

    identified: int
    screened: int
    full_text: int
    included: int
    source: str


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One page. `question` gives it people and a forest plot; without one it says its `sentence`. `curves` are drawn where named.

    Raises FAN-EVID-042 where it has neither, FAN-EVID-043 where its sentence has no certainty, and FAN-EVID-040 where it names no
    harms and nothing to say in their place.
    """

    slug: str
    title: str
    label: str
    conditions: tuple[str, ...]
    treatments: tuple[str, ...]
    not_counted: str
    known: tuple[PageFact, ...]
    for_whom: tuple[PageFact, ...]
    how_long: tuple[PageFact, ...]
    not_known: tuple[PageFact, ...]
    claims: tuple[str, ...]
    sentence: str = ""
    certainty: Certainty | None = None
    question: str = ""
    more_questions: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    harms: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    urgent: str = ""
    prisma: Prisma | None = None
    curves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.sentence and not self.question:
            raise EvidenceError("FAN-EVID-042", f"The page {self.slug} says nothing", "it has neither a sentence nor a question")
        if self.known and not self.question and self.certainty is None:
            raise EvidenceError("FAN-EVID-043", f"The page {self.slug} does not say how sure it is", "its sentence has no certainty")
        if not self.harms and not self.not_counted:
            raise EvidenceError(
                "FAN-EVID-040", f"The page {self.slug} names no harms", "a benefit stands beside its harms", "Add harms, or not_counted."
            )


@dataclass(frozen=True, slots=True)
class PublicPages:
    """All pages, in the order of the menu."""

    pages: tuple[PublicPage, ...]


@dataclass(frozen=True, slots=True)
class TeachingCurve:
    """A dose of a trial whose level in the blood a page draws: `case` names a file of ``pharmacology/cases``. Nobody's own dose."""

    id: str
    title: str
    words: str
    case: str
    source: str


@dataclass(frozen=True, slots=True)
class TeachingCurves:
    """All of them, in the order shown, under an introduction."""

    introduction: str
    source: str
    curves: tuple[TeachingCurve, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One treatment against another, as patient and clinician look at it together: a question, and beside which consents it stands."""

    title: str
    drugs: tuple[str, ...]
    question: str
    not_counted: str


@dataclass(frozen=True, slots=True)
class Choices:
    """All choices, and the page whose unknowns stand beneath them."""

    not_known_from: str
    choices: tuple[Choice, ...]
