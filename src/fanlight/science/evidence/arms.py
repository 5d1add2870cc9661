"""Rows of one trial joined before pooling, so that a control arm is never counted twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.tables import StudyRow


def join_arms(rows: Sequence[StudyRow]) -> StudyRow:
    """Several treatment arms against one control as one row: counts added, means and deviations combined as one group.

    The rows must be of one study, outcome and time, with the same control figures; otherwise FAN-EVID-031 says what differs.
    Source of the formula for deviations: Cochrane Handbook, chapter 6, combining groups.
    """
    first = rows[0]
    if len(rows) == 1:
        return first
    for row in rows[1:]:
        same = (row.study_id, row.outcome_kind, row.scale, row.time_days) == (
            first.study_id,
            first.outcome_kind,
            first.scale,
            first.time_days,
        )
        control = (row.events_arm2, row.total_arm2, row.mean_arm2, row.sd_arm2, row.n_mean_arm2)
        if not same or control != (first.events_arm2, first.total_arm2, first.mean_arm2, first.sd_arm2, first.n_mean_arm2):
            raise EvidenceError(
                "FAN-EVID-031", f"Cannot join {first.row_id} and {row.row_id}", "study, outcome, time or control figures differ"
            )
    joined = replace(
        first,
        row_id="+".join(row.row_id for row in rows),
        dose=" or ".join(row.dose for row in rows),
        n_arm1=None if any(row.n_arm1 is None for row in rows) else sum(row.n_arm1 or 0 for row in rows),
        effect=None,
        ci_lb=None,
        ci_ub=None,
        se=None,
        p_value="",
        effect_measure="",
        note=f"{len(rows)} arms joined; the control is counted once",
    )
    if all(row.has_counts for row in rows):
        joined = replace(joined, events_arm1=sum(row.events_arm1 or 0 for row in rows), total_arm1=sum(row.total_arm1 or 0 for row in rows))
    if all(row.has_means for row in rows):
        n, mean, sd = rows[0].n_mean_arm1 or 0.0, rows[0].mean_arm1 or 0.0, rows[0].sd_arm1 or 0.0
        for row in rows[1:]:
            n, mean, sd = combine_groups(n, mean, sd, row.n_mean_arm1 or 0.0, row.mean_arm1 or 0.0, row.sd_arm1 or 0.0)
        joined = replace(joined, n_mean_arm1=n, mean_arm1=mean, sd_arm1=sd)
    return joined


def combine_groups(n1: float, mean1: float, sd1: float, n2: float, mean2: float, sd2: float) -> tuple[float, float, float]:
    """Number, mean and standard deviation of two groups taken as one; exact, as if all scores were at hand."""
    n = n1 + n2
    squares = (n1 - 1) * sd1**2 + (n2 - 1) * sd2**2 + n1 * n2 / n * (mean1 - mean2) ** 2
    return n, (n1 * mean1 + n2 * mean2) / n, float((squares / (n - 1)) ** 0.5)
