"""From counts, means, rates, correlations or reported effects to an effect size and its sampling variance per study."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from fanlight.core.errors import Fault, InputError
from fanlight.science.evidence import means, single_group, two_by_two
from fanlight.science.evidence.arrays import FloatArray, as_vector, faults_where, same_length
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.measures import Measure, parse_measure
from fanlight.science.evidence.reported import from_reported


@dataclass(frozen=True, slots=True)
class EffectSizes:
    """Effects `y` and sampling variances `v`, both `(k,)`; NaN in both where a study says nothing. Unpacks as ``y, v``.

    `notes` says in words which studies were corrected or set aside, and by which rule.
    """

    measure: Measure
    y: FloatArray
    v: FloatArray
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[FloatArray]:
        return iter((self.y, self.v))

    def __len__(self) -> int:
        return len(self.y)


_TABLE = ("ai", "bi", "ci", "di")
_ARMS = ("m1i", "sd1i", "n1i", "m2i", "sd2i", "n2i")
_PAIRED = ("m1i", "sd1i", "m2i", "sd2i", "ri", "ni")
_REPORTED = ("yi", "vi", "sei", "ci_lb", "ci_ub")


def effect_sizes(
    measure: Measure | str,
    *,
    add: float = 0.5,
    to: two_by_two.ZeroRule = "only0",
    drop00: bool = True,
    vtype: means.VarianceType = "LS",
    level: float = 0.95,
    **columns: Any,
) -> EffectSizes:
    """Effect sizes `y` and variances `v` of `k` studies; columns carry metafor's argument names.

    Two arms, counts: `ai bi ci di`, or `ai n1i ci n2i` (events and totals; arm 1 is the treatment).
    Two arms, means: `m1i sd1i n1i m2i sd2i n2i` (endpoint scores, or change scores with their deviations), or `di n1i n2i`
    (Cohen d) for SMD. Same people twice: `m1i sd1i m2i sd2i ri ni`. Rates: `x1i t1i x2i t2i`, or `xi ti`.
    Proportions: `xi ni`. Correlations: `ri ni`. As reported: `yi` with `vi`, `sei`, or `ci_lb` and `ci_ub` at `level`; for a
    ratio measure these are read as ratios, not logs, when given with an interval.

    Zero cells: `add` goes to every cell of the studies `to` names ("only0": those with a zero cell). A study with no event in
    either arm, or events in all, says nothing about a ratio: its `y` and `v` are NaN unless `drop00` is false. Peto takes none.

    Raises `InputError` FAN-EVID-010 with every impossible entry at once; FAN-EVID-011 when columns do not fit the measure.
    """
    kind = parse_measure(measure)
    vectors = {name: as_vector(name, values) for name, values in columns.items() if values is not None}
    if not vectors:
        raise EvidenceError("FAN-EVID-011", f"Cannot compute {kind.value}", "no columns were given", f"Give {_wanted(kind)}.")
    same_length(vectors)
    if kind is Measure.GEN or "yi" in vectors:
        _only(kind, vectors, _REPORTED)
        y, v = from_reported(kind, vectors, level)
        return EffectSizes(kind, y, v)
    y, v, notes = _FAMILIES[kind](kind, vectors, add, to, drop00, vtype)
    return EffectSizes(kind, y, v, tuple(notes))


def _wanted(kind: Measure) -> str:
    columns: dict[object, str] = {
        _from_table: "ai, n1i, ci, n2i (or ai, bi, ci, di)",
        _from_arms: "m1i, sd1i, n1i, m2i, sd2i, n2i",
        _from_pairs: "m1i, sd1i, m2i, sd2i, ri, ni",
        _from_proportions: "xi, ni",
        _from_rate: "xi, ti",
        _from_rates: "x1i, t1i, x2i, t2i",
        _from_correlations: "ri, ni",
    }
    return columns.get(_FAMILIES.get(kind), "yi with vi, sei, or ci_lb and ci_ub")


def _only(kind: Measure, vectors: dict[str, FloatArray], allowed: tuple[str, ...]) -> None:
    extra = sorted(set(vectors) - set(allowed))
    if extra:
        raise EvidenceError(
            "FAN-EVID-011", f"Cannot compute {kind.value}", f"{', '.join(extra)} does not belong to it", f"Give {_wanted(kind)}."
        )


def _require(kind: Measure, vectors: dict[str, FloatArray], names: tuple[str, ...]) -> tuple[FloatArray, ...]:
    missing = [name for name in names if name not in vectors]
    _only(kind, vectors, names)
    if missing:
        raise EvidenceError("FAN-EVID-011", f"Cannot compute {kind.value}", f"{', '.join(missing)} missing", f"Give {_wanted(kind)}.")
    return tuple(vectors[name] for name in names)


def _refuse(kind: Measure, faults: list[Fault]) -> None:
    if faults:
        raise InputError("FAN-EVID-010", f"The studies for {kind.value} are not possible", faults)


def _table_of(kind: Measure, vectors: dict[str, FloatArray]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    if "n1i" in vectors or "n2i" in vectors:
        ai, n1, ci, n2 = _require(kind, vectors, ("ai", "n1i", "ci", "n2i"))
        faults = faults_where("ai", ai > n1, "more events than people in the arm")
        faults += faults_where("ci", ci > n2, "more events than people in the arm")
        faults += _percents("ai", ai) + _percents("ci", ci)
        faults += faults_where("n1i", n1 <= 0, "an arm without people") + faults_where("n2i", n2 <= 0, "an arm without people")
        _refuse(kind, faults + faults_where("ai", ai < 0, "negative") + faults_where("ci", ci < 0, "negative"))
        return ai, n1 - ai, ci, n2 - ci
    cells = _require(kind, vectors, _TABLE)
    faults = [fault for name, cell in zip(_TABLE, cells, strict=True) for fault in faults_where(name, cell < 0, "a negative count")]
    faults += faults_where("ai, bi", cells[0] + cells[1] <= 0, "an arm without people")
    faults += faults_where("ci, di", cells[2] + cells[3] <= 0, "an arm without people")
    _refuse(kind, faults)
    return cells[0], cells[1], cells[2], cells[3]


def _percents(name: str, counts: FloatArray) -> list[Fault]:
    fractional = (counts > 0) & (counts < 1)
    return faults_where(name, fractional, "a fraction where a count is meant", "Give the number of people, not the proportion.")


def _from_table(
    kind: Measure, vectors: dict[str, FloatArray], add: float, to: two_by_two.ZeroRule, drop00: bool, _: means.VarianceType
) -> tuple[FloatArray, FloatArray, list[str]]:
    ai, bi, ci, di = _table_of(kind, vectors)
    notes: list[str] = []
    if kind is Measure.PETO:
        y, v = two_by_two.peto(ai, bi, ci, di)
        touched = np.zeros(len(ai), dtype=bool)
    else:
        *cells, touched = two_by_two.corrected(ai, bi, ci, di, add, to)
        y, v = two_by_two.from_cells(kind, *cells)
    if kind is not Measure.RD:
        silent = two_by_two.is_double_zero(ai, bi, ci, di) & (drop00 or kind is Measure.PETO)
        y, v = np.where(silent, np.nan, y), np.where(silent, np.nan, v)
        touched = touched & ~silent
        if silent.any():
            notes.append(f"Set aside, with no event or only events in both arms: {_studies(silent)}.")
    if touched.any() and add:
        notes.append(f"{add:g} added to every cell ({to}): {_studies(touched)}.")
    return y, v, notes


def _studies(mask: Any) -> str:
    numbers = [str(index + 1) for index in np.flatnonzero(mask)]
    return f"{'study' if len(numbers) == 1 else 'studies'} {', '.join(numbers)}"


def _from_arms(
    kind: Measure, vectors: dict[str, FloatArray], _a: float, _t: two_by_two.ZeroRule, _d: bool, vtype: means.VarianceType
) -> tuple[FloatArray, FloatArray, list[str]]:
    if kind is Measure.SMD and "di" in vectors:
        d, n1, n2 = _require(kind, vectors, ("di", "n1i", "n2i"))
        _refuse(kind, faults_where("n1i", n1 < 2, "fewer than two people") + faults_where("n2i", n2 < 2, "fewer than two people"))
        return *means.g_from_d(d, n1, n2, vtype), []
    m1, sd1, n1, m2, sd2, n2 = _require(kind, vectors, _ARMS)
    faults = faults_where("sd1i", sd1 < 0, "a negative standard deviation") + faults_where("sd2i", sd2 < 0, "a negative standard deviation")
    faults += faults_where("n1i", n1 < 1, "an arm without people") + faults_where("n2i", n2 < 1, "an arm without people")
    faults += faults_where("sd1i, sd2i", (sd1 == 0) & (sd2 == 0), "no variance in either arm", "A standard deviation of 0 has no weight.")
    if kind is Measure.SMD:
        faults += faults_where("n1i, n2i", n1 + n2 < 4, "too few people for a standardised difference")
    if kind is Measure.ROM:
        faults += faults_where("m1i, m2i", ~(m1 * m2 > 0) & ~np.isnan(m1 * m2), "a ratio of means needs both means on one side of zero")
    _refuse(kind, faults)
    if kind is Measure.MD:
        return *means.mean_difference(m1, sd1, n1, m2, sd2, n2), []
    if kind is Measure.ROM:
        return *means.log_ratio_of_means(m1, sd1, n1, m2, sd2, n2), []
    return *means.standardised_difference(m1, sd1, n1, m2, sd2, n2, vtype), []


def _from_pairs(
    kind: Measure, vectors: dict[str, FloatArray], _a: float, _t: two_by_two.ZeroRule, _d: bool, _v: means.VarianceType
) -> tuple[FloatArray, FloatArray, list[str]]:
    if kind is Measure.SMCR:
        vectors = {**vectors, "sd2i": vectors.get("sd2i", np.zeros(len(next(iter(vectors.values())))))}
    m1, sd1, m2, sd2, r, n = _require(kind, vectors, _PAIRED)
    faults = faults_where("ri", np.abs(r) > 1, "a correlation outside -1 to 1") + faults_where("ni", n < 2, "fewer than two people")
    faults += faults_where("sd1i", sd1 < 0, "a negative standard deviation") + faults_where(
        "sd2i", sd2 < 0, "a negative standard deviation"
    )
    if kind is not Measure.MC:
        spread = sd1 if kind is Measure.SMCR else means.change_sd(sd1, sd2, r)
        faults += faults_where("sd1i", spread == 0, "no variance to standardise by")
    _refuse(kind, faults)
    if kind is Measure.MC:
        return *means.mean_change(m1, sd1, m2, sd2, r, n), []
    if kind is Measure.SMCC:
        return *means.standardised_change_by_change(m1, sd1, m2, sd2, r, n), []
    return *means.standardised_change_by_before(m1, sd1, m2, r, n), []


def _from_proportions(
    kind: Measure, vectors: dict[str, FloatArray], add: float, to: two_by_two.ZeroRule, _d: bool, _v: means.VarianceType
) -> tuple[FloatArray, FloatArray, list[str]]:
    xi, ni = _require(kind, vectors, ("xi", "ni"))
    faults = faults_where("xi", xi > ni, "more events than people", "Give a count; a percentage belongs in neither column.")
    faults += faults_where("xi", xi < 0, "a negative count") + faults_where("ni", ni <= 0, "nobody counted") + _percents("xi", xi)
    _refuse(kind, faults)
    notes: list[str] = []
    if kind in (Measure.PR, Measure.PLN, Measure.PLO):
        extreme = (xi == 0) | (xi == ni)
        none = np.zeros(len(xi), dtype=bool)
        touched = {"only0": extreme, "all": ~none, "if0all": np.full(len(xi), bool(extreme.any())), "none": none}[to]
        xi, ni = np.where(touched, xi + add, xi), np.where(touched, ni + 2 * add, ni)
        if touched.any() and add:
            notes.append(f"{add:g} added to events and non-events ({to}): {_studies(touched)}.")
    return *single_group.proportion(kind, xi, ni), notes


def _from_rate(
    kind: Measure, vectors: dict[str, FloatArray], add: float, to: two_by_two.ZeroRule, _d: bool, _v: means.VarianceType
) -> tuple[FloatArray, FloatArray, list[str]]:
    xi, ti = _require(kind, vectors, ("xi", "ti"))
    _refuse(kind, faults_where("xi", xi < 0, "a negative count") + faults_where("ti", ti <= 0, "no person-time"))
    notes: list[str] = []
    if kind in (Measure.IR, Measure.IRLN) and to != "none":
        touched = np.ones(len(xi), dtype=bool) if to == "all" else (xi == 0) if to == "only0" else np.full(len(xi), bool((xi == 0).any()))
        xi = np.where(touched, xi + add, xi)
        notes += [f"{add:g} added to the events ({to}): {_studies(touched)}."] if touched.any() and add else []
    return *single_group.rate(kind, xi, ti), notes


def _from_rates(
    kind: Measure, vectors: dict[str, FloatArray], add: float, to: two_by_two.ZeroRule, drop00: bool, _v: means.VarianceType
) -> tuple[FloatArray, FloatArray, list[str]]:
    x1, t1, x2, t2 = _require(kind, vectors, ("x1i", "t1i", "x2i", "t2i"))
    faults = faults_where("x1i", x1 < 0, "a negative count") + faults_where("x2i", x2 < 0, "a negative count")
    _refuse(kind, faults + faults_where("t1i", t1 <= 0, "no person-time") + faults_where("t2i", t2 <= 0, "no person-time"))
    zero = (x1 == 0) | (x2 == 0)
    silent = (x1 == 0) & (x2 == 0) & drop00 & (kind is Measure.IRR)
    none = np.zeros(len(x1), dtype=bool)
    touched = {"only0": zero, "all": ~none, "if0all": np.full(len(x1), bool(zero.any())), "none": none}[to]
    extra = np.where(touched, add, 0.0)
    y, v = single_group.two_rates(kind, x1 + extra, t1, x2 + extra, t2)
    notes = [f"{add:g} added to the events ({to}): {_studies(touched & ~silent)}."] if (touched & ~silent).any() and add else []
    if silent.any():
        notes.append(f"Set aside, with no event in either arm: {_studies(silent)}.")
    return np.where(silent, np.nan, y), np.where(silent, np.nan, v), notes


def _from_correlations(
    kind: Measure, vectors: dict[str, FloatArray], _a: float, _t: two_by_two.ZeroRule, _d: bool, _v: means.VarianceType
) -> tuple[FloatArray, FloatArray, list[str]]:
    r, n = _require(kind, vectors, ("ri", "ni"))
    faults = faults_where("ri", np.abs(r) > 1, "a correlation outside -1 to 1")
    faults += faults_where("ri", (np.abs(r) == 1) & (kind is Measure.ZCOR), "a correlation of 1 has no Fisher z")
    _refuse(kind, faults + faults_where("ni", n < (4 if kind is Measure.ZCOR else 2), "too few people"))
    return *single_group.correlation(kind, r, n), []


_Family = Callable[
    [Measure, dict[str, FloatArray], float, two_by_two.ZeroRule, bool, means.VarianceType], tuple[FloatArray, FloatArray, list[str]]
]

_FAMILIES: dict[Measure, _Family] = {
    **dict.fromkeys((Measure.RR, Measure.OR, Measure.PETO, Measure.RD), _from_table),
    **dict.fromkeys((Measure.MD, Measure.SMD, Measure.ROM), _from_arms),
    **dict.fromkeys((Measure.MC, Measure.SMCC, Measure.SMCR), _from_pairs),
    **dict.fromkeys((Measure.PR, Measure.PLN, Measure.PLO, Measure.PAS, Measure.PFT), _from_proportions),
    **dict.fromkeys((Measure.IR, Measure.IRLN, Measure.IRS, Measure.IRFT), _from_rate),
    **dict.fromkeys((Measure.IRR, Measure.IRD), _from_rates),
    **dict.fromkeys((Measure.COR, Measure.ZCOR), _from_correlations),
}
