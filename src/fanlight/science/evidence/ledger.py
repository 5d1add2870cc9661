"""The claims ledger: each public sentence with its verdict, and whether it still stands today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fanlight.science.evidence.questions import Answer
from fanlight.science.evidence.tables import ArticleRow, ClaimRow, Verdict


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A claim as it stands on a date. `stale_because` is empty while the check still holds."""

    claim: ClaimRow
    article: ArticleRow
    stale_because: str
    due_soon: bool

    @property
    def is_stale(self) -> bool:
        """True when the check must be made again before the claim is shown as settled."""
        return bool(self.stale_because)


DUE_SOON = timedelta(days=30)


def ledger(claims: Sequence[ClaimRow], articles: Sequence[ArticleRow], answers: Mapping[str, Answer], on: date) -> tuple[LedgerEntry, ...]:
    """All claims with their standing: stale once the review date passes, or once the pool they rest on moves or is gone."""
    by_id = {article.article_id: article for article in articles}
    return tuple(
        LedgerEntry(claim, by_id[claim.article_id], _stale(claim, answers, on), on <= claim.review_by < on + DUE_SOON) for claim in claims
    )


def _stale(claim: ClaimRow, answers: Mapping[str, Answer], on: date) -> str:
    if on > claim.review_by:
        return f"its review date, {claim.review_by.isoformat()}, has passed"
    if not claim.question:
        return ""
    found = answers.get(claim.question)
    if found is None:
        return f"the question {claim.question} it rests on is gone"
    if claim.pool_when_checked is None:
        return ""
    if found.pooled is None or not found.pooled.converged:
        return f"the pool of {claim.question} it rests on gives no estimate now"
    if abs(found.pooled.estimate - claim.pool_when_checked) >= MOVED:
        return f"the pool of {claim.question} moved from {claim.pool_when_checked:.2f} to {found.pooled.estimate:.2f} since the check"
    return ""


MOVED = 0.005
"""A pool has moved when its second decimal has."""


def tally(entries: Sequence[LedgerEntry]) -> dict[Verdict, int]:
    """How many claims have each verdict, in the order of the verdicts."""
    return {verdict: sum(1 for entry in entries if entry.claim.verdict is verdict) for verdict in Verdict}
