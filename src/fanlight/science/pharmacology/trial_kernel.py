"""One arm of a virtual trial, person by person: sessions, plasticity, scores at visits, drop-out, response, relapse.

Times are days from the first session. Every draw is counted by person and visit (see `streams`), never by arm: arms
share their persons and their chance, so that differences between arms are differences of treatment.

Rates and weights come from `mammillary`.
"""

from __future__ import annotations

import numpy as np
from numba import prange
from numpy.typing import NDArray

from fanlight.science.pharmacology.compiled import compiled, in_parallel
from fanlight.science.pharmacology.elementary import exp, log, normal_quantile
from fanlight.science.pharmacology.mammillary import rates_and_weights
from fanlight.science.pharmacology.streams import block

Floats = NDArray[np.float64]
TRAITS, NOISE, CHANCE = 11, 12, 13
RESULTS = 11
"""Columns of a result: response and remission after induction, score after the first day, day of drop-out, day of
relapse, well at the end, sessions, total dose (mg), peak (ng/mL), area of all sessions, days followed (NaN: not reached)."""


@compiled
def driver(
    k: Floats, compartments: int, scale: float, dose: float, over: float, ec50: float, nodes: Floats, weights: Floats,
    lam: Floats, c: Floats, d: Floats,
) -> tuple[float, float, float]:  # fmt: skip
    """Integral of Ce / (Ce + EC50) in h, peak and area of the centre, for one infusion. NaN where the modes do not serve.

    `nodes` and `weights` are Gauss-Legendre on (0, 1), used on each of four stretches.
    """
    ke0 = k[5]
    for attempt in range(4):
        if rates_and_weights(k[0], k[1], k[2], k[3], k[4], ke0, compartments, lam, c, d):
            break
        if attempt == 3:
            return np.nan, np.nan, np.nan
        ke0 *= 1.003  # off the rate it coincides with: a delay 0.3 percent shorter, which the drive does not notice
    rate = dose / over * scale
    total, peak = 0.0, 0.0
    for m in range(3):
        peak += c[m] / lam[m] * (1.0 - exp(-lam[m] * over))
    begin = 0.0
    for part in range(4):
        end = over if part == 0 else over + 1.0 if part == 1 else over + 6.0 if part == 2 else over + 48.0
        for q in range(nodes.shape[0]):
            t = begin + (end - begin) * nodes[q]
            value = 0.0
            for m in range(4):
                fed = 1.0 - exp(-lam[m] * min(t, over))
                value += d[m] / lam[m] * fed * exp(-lam[m] * max(t - over, 0.0))
            value = max(value * rate, 0.0)
            total += (end - begin) * weights[q] * value / (value + ec50)
        begin = end
    return total, peak * rate, dose * scale / k[0]


@in_parallel
def arm(
    seed: int, first: int, rates: Floats, compartments: int, scale: Floats, weight: Floats,
    dose_mg: float, dose_mg_per_kg: float, over: float,
    induction: Floats, every: float, longest_every: float, lengthen_at: float, change_after: float, until: float,
    visits: Floats, drop_out_per_day: float,
    numbers: Floats, response: float, remission: float, nodes: Floats, weights: Floats, workers: int, out: Floats,
) -> None:  # fmt: skip
    """Fill out (N, RESULTS) for persons first, first + 1, ...

    induction (S,) days of the induction sessions; then, where `every` > 0, maintenance every `every` days until day
    `until`, for those who responded; every `longest_every` days once a score is at most `lengthen_at` and back again once
    it is above, never changed within `change_after` days of the last change. visits (V,)
    days, ascending; the first visit at or after a day past the last induction session decides response.
    """
    persons = rates.shape[0]
    k_on, k_off_mean, k_off_sd, ec50, p50_mean, p50_sd, largest, share = numbers[:8]
    baseline_mean, baseline_sd, placebo_mean, placebo_sd, placebo_fade, noise_sd, rho, background = numbers[8:16]
    fresh = np.sqrt(1.0 - rho * rho)
    last_induction = induction[-1]
    for worker in prange(workers):
        lam, c, d = np.zeros(4), np.zeros(4), np.zeros(4)
        for i in range(worker * persons // workers, (worker + 1) * persons // workers):
            person = first + i
            dose = dose_mg + dose_mg_per_kg * weight[i]
            lifted, peak, area = driver(rates[i], compartments, scale[i], dose, over, ec50, nodes, weights, lam, c, d)
            u0, u1, u2, u3 = block(seed, TRAITS, person, 0)
            u4, u5, u6, _ = block(seed, TRAITS, person, 1)
            k_off = k_off_mean * exp(k_off_sd * normal_quantile(u0))
            p50 = p50_mean * exp(p50_sd * normal_quantile(u1))
            effect = largest if u2 < share else 0.0
            baseline = max(20.0, min(60.0, baseline_mean + baseline_sd * normal_quantile(u3)))
            placebo = placebo_mean + placebo_sd * normal_quantile(u4)
            leaves_on = -log(u5) / drop_out_per_day if drop_out_per_day > 0.0 else np.inf
            relapses_on = -log(u6) / background if background > 0.0 else np.inf
            kept = exp(-k_on * lifted)
            p, now, noise = 0.0, 0.0, 0.0
            given = 0.0
            session = 0
            next_session = induction[0]
            gap, changed_on = every, last_induction
            responded, decided, relapsed, below = False, False, np.nan, 0
            score, after_a_day = baseline, np.nan
            remitted = False
            spare = (0.0, 0.0, 0.0, 0.0)
            out[i, :] = np.nan
            seen = 0.0
            for v in range(visits.shape[0]):
                day = visits[v]
                while next_session < min(day, leaves_on):
                    p *= exp(-k_off * (next_session - now))
                    p = 1.0 - (1.0 - p) * kept
                    now = next_session
                    given += 1.0
                    session += 1
                    if session < induction.shape[0]:
                        next_session = induction[session]
                    elif every > 0.0 and (responded or not decided) and not relapsed == relapsed:  # noqa: SIM201 - NaN
                        wanted = longest_every if decided and score <= lengthen_at else every
                        if wanted != gap and now - changed_on >= change_after:
                            gap, changed_on = wanted, now
                        next_session = now + gap
                        if next_session > until:
                            next_session = np.inf
                    else:
                        next_session = np.inf
                if day > leaves_on:
                    break
                p *= exp(-k_off * (day - now))
                now = day
                if v % 4 == 0:
                    spare = block(seed, NOISE, person, v // 4)
                z = normal_quantile(spare[v % 4])
                noise = z * noise_sd if v == 0 else rho * noise + fresh * noise_sd * z
                lift = effect * p * p / (p50 * p50 + p * p)
                score = baseline * (1.0 - lift) - placebo * exp(-placebo_fade * day) + noise
                score = max(0.0, min(60.0, score))
                seen = day
                if v == 0:
                    after_a_day = score
                well = score <= baseline * (1.0 - response)
                if not decided:
                    if day >= last_induction + 1.0 - 1e-9:
                        decided = True
                        responded = well
                        remitted = score <= remission
                        if not responded:
                            next_session = np.inf
                elif responded and relapsed != relapsed:
                    below = 0 if well else below + 1
                    if below >= 2 or day - last_induction > relapses_on:
                        relapsed = day - last_induction
                        next_session = np.inf
            if decided:
                out[i, 0] = 1.0 if responded else 0.0
                out[i, 1] = 1.0 if remitted else 0.0
                if seen >= visits[-1] - 1e-9:
                    out[i, 5] = 1.0 if (responded and relapsed != relapsed) else 0.0
            out[i, 2] = baseline - after_a_day
            out[i, 3] = leaves_on if leaves_on <= visits[-1] else np.nan
            out[i, 4] = relapsed
            out[i, 6] = given
            out[i, 7] = given * dose
            out[i, 8] = peak
            out[i, 9] = area * given
            out[i, 10] = seen - last_induction
