"""The evidence base as the pages use it: read once, answered once a day."""

from __future__ import annotations

import functools
from datetime import date

from fanlight.records.evidence_base import Evidence, load_evidence
from fanlight.science.evidence.ledger import LedgerEntry, ledger
from fanlight.science.evidence.questions import Answer


@functools.cache
def evidence() -> Evidence:
    """The shipped evidence base, checked when it is first needed."""
    return load_evidence()


@functools.lru_cache(maxsize=64)
def answered(question_id: str, on: date) -> Answer:
    """An answer on a date; the tables do not change while the server runs."""
    return evidence().answer(question_id, on)


@functools.lru_cache(maxsize=4)
def entries(on: date) -> tuple[LedgerEntry, ...]:
    """All claims as they stand on a date."""
    base = evidence().base
    return ledger(base.claims, base.articles, {name: answered(name, on) for name in evidence().questions}, on)
