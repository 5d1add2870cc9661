"""Pooling: one effect from many studies, or effects of moderators, with everything a reader needs to doubt it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np

from fanlight.core.errors import InputError
from fanlight.science.evidence.arrays import FloatArray, as_vector, faults_where, same_length
from fanlight.science.evidence.design import design_matrix
from fanlight.science.evidence.errors import EvidenceError
from fanlight.science.evidence.heterogeneity import Method, estimate_tau2, parse_method
from fanlight.science.evidence.likelihood import Studies, log_likelihood, studies_of, view
from fanlight.science.evidence.quantiles import chi2_upper, f_upper, normal_quantile, t_quantile, two_sided_t, two_sided_z
from fanlight.science.evidence.tau2_interval import q_profile

Test = Literal["z", "knha", "adhoc"]
"""Wald by the normal; Knapp and Hartung's by t; the same never narrower than the Wald standard error."""
PredictionRule = Literal["as_test", "t_k_minus_p_minus_1"]
"""Quantile of the prediction interval: as the test's (normal, or t with k - p degrees: metafor's default), or t with k - p - 1
degrees (Higgins, Thompson and Spiegelhalter 2009: t with k - 2 where there are no moderators)."""
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Pooled:
    """A pooled effect. Every number is on the scale of `y`; where `converged` is false they are NaN and `notes` says why.

    `ci` and `pi` are (lower, upper); `i2` is in percent; `q` is Cochran's Q with `q_df` degrees and `q_p`; `tau2_ci` is the
    Q-profile interval at the same level; `weights` are percent, in the order of the studies used, whose 0-based places are `used`.
    """

    estimate: float
    se: float
    statistic: float
    df: float | None
    p: float
    ci: tuple[float, float]
    pi: tuple[float, float]
    pi_rule: str
    tau2: float
    tau2_se: float
    tau2_ci: tuple[float, float]
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    k: int
    method: str
    test: str
    level: float
    converged: bool
    log_likelihood: float
    weights: FloatArray = field(repr=False)
    used: tuple[int, ...] = field(repr=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetaRegression:
    """Coefficients of a meta-regression, intercept first, with the residual heterogeneity.

    `estimate`, `se`, `statistic`, `p` are (p,); `ci` is (p, 2); `covariance` (p, p). `qm` tests all moderators together: chi-squared
    with `qm_df[0]` degrees, or F with both where the test is by t. `r2` is the percent of tau2 accounted for (None where undefined).
    """

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    statistic: FloatArray
    p: FloatArray
    ci: FloatArray
    covariance: FloatArray
    df: float | None
    qm: float
    qm_df: tuple[float, float]
    qm_p: float
    tau2: float
    tau2_se: float
    tau2_ci: tuple[float, float]
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    r2: float | None
    k: int
    method: str
    test: str
    level: float
    converged: bool
    log_likelihood: float
    used: tuple[int, ...] = field(repr=False)
    notes: tuple[str, ...] = ()


@overload
def pool(
    y: Any,
    v: Any,
    method: str = "REML",
    test: Test = "z",
    moderators: None = None,
    level: float = 0.95,
    prediction: PredictionRule = "as_test",
) -> Pooled: ...
@overload
def pool(
    y: Any, v: Any, method: str = "REML", test: Test = "z", *, moderators: Any, level: float = 0.95, prediction: PredictionRule = "as_test"
) -> MetaRegression: ...
def pool(
    y: Any,
    v: Any,
    method: str = "REML",
    test: Test = "z",
    moderators: Any = None,
    level: float = 0.95,
    prediction: PredictionRule = "as_test",
) -> Pooled | MetaRegression:
    """Pool effects `y` with sampling variances `v`, both `(k,)`; NaN pairs are left out and named in `notes`.

    `method`: EE, DL, HE, HS, SJ, ML, REML, EB, PM. `test`: "z", "knha", "adhoc". `moderators`: None, a mapping of names to
    columns, or an array `(k,)` or `(k, m)`; an intercept is added. One study is answered with its own effect and an unknown tau2.

    Raises FAN-EVID-020 for a variance that is zero, negative or infinite; FAN-EVID-021 for moderators that cannot be told apart
    (one without spread among them); FAN-EVID-022 where there are not more studies than coefficients.
    """
    kind = parse_method(method)
    if test not in ("z", "knha", "adhoc"):
        raise EvidenceError("FAN-EVID-005", f"There is no test {test!r}", "the tests are z, knha, adhoc")
    if not 0 < level < 1:
        raise EvidenceError("FAN-EVID-006", f"Cannot use the level {level!r}", "a level lies between 0 and 1", "Write 95 percent as 0.95.")
    effects, variances, used, notes = complete_cases(y, v)
    if moderators is None:
        return _pool_one(studies_of(effects, variances, np.ones((len(effects), 1))), kind, test, level, prediction, used, notes)
    names, x = design_matrix(moderators, used, len(as_vector("y", y)))
    return _regress(studies_of(effects, variances, x), names, kind, test, level, used, notes)


def complete_cases(y: Any, v: Any) -> tuple[FloatArray, FloatArray, tuple[int, ...], list[str]]:
    """Effects and variances of the studies that have both, which these are, and a note on those that do not."""
    effects, variances = as_vector("y", y), as_vector("v", v)
    same_length({"y": effects, "v": variances})
    faults = faults_where("v", variances < 0, "a negative variance") + faults_where("v", variances == 0, "no variance")
    faults += faults_where("v", np.isinf(variances), "an infinite variance") + faults_where("y", np.isinf(effects), "an infinite effect")
    if faults:
        raise InputError("FAN-EVID-020", "These studies cannot be weighed", faults)
    whole = ~(np.isnan(effects) | np.isnan(variances))
    used = tuple(int(index) for index in np.flatnonzero(whole))
    if not used:
        raise EvidenceError("FAN-EVID-022", "Cannot pool", "no study has both an effect and a variance")
    left_out = [str(index + 1) for index in np.flatnonzero(~whole)]
    notes = [f"Left out, without an effect or a variance: {', '.join(left_out)}."] if left_out else []
    return effects[whole], variances[whole], used, notes


def spread_of(studies: Studies, tau2: float, tau2_is_estimated: bool) -> tuple[float, float, float]:
    """I2 (percent), H2 and Q, as metafor defines them: for random effects from tau2 and the typical sampling variance."""
    seen = view(studies, 0.0)
    q = seen.q_residual
    if studies.degrees == 0:
        return NAN, NAN, q
    if not tau2_is_estimated:
        return max(0.0, 100.0 * (q - studies.degrees) / q) if q > 0 else 0.0, q / studies.degrees, q
    typical = studies.degrees / seen.trace_p
    return 100.0 * tau2 / (typical + tau2), tau2 / typical + 1.0, q


def _tau2_se(studies: Studies, method: Method, tau2: float) -> float:
    seen = view(studies, tau2)
    if method is Method.REML:
        return float(np.sqrt(2.0 / seen.trace_pp))
    return float(np.sqrt(2.0 / seen.sum_w2)) if method is Method.ML else NAN


def _scale(test: Test, q_at_tau2: float, degrees: int) -> float:
    if test == "z":
        return 1.0
    if degrees == 0:
        return NAN
    return q_at_tau2 / degrees if test == "knha" else max(1.0, q_at_tau2 / degrees)


def _equal_effects_note(test: Test, scale: float) -> list[str]:
    if test == "knha" and not scale > 0:
        return ["All effects are equal, so Knapp and Hartung's standard error would be 0 and says nothing: use adhoc or z."]
    return []


def _pool_one(
    studies: Studies, method: Method, test: Test, level: float, prediction: PredictionRule, used: tuple[int, ...], notes: list[str]
) -> Pooled:
    k = studies.k
    alone = k == 1
    random = method is not Method.EE
    if alone:
        tau2, converged = (0.0 if not random else NAN), True
        notes = [*notes, "One study: this is its own effect; nothing was pooled" + (" and heterogeneity is unknown." if random else ".")]
    else:
        found = estimate_tau2(studies, method)
        tau2, converged = found.value, found.converged
        if not converged:
            notes = [*notes, f"{method.value} did not settle on a tau2: there is no pooled estimate by this method."]
            return _unsettled(studies, method, test, level, used, notes)
    weighing = 0.0 if alone else tau2
    seen = view(studies, weighing)
    estimate = float(seen.weights @ studies.y / seen.sum_w)
    scale = _scale(test, seen.q_residual, studies.degrees)
    if scale == scale and scale <= 1e-28:
        scale = 0.0
    notes = [*notes, *_equal_effects_note(test, scale)]
    if test != "z" and alone:
        notes = [*notes, "Knapp and Hartung's test needs two studies."]
    se = float(np.sqrt(scale / seen.sum_w)) if scale > 0 else NAN
    degrees = None if test == "z" else float(studies.degrees)
    quantile = normal_quantile(0.5 + level / 2) if degrees is None else t_quantile(0.5 + level / 2, degrees) if degrees > 0 else NAN
    if test != "z" and k == 2:
        notes = [*notes, "Two studies: t with one degree of freedom, so the interval is very wide by nature."]
    pi, rule, more = _prediction(estimate, se, tau2, degrees, level, k, prediction, random and not alone)
    i2, h2, q = spread_of(studies, tau2, random)
    return Pooled(
        estimate=estimate,
        se=se,
        statistic=estimate / se,
        df=degrees,
        p=two_sided_z(estimate / se) if degrees is None else two_sided_t(estimate / se, degrees) if degrees > 0 else NAN,
        ci=(estimate - quantile * se, estimate + quantile * se),
        pi=pi,
        pi_rule=rule,
        tau2=tau2,
        tau2_se=NAN if alone else _tau2_se(studies, method, tau2),
        tau2_ci=q_profile(studies, level) if not alone else (NAN, NAN),
        i2=i2,
        h2=h2,
        q=q,
        q_df=studies.degrees,
        q_p=chi2_upper(q, studies.degrees),
        k=k,
        method=method.value,
        test=test,
        level=level,
        converged=converged,
        log_likelihood=NAN if alone else log_likelihood(studies, tau2, method is Method.REML),
        weights=100.0 * seen.weights / seen.sum_w,
        used=used,
        notes=(*notes, *more),
    )


def _prediction(
    estimate: float, se: float, tau2: float, degrees: float | None, level: float, k: int, rule: PredictionRule, exists: bool
) -> tuple[tuple[float, float], str, list[str]]:
    if not exists:
        return (NAN, NAN), "none", []
    share = 0.5 + level / 2
    if rule == "t_k_minus_p_minus_1":
        words = "estimate +/- t(k - 2) sqrt(se^2 + tau2) (Higgins, Thompson and Spiegelhalter 2009)"
        if k < 3:
            return (NAN, NAN), words, ["A prediction interval by t(k - 2) needs three studies."]
        quantile = t_quantile(share, k - 2)
    elif degrees is None:
        words, quantile = "estimate +/- z sqrt(se^2 + tau2)", normal_quantile(share)
    else:
        words, quantile = "estimate +/- t(k - 1) sqrt(se^2 + tau2)", t_quantile(share, degrees)
    reach = quantile * float(np.sqrt(se**2 + tau2))
    return (estimate - reach, estimate + reach), words, []


def _unsettled(studies: Studies, method: Method, test: Test, level: float, used: tuple[int, ...], notes: list[str]) -> Pooled:
    _, _, q = spread_of(studies, 0.0, False)
    nothing = (NAN, NAN)
    empty = np.full(studies.k, NAN)
    return Pooled(
        estimate=NAN,
        se=NAN,
        statistic=NAN,
        df=None,
        p=NAN,
        ci=nothing,
        pi=nothing,
        pi_rule="none",
        tau2=NAN,
        tau2_se=NAN,
        tau2_ci=q_profile(studies, level),
        i2=NAN,
        h2=NAN,
        q=q,
        q_df=studies.degrees,
        q_p=chi2_upper(q, studies.degrees),
        k=studies.k,
        method=method.value,
        test=test,
        level=level,
        converged=False,
        log_likelihood=NAN,
        weights=empty,
        used=used,
        notes=tuple(notes),
    )


def _regress(
    studies: Studies, names: tuple[str, ...], method: Method, test: Test, level: float, used: tuple[int, ...], notes: list[str]
) -> MetaRegression:
    if studies.degrees < 1:
        why = f"{studies.k} studies for {studies.p} coefficients"
        raise EvidenceError("FAN-EVID-022", "Cannot fit the meta-regression", why, "Use fewer moderators.")
    found = estimate_tau2(studies, method)
    tau2 = found.value
    if not found.converged:
        notes = [*notes, f"{method.value} did not settle on a tau2: there are no estimates by this method."]
    seen = view(studies, tau2 if found.converged else 0.0)
    covariance: FloatArray = np.asarray(np.linalg.inv((studies.x.T * seen.weights) @ studies.x), dtype=np.float64)
    estimate = covariance @ (studies.x.T @ (seen.weights * studies.y))
    scale = _scale(test, seen.q_residual, studies.degrees) if found.converged else NAN
    notes = [*notes, *(_equal_effects_note(test, scale) if found.converged else [])]
    covariance = np.asarray(covariance * scale, dtype=np.float64)
    estimate = estimate if found.converged else np.full(studies.p, NAN)
    se = np.sqrt(np.diag(covariance))
    degrees = None if test == "z" else float(studies.degrees)
    statistic = estimate / se
    quantile = normal_quantile(0.5 + level / 2) if degrees is None else t_quantile(0.5 + level / 2, degrees)
    tail = [two_sided_z(float(s)) if degrees is None else two_sided_t(float(s), degrees) for s in statistic]
    qm, qm_df, qm_p = omnibus(estimate[1:], covariance[1:, 1:], degrees)
    i2, h2, q = spread_of(studies, tau2, method is not Method.EE)
    return MetaRegression(
        names=names,
        estimate=estimate,
        se=se,
        statistic=statistic,
        p=np.array(tail),
        ci=np.column_stack((estimate - quantile * se, estimate + quantile * se)),
        covariance=covariance,
        df=degrees,
        qm=qm,
        qm_df=qm_df,
        qm_p=qm_p,
        tau2=tau2,
        tau2_se=_tau2_se(studies, method, tau2) if found.converged else NAN,
        tau2_ci=q_profile(studies, level),
        i2=i2,
        h2=h2,
        q=q,
        q_df=studies.degrees,
        q_p=chi2_upper(q, studies.degrees),
        r2=_accounted(studies, method, tau2),
        k=studies.k,
        method=method.value,
        test=test,
        level=level,
        converged=found.converged,
        log_likelihood=log_likelihood(studies, tau2, method is Method.REML) if found.converged else NAN,
        used=used,
        notes=tuple(notes),
    )


def omnibus(estimate: FloatArray, covariance: FloatArray, degrees: float | None) -> tuple[float, tuple[float, float], float]:
    """Test that all of `estimate` are zero: (statistic, its degrees, p); chi-squared, or F with `degrees` in its denominator."""
    m = len(estimate)
    if np.isnan(covariance).any() or np.isnan(estimate).any():
        return NAN, (float(m), NAN), NAN
    wald = float(estimate @ np.linalg.solve(covariance, estimate))
    if degrees is None:
        return wald, (float(m), NAN), chi2_upper(wald, m)
    return wald / m, (float(m), degrees), f_upper(wald / m, m, degrees)


def _accounted(studies: Studies, method: Method, tau2: float) -> float | None:
    if method is Method.EE or np.isnan(tau2):
        return None
    bare = estimate_tau2(studies_of(studies.y, studies.v, np.ones((studies.k, 1))), method)
    if not bare.converged or bare.value == 0:
        return None
    return max(0.0, 100.0 * (bare.value - tau2) / bare.value)
