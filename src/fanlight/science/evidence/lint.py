"""Tests of the sources themselves: what a table says against what its own numbers say. It finds errors; it never repairs them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from fanlight.science.evidence.effect_sizes import effect_sizes
from fanlight.science.evidence.identifiers import doi_faults, journal_conflicts, pmid_faults, registrations
from fanlight.science.evidence.means import hedges_correction
from fanlight.science.evidence.tables import Counted, EvidenceBase, StudyRow, SynthesisRow, Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, where, and what to do. `accepted` holds the reason a row gives for keeping it."""

    code: str
    where: str
    what: str
    next_step: str
    accepted: str = ""


CHECKS: dict[str, str] = {
    "E01": "counts do not give the printed effect",
    "E02": "counts do not give the printed percentages",
    "E03": "more events than people, or more people counted than the arm holds",
    "E04": "arm sizes disagree within a trial, or do not add up to those randomised",
    "E05": "arm sizes are those of another trial",
    "E06": "the interval does not hold its estimate",
    "E07": "the interval stands on the other side of zero",
    "E08": "the standard error or p-value does not fit the interval",
    "E09": "a dose per kilogram beyond anything given",
    "E10": "remission counts equal response counts",
    "E11": "means do not give the printed effect",
    "E12": "I2 outside 0 to 100 percent",
    "E13": "one cohort under two names",
    "E14": "a control arm shared by rows that do not say so",
    "E15": "citation and identifier disagree",
    "E16": "a percent where a proportion is meant",
    "E17": "the same row twice",
    "E18": "said to count everyone, but people are missing",
    "E19": "a claim that ends in the middle of a word, or a verdict without its reason",
}

DOSE_LIMIT_MG_PER_KG = {"psilocybin": 1.0, "racemic_ketamine": 10.0, "esketamine": 10.0}
"""Above these a dose per kilogram is a unit error, not a dose: about twice the highest in the table. An engineering choice."""


def lint(base: EvidenceBase) -> tuple[Finding, ...]:
    """Every finding in the tables, in table order. Empty when the sources agree with themselves."""
    found: list[Finding] = []
    for row in base.studies:
        found += _one_row(row)
    found += _across_rows(base.studies)
    for synthesis in base.syntheses:
        found += _one_synthesis(synthesis)
    found += journal_conflicts_as_findings(base)
    found += _claims(base)
    reasons = {row.row_id: row.accepted for row in base.studies}
    return tuple(_with_reason(finding, reasons.get(finding.where.split(" ")[0], "")) for finding in found)


def _with_reason(finding: Finding, accepted: str) -> Finding:
    code, _, reason = accepted.partition(":")
    return Finding(finding.code, finding.where, finding.what, finding.next_step, reason.strip()) if code == finding.code else finding


def _at(row: StudyRow) -> str:
    return f"{row.row_id} {row.study_id}, {row.outcome}, {row.timepoint}"


def _one_row(row: StudyRow) -> Iterator[Finding]:
    yield from _counts_of_arms(row)
    yield from _counts_against_effect(row)
    yield from _counts_against_percentages(row)
    yield from _interval(row.effect_measure, row.effect, row.ci_lb, row.ci_ub, _at(row))
    yield from _error_and_p(row)
    yield from _dose(row)
    yield from _means_against_effect(row)
    for problem in (*doi_faults(row.doi), *registrations(row.registration)[1]):
        yield Finding("E15", _at(row), problem, "Look the identifier up.")


def _counts_of_arms(row: StudyRow) -> Iterator[Finding]:
    for arm, events, total, size in ((1, row.events_arm1, row.total_arm1, row.n_arm1), (2, row.events_arm2, row.total_arm2, row.n_arm2)):
        if events is not None and total is not None and events > total:
            yield Finding("E03", _at(row), f"arm {arm}: {events:g} events in {total:g} people", "Check both numbers.")
        if total is not None and size is not None and total > size:
            yield Finding(
                "E03", _at(row), f"arm {arm}: {total:g} counted, but the arm holds {size}", "Check whether the arms are exchanged."
            )
        if row.counted is Counted.ALL_RANDOMISED and total is not None and size is not None and total < size:
            yield Finding("E18", _at(row), f"arm {arm}: {total:g} of {size} counted", "Say who is counted.")
        for number in (events, total):
            if number is not None and 0 < number < 1:
                yield Finding("E16", _at(row), f"arm {arm}: {number:g} is a fraction", "Give the number of people.")


def _decimals(value: float) -> int:
    text = f"{value:.6f}".rstrip("0")
    return len(text.partition(".")[2])


def _counts_against_effect(row: StudyRow) -> Iterator[Finding]:
    if not row.has_counts or row.effect is None or row.effect_basis == "adjusted":
        return
    measure = row.effect_measure.lower()
    counts: dict[str, Any] = {"ai": [row.events_arm1], "n1i": [row.total_arm1], "ci": [row.events_arm2], "n2i": [row.total_arm2]}
    if any(not 0 <= (e or 0) <= (n or 0) for e, n in ((row.events_arm1, row.total_arm1), (row.events_arm2, row.total_arm2))):
        return
    if "risk difference" in measure:
        y, _ = effect_sizes("RD", to="none", **counts)
        scale = 100.0 if "point" in measure else 1.0
        crude = float(y[0]) * scale
    elif measure.startswith(("odds ratio", "risk ratio")):
        kind = "OR" if measure.startswith("odds") else "RR"
        y, _ = effect_sizes(kind, **counts)
        crude = float(np.exp(y[0]))
    elif measure.startswith("hedges g"):
        y, _ = effect_sizes("OR", **counts)
        total = (row.total_arm1 or 0) + (row.total_arm2 or 0)
        crude = -float(y[0]) * 3**0.5 / np.pi * float(hedges_correction(np.array([total - 2]))[0])
    else:
        return
    if np.isnan(crude):
        return
    slack = max(0.6 * 10.0 ** -_decimals(row.effect), 0.006 * abs(row.effect))
    if abs(crude - row.effect) > slack:
        turned = abs(crude + row.effect) <= slack
        hint = "The sign is turned." if turned else "Check the counts, or mark the effect as adjusted if the source says so."
        yield Finding("E01", _at(row), f"the counts give {crude:.4g}, printed is {row.effect:g}", hint)


_PERCENTS = re.compile(r"(\d+(?:\.\d+)?)\s?%?\s+(?:v|vs|versus|and)\.?\s+(\d+(?:\.\d+)?)\s?%")


def _counts_against_percentages(row: StudyRow) -> Iterator[Finding]:
    match = _PERCENTS.search(row.note)
    if not match or not row.has_counts:
        return
    pairs = ((row.events_arm1, row.total_arm1), (row.events_arm2, row.total_arm2))
    printed = [match[1], match[2]]
    wrong = [not _rounds_to(events, total, text) for (events, total), text in zip(pairs, printed, strict=True)]
    if not any(wrong):
        return
    crossed = (row.total_arm2, row.total_arm1)
    exchanged = [_rounds_to(events, total, text) for (events, _), total, text in zip(pairs, crossed, printed, strict=True)]
    told = " and ".join(f"{events:g}/{total:g} = {100 * (events or 0) / (total or 1):.1f} %" for events, total in pairs)
    fits = row.total_arm1 != row.total_arm2 and any(bad and other for bad, other in zip(wrong, exchanged, strict=True))
    hint = "The arm sizes seem to be exchanged." if fits else "Check the counts and the denominators."
    yield Finding("E02", _at(row), f"{told}, printed {printed[0]} % and {printed[1]} %", hint)


def _rounds_to(events: float | None, total: float | None, printed: str) -> bool:
    if not total or events is None:
        return False
    places = len(printed.partition(".")[2])
    half = 10.0**-places if places else 0.5  # papers round twice, so one unit of the last place is allowed
    return abs(100.0 * events / total - float(printed)) <= half + 1e-9


def _interval(measure: str, effect: float | None, low: float | None, high: float | None, where: str) -> Iterator[Finding]:
    if low is not None and high is not None and low > high:
        yield Finding("E06", where, f"the interval runs from {low:g} to {high:g}", "Its ends stand the wrong way round.")
        low, high = high, low
    if effect is None or low is None or high is None or low <= effect <= high:
        return
    if low <= -effect <= high:
        told = f"{effect:g} with an interval of {low:g} to {high:g}"
        yield Finding("E07", where, told, f"Turned round it is {-high:g} to {-low:g}.")
    else:
        yield Finding("E06", where, f"{effect:g} is not between {low:g} and {high:g}", "Check all three numbers.")


def _is_ratio(measure: str) -> bool:
    return "ratio" in measure.lower()


def _error_and_p(row: StudyRow) -> Iterator[Finding]:
    if row.effect is None or row.ci_lb is None or row.ci_ub is None or not row.ci_lb <= row.effect <= row.ci_ub:
        return
    ratio = _is_ratio(row.effect_measure)
    if ratio and row.ci_lb <= 0:
        yield Finding("E06", _at(row), f"a ratio whose interval starts at {row.ci_lb:g}", "A ratio is above zero.")
        return
    low, high = (float(np.log(end)) if ratio else end for end in (row.ci_lb, row.ci_ub))
    error = (high - low) / (2 * 1.959964)
    if row.se is not None and not ratio and not 0.85 * error <= row.se <= 1.15 * error:
        yield Finding("E08", _at(row), f"standard error {row.se:g}, but the interval is that of {error:.3g}", "Check both.")
    printed = re.fullmatch(r"\s*(<|>|=)?\s*(\d*\.?\d+)(?:\s*nominal)?\s*", row.p_value.split("(")[0])
    if printed:
        sign, p = printed[1] or "=", float(printed[2])
        excludes = low > 0 or high < 0
        clear = min(abs(low), abs(high)) > 0.1 * error
        if clear and ((excludes and (p > 0.06 and sign != "<")) or (not excludes and p < 0.04 and sign != ">")):
            told = f"p {row.p_value} beside an interval of {row.ci_lb:g} to {row.ci_ub:g}"
            yield Finding("E08", _at(row), told, "One of the two is wrong.")


_PER_KG = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(?:-|to|or|,)\s*(\d+(?:\.\d+)?))?\s*mg/kg")


def _dose(row: StudyRow) -> Iterator[Finding]:
    limit = DOSE_LIMIT_MG_PER_KG.get(row.intervention_class)
    for match in _PER_KG.finditer(row.dose):
        highest = max(float(number) for number in match.groups() if number)
        if limit is not None and highest > limit:
            yield Finding("E09", _at(row), f"{highest:g} mg/kg", "Probably mg per 70 kg, or mg.")


def _means_against_effect(row: StudyRow) -> Iterator[Finding]:
    if not row.has_means or row.effect is None or row.effect_basis == "adjusted":
        return
    columns: dict[str, Any] = {
        "m1i": [row.mean_arm1],
        "sd1i": [row.sd_arm1],
        "n1i": [row.n_mean_arm1],
        "m2i": [row.mean_arm2],
        "sd2i": [row.sd_arm2],
        "n2i": [row.n_mean_arm2],
    }
    if row.effect_measure.lower().startswith("hedges g"):
        y, v = effect_sizes("SMD", **columns)
        computed, slack = float(y[0]), max(0.005, 0.01 * abs(row.effect))
        if row.se is not None and abs(float(v[0]) ** 0.5 - row.se) > 0.06 * row.se:
            yield Finding(
                "E11", _at(row), f"the means give a standard error of {v[0] ** 0.5:.3g}, printed is {row.se:g}", "Check the deviations."
            )
    elif row.effect_measure == "mean difference":
        y, v = effect_sizes("MD", **columns)
        computed, slack = float(y[0]), 0.06 * 10.0 ** -min(_decimals(row.effect), 1)
    else:
        return
    if abs(computed - row.effect) > slack:
        hint = (
            "The sign is turned." if abs(computed + row.effect) <= slack else "Check means and deviations, or mark the effect as adjusted."
        )
        yield Finding("E11", _at(row), f"the means give {computed:.4g}, printed is {row.effect:g}", hint)


def _across_rows(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    yield from _doubles(rows)
    yield from _arm_sizes(rows)
    yield from _borrowed_sizes(rows)
    yield from _same_counts(rows)
    yield from _one_cohort_two_names(rows)
    yield from _shared_controls(rows)
    yield from pmid_findings(rows)


def _doubles(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], StudyRow] = {}
    for row in rows:
        key = (row.study_id, row.outcome, row.timepoint, row.dose, row.comparator, row.subgroup, row.intervention)
        if key in seen:
            yield Finding("E17", _at(row), f"the same as {seen[key].row_id}", "Keep one.")
        seen.setdefault(key, row)
    ids = [row.row_id for row in rows]
    for double in sorted({name for name in ids if ids.count(name) > 1}):
        yield Finding("E17", double, "a row number used twice", "Give each row its own.")


def _arm_sizes(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    control: dict[str, tuple[int, StudyRow]] = {}
    treated: dict[tuple[str, str, str], tuple[int, StudyRow]] = {}
    for row in rows:
        if row.control_group and row.n_arm2 is not None:
            size, first = control.setdefault(row.control_group, (row.n_arm2, row))
            if size != row.n_arm2:
                yield Finding(
                    "E04", _at(row), f"control arm of {row.n_arm2}, but {size} in {first.row_id}", "See which the trial report prints."
                )
        if row.n_arm1 is not None:
            size, first = treated.setdefault((row.study_id, row.dose, row.comparator), (row.n_arm1, row))
            if size != row.n_arm1:
                yield Finding(
                    "E04", _at(row), f"treated arm of {row.n_arm1}, but {size} in {first.row_id}", "See which the trial report prints."
                )
        if row.n_randomised is not None and row.n_arm1 is not None and row.n_arm2 is not None and _has_two_arms(rows, row):
            told = row.n_arm1 + row.n_arm2
            if told != row.n_randomised:
                yield Finding(
                    "E04", _at(row), f"{row.n_arm1} and {row.n_arm2} make {told}, not {row.n_randomised}", "See which arm is wrong."
                )


def _has_two_arms(rows: Sequence[StudyRow], row: StudyRow) -> bool:
    return len({other.dose for other in rows if other.study_id == row.study_id}) == 1


def _borrowed_sizes(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    """Three or more arm sizes in common are no coincidence between trials registered apart."""
    sizes: dict[str, set[tuple[str, int]]] = {}
    firsts: dict[str, StudyRow] = {}
    for row in rows:
        firsts.setdefault(row.study_id, row)
        kept = sizes.setdefault(row.study_id, set())
        if row.n_arm1 is not None:
            kept.add((f"treated {row.dose}", row.n_arm1))
        if row.n_arm2 is not None:
            kept.add((f"control {row.comparator}", row.n_arm2))
    listed = {name: sorted(n for _, n in kept) for name, kept in sizes.items()}
    for one, other in combinations(listed, 2):
        if (
            firsts[one].people & firsts[other].people
            or registrations(firsts[one].registration)[0] & registrations(firsts[other].registration)[0]
        ):
            continue
        if len(listed[one]) >= 3 and listed[one] == listed[other]:
            told = ", ".join(str(n) for n in listed[other])
            yield Finding("E05", _at(firsts[other]), f"arms of {told}, exactly those of {one}", "One table has copied the other's line.")


def _same_counts(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    counts = [row for row in rows if row.has_counts]
    for row in counts:
        if row.outcome_kind != "remission":
            continue
        for other in counts:
            same_place = (other.study_id, other.timepoint, other.dose, other.comparator) == (
                row.study_id,
                row.timepoint,
                row.dose,
                row.comparator,
            )
            if other.outcome_kind == "response" and same_place and other.scale == row.scale:
                mine, theirs = (row.events_arm1, row.events_arm2), (other.events_arm1, other.events_arm2)
                if mine == theirs:
                    yield Finding("E10", _at(row), f"the same counts as the response row {other.row_id}", "Check against the paper.")


def _one_cohort_two_names(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    firsts: dict[str, StudyRow] = {}
    for row in rows:
        firsts.setdefault(row.study_id, row)
    for one, other in combinations(firsts.values(), 2):
        if "registration" in one.ids_recalled + other.ids_recalled:
            continue  # a number from memory cannot testify
        shared = registrations(one.registration)[0] & registrations(other.registration)[0]
        if shared and not one.people & other.people:
            told = f"registered as {', '.join(sorted(shared))}, as is {one.study_id}"
            yield Finding("E13", _at(other), told, "Name the shared cohort in both rows, so that nobody is counted twice.")


def _shared_controls(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    for one, other in combinations([row for row in rows if row.comparator_class not in ("none", "other_dose")], 2):
        if (one.study_id, one.outcome, one.timepoint, one.comparator) != (other.study_id, other.outcome, other.timepoint, other.comparator):
            continue
        if one.dose != other.dose and (not one.control_group or one.control_group != other.control_group):
            yield Finding("E14", _at(other), f"the control arm is that of {one.row_id} too", "Give both rows the same control_group.")


def _one_synthesis(row: SynthesisRow) -> Iterator[Finding]:
    where = f"{row.synthesis_id} {row.first_author} {row.year}, {row.outcome or row.scope}"
    yield from _interval(row.measure, row.estimate, row.ci_lb, row.ci_ub, where)
    if row.measure == "proportion":
        for value in (row.estimate, row.ci_lb, row.ci_ub):
            if value is not None and value > 1:
                yield Finding("E16", where, f"a proportion of {value:g}", "Write 45 percent as 0.45.")
    if row.i2 is not None and not 0 <= row.i2 <= 100:
        yield Finding("E12", where, f"I2 of {row.i2:g} %", "Below zero it is truncated at 0." if row.i2 < 0 else "It is at most 100.")
    for problem in doi_faults(row.doi):
        yield Finding("E15", where, problem, "Look the identifier up.")


def journal_conflicts_as_findings(base: EvidenceBase) -> list[Finding]:
    """Identifiers whose registrant is not the publisher of the journal named, and identifiers given to two works."""
    found: list[Finding] = []
    for row in base.syntheses:
        for problem in journal_conflicts(row.journal, row.doi):
            found.append(Finding("E15", f"{row.synthesis_id} {row.first_author} {row.year}", problem, "One of the two is wrong."))
    owners: dict[str, str] = {}
    for study in base.studies:
        if "doi" in study.ids_recalled:
            continue
        for doi in filter(None, (part.strip() for part in study.doi.split(";"))):
            first = owners.setdefault(doi, study.study_id)
            if first != study.study_id:
                found.append(Finding("E15", _at(study), f"{doi} is given to {first} too", "Look the identifier up."))
    return found


def pmid_findings(rows: Sequence[StudyRow]) -> Iterator[Finding]:
    """PubMed numbers out of step with the year, judged by the other rows' own numbers."""
    for row_id, problem in pmid_faults([(row.row_id, row.pmid, row.year) for row in rows]):
        yield Finding("E15", _at(next(row for row in rows if row.row_id == row_id)), problem, "Look the identifier up.")


_DOI_IN_TEXT = re.compile(r"10\.\d{4,9}/[^\s;,]+")


def _claims(base: EvidenceBase) -> Iterator[Finding]:
    articles = {article.article_id for article in base.articles}
    for claim in base.claims:
        if claim.article_id not in articles:
            yield Finding("E19", claim.claim_id, f"article {claim.article_id} is not listed", "Add it, or correct the number.")
        if claim.verdict is Verdict.MISCITED and not (claim.actual_source or claim.note):
            yield Finding("E19", claim.claim_id, "called miscited, without the right source or a reason", "Give one of them.")
        if re.search(r"\w(?:\.\.\.|…)['\"]?$", claim.claim):
            yield Finding("E19", claim.claim_id, "the claim ends in the middle of a word", "Restore the sentence before judging it.")
        if claim.review_by < claim.checked_on:
            yield Finding("E19", claim.claim_id, "due for review before it was checked", "Correct the dates.")
        for doi in _DOI_IN_TEXT.findall(claim.actual_id):
            for problem in (*doi_faults(doi), *journal_conflicts(claim.actual_source, doi)):
                yield Finding("E15", claim.claim_id, problem, "Look the identifier up.")
