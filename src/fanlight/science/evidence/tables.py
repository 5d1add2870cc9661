"""The rows of the evidence base: studies, published syntheses, articles and claims. Columns are explained in content/evidence/README.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Status(StrEnum):
    """How a row's numbers were established; only the first two may enter an analysis."""

    VERIFIED = "verified"
    DERIVED = "verified-derived"
    RECALLED = "recalled"

    @property
    def may_be_analysed(self) -> bool:
        """False for numbers from memory."""
        return self is not Status.RECALLED


class DesignKind(StrEnum):
    """What a row's comparison is. Only parallel comparisons (and a crossover's first phase) may be pooled as parallel arms."""

    PARALLEL = "parallel"
    FIRST_PHASE = "crossover_first_phase"
    CROSSOVER = "crossover"
    ENRICHED = "enriched"
    SEQUENTIAL_PARALLEL = "sequential_parallel"
    SINGLE_ARM = "single_arm"
    OBSERVATIONAL = "observational"
    POOLED = "pooled"
    DOSE_COMPARISON = "dose_comparison"


class Counted(StrEnum):
    """Who is in the denominator."""

    ALL_RANDOMISED = "all_randomised"
    ALL_LISTED = "all_listed"
    OBSERVED = "observed"
    COMPLETERS = "completers"
    NOT_SAID = "not_said"

    @property
    def words(self) -> str:
        """For a reader."""
        return {
            Counted.ALL_RANDOMISED: "everyone who was randomised is counted",
            Counted.ALL_LISTED: "everyone the source lists in each arm is counted; it does not say that nobody is missing",
            Counted.OBSERVED: "only people still seen at that time are counted",
            Counted.COMPLETERS: "only people who finished are counted",
            Counted.NOT_SAID: "the source does not say who is counted",
        }[self]


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One outcome of one study at one time. Arm 1 is the treatment. Differences are treatment less control."""

    row_id: str
    study_id: str
    first_author: str
    year: int
    design: str
    population: str
    age_group: str
    intervention: str
    dose: str
    route: str
    comparator: str
    n_arm1: int | None
    n_arm2: int | None
    outcome: str
    timepoint: str
    events_arm1: float | None
    total_arm1: float | None
    events_arm2: float | None
    total_arm2: float | None
    mean_arm1: float | None
    sd_arm1: float | None
    n_mean_arm1: float | None
    mean_arm2: float | None
    sd_arm2: float | None
    n_mean_arm2: float | None
    mean_kind: str
    effect_measure: str
    effect: float | None
    ci_lb: float | None
    ci_ub: float | None
    se: float | None
    p_value: str
    registration: str
    doi: str
    pmid: str
    risk_of_bias: str
    seen_in: str
    status: Status
    ids_recalled: str
    note: str
    intervention_class: str
    comparator_class: str
    design_kind: DesignKind
    condition: str
    outcome_kind: str
    scale: str
    time_days: float | None
    control_group: str
    cohort: str
    counted: Counted
    subgroup: str
    effect_basis: str
    accepted: str = ""
    n_randomised: int | None = None

    @property
    def has_counts(self) -> bool:
        """Events and totals for both arms."""
        return None not in (self.events_arm1, self.total_arm1, self.events_arm2, self.total_arm2)

    @property
    def has_means(self) -> bool:
        """Means, standard deviations and numbers for both arms."""
        return None not in (self.mean_arm1, self.sd_arm1, self.n_mean_arm1, self.mean_arm2, self.sd_arm2, self.n_mean_arm2)

    @property
    def label(self) -> str:
        """Study and year."""
        return f"{self.study_id.replace('-', ' ') if self.study_id[-4:] == str(self.year) else self.study_id} ({self.year})"

    @property
    def people(self) -> frozenset[str]:
        """The cohorts whose people are in this row."""
        return frozenset(part.strip() for part in self.cohort.split(";") if part.strip())


@dataclass(frozen=True, slots=True)
class SynthesisRow:
    """One pooled or scope figure of a published review. `estimate` is on the scale of `measure`; proportions are fractions."""

    synthesis_id: str
    first_author: str
    year: int
    journal: str
    scope: str
    population: str
    comparison: str
    k_studies: int | None
    n_participants: int | None
    outcome: str
    timepoint: str
    measure: str
    estimate: float | None
    ci_lb: float | None
    ci_ub: float | None
    note: str
    doi: str
    pmid: str
    status: Status
    i2: float | None = None


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One popular article whose claims were checked."""

    article_id: str
    label: str
    title: str
    publisher: str
    author: str
    date: str


class Verdict(StrEnum):
    """About the sentence as worded; certainty, apart, is about the field."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    OVERSTATED = "overstated"
    MISCITED = "miscited"
    UNVERIFIABLE = "unverifiable"

    @property
    def words(self) -> str:
        """For a reader."""
        return {
            Verdict.SUPPORTED: "true as worded",
            Verdict.PARTLY: "true with a limit the article leaves out",
            Verdict.OVERSTATED: "stronger, wider or surer than the evidence",
            Verdict.MISCITED: "the cited work is wrong or does not say it",
            Verdict.UNVERIFIABLE: "no source found that could settle it",
        }[self]


class Certainty(StrEnum):
    """How sure the field is, in the spirit of GRADE: one reader's judgement, not a formal rating."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim of an article, checked. `question` names the living question whose pool the check rested on, if any."""

    claim_id: str
    article_id: str
    claim: str
    claim_type: str
    cited_source: str
    actual_source: str
    actual_id: str
    verdict: Verdict
    better_figure: str
    better_source: str
    certainty: Certainty
    confidence: str
    note: str
    checked_on: date
    review_by: date
    question: str = ""
    pool_when_checked: float | None = None


@dataclass(frozen=True, slots=True)
class EvidenceBase:
    """All tables together."""

    studies: tuple[StudyRow, ...]
    syntheses: tuple[SynthesisRow, ...]
    articles: tuple[ArticleRow, ...]
    claims: tuple[ClaimRow, ...]
