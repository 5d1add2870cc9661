"""Published meta-analysis tables in psychiatry, pooled again and held against what their papers print."""

import csv
import shlex

import numpy as np
import pytest

from fanlight.science.evidence import effect_sizes, pool
from fanlight.science.evidence.batch import pool_many
from fanlight.science.evidence.fixed_tables import mantel_haenszel
from fanlight.science.evidence.multilevel import robust, three_level
from fanlight.science.evidence.single_group import proportion_from_double_arcsine

pytestmark = pytest.mark.shared_data


@pytest.fixture
def folder(shared_data):
    return shared_data / "meta-psychiatry"


@pytest.mark.parametrize(
    ("group", "printed"),
    [("1", (2.06, 1.65, 2.59)), ("2", (1.15, 1.02, 1.29)), ("4", (1.71, 1.40, 2.09))],
    ids=["smaller trials, major depression", "larger trials, major depression", "larger trials, other depression"],
)
def test_st_johns_wort_responders_as_linde_2005_prints_them(folder, group, printed):
    """Linde, Berner, Egger and Mulrow 2005 (Br J Psychiatry 186:99), Mantel-Haenszel risk ratios of the abstract."""
    lines = [shlex.split(line) for line in (folder / "dat.linde2005.txt").read_text().splitlines() if line.strip()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    chosen = [row for row in rows if row["group"] == group]
    fit = mantel_haenszel("RR", **{name: [row[name] for row in chosen] for name in ("ai", "n1i", "ci", "n2i")})
    assert tuple(round(float(np.exp(value)), 2) for value in (fit.estimate, *fit.ci)) == printed


def test_depression_after_infarction_as_feng_2019_prints_it(folder):
    """Feng et al. 2019: 28.70 percent (22.39 to 35.46), I2 98.4 percent; double arcsine, DerSimonian and Laird."""
    with (folder / "dat.feng2019.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.DictReader(lines))
    effects = effect_sizes("PFT", xi=[row["depr"] for row in rows], ni=[row["n"] for row in rows])
    fit = pool(*effects, method="DL")
    harmonic = len(rows) / sum(1 / float(row["n"]) for row in rows)
    back = [round(100 * proportion_from_double_arcsine(value, harmonic), 2) for value in (fit.estimate, *fit.ci)]
    assert back == [28.70, 22.39, 35.46]
    assert round(fit.i2, 1) == 98.4


def test_low_dose_tricyclics_of_furukawa_2003_by_hand_and_in_a_batch(folder):
    """Hedges g of the first trial from its printed means, worked by hand; all 17 as a batch of one."""
    with (folder / "dat.furukawa2003.txt").open() as lines:
        rows = list(csv.DictReader(lines))
    names = {"m1i": "Me", "sd1i": "Se", "n1i": "Ne", "m2i": "Mc", "sd2i": "Sc", "n2i": "Nc"}
    y, v = effect_sizes("SMD", **{ours: [row[theirs] for row in rows] for ours, theirs in names.items()})
    pooled_sd = ((12 * 5.4**2 + 17 * 9.6**2) / 29) ** 0.5
    assert y[0] == pytest.approx((6.4 - 11.4) / pooled_sd * (1 - 3 / (4 * 29 - 1)), rel=2e-4)
    fit, batch = pool(y, v), pool_many(y[None], v[None])
    assert (batch.tau2[0], batch.estimate[0]) == (pytest.approx(fit.tau2, rel=1e-10), pytest.approx(fit.estimate, rel=1e-10))


def test_several_outcomes_of_one_trial_in_haeuser_2009(folder):
    """71 effects, several to a trial: the levels are told apart, and robust errors do not lean on that."""
    lines = [shlex.split(line) for line in (folder / "dat.haeuser2009.txt").read_text().splitlines() if line.strip()]
    rows = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    names = {"m1i": "mti", "sd1i": "sdti", "n1i": "nti", "m2i": "mci", "sd2i": "sdci", "n2i": "nci"}
    effects = effect_sizes("SMD", **{ours: [row[theirs] for row in rows] for ours, theirs in names.items()})
    fit = three_level(effects.y, effects.v, [f"{row['study']} {row['year']}" for row in rows])
    assert fit.k == 71
    assert fit.converged
    naive = pool(effects.y, effects.v)
    sandwich = robust(fit)
    assert fit.se[0] > naive.se
    assert sandwich.se[0] == pytest.approx(fit.se[0], rel=0.35)
