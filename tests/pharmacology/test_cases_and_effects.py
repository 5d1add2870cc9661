"""Doses as written, cases end to end, and links to effect."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from fanlight.cli.simulate import run
from fanlight.content import ContentError, content_folder, read, read_text
from fanlight.core.errors import FanlightError
from fanlight.core.quantities import Quantity
from fanlight.records.expected_curves import Case, simulate_case
from fanlight.science.pharmacology import SimulationInputError
from fanlight.science.pharmacology.courses import expected_course, middle_and_90
from fanlight.science.pharmacology.effects import EffectContent, hill_band, linear_band, occupancy, occupancy_band
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.substances import SubstanceContent, WrittenDose, doses_for

CONTENT = content_folder() / "pharmacology"
CASE = (CONTENT / "cases" / "iv_racemic_40_minutes.yaml").read_text()


@pytest.fixture(scope="module")
def substances() -> SubstanceContent:
    return read(CONTENT / "substances.yaml", SubstanceContent)


@pytest.fixture(scope="module")
def effects() -> EffectContent:
    return read(CONTENT / "effects.yaml", EffectContent)


def written(amount: str, *, drug: str = "racemic_ketamine", form: str = "base", route: str = "iv") -> WrittenDose:
    return WrittenDose(drug, Quantity.parse(amount), route, form)


@pytest.mark.parametrize(
    ("drug", "amount", "form", "base_mg"),
    [
        ("racemic_ketamine", "100 mg", "hydrochloride", 86.70),
        ("esketamine", "32.3 mg", "hydrochloride", 28.0),
        ("esketamine", "57.7 mg", "hydrochloride", 50.0),
        ("racemic_ketamine", "35 mg", "base", 35.0),
    ],
)
def test_salt_is_turned_into_base(
    models: dict[str, Model], substances: SubstanceContent, drug: str, amount: str, form: str, base_mg: float
) -> None:
    model = models["kamp_2020" if drug == "racemic_ketamine" else "otto_2021"]
    got = doses_for(model, (written(amount, drug=drug, form=form),), substances)
    assert got.doses[0].amount_mg == pytest.approx(base_mg, abs=0.05)
    assert "as base" in got.statements[0]


@pytest.mark.parametrize(
    ("dose", "says"),
    [
        (written("35 mg", form=""), "is not said"),
        (written("35 mg", form="sulfate"), "not a form of it"),
        (written("35 mg", drug="ket"), "is not known"),
        (written("35 mL"), "neither a mass"),
        (written("0 mg"), "not above zero"),
        (written("35 mg", drug="esketamine"), "not interchangeable"),
        (written("35 mg", route="nasal"), "no route 'nasal'"),
    ],
)
def test_a_dose_that_cannot_be_taken_is_refused(
    models: dict[str, Model], substances: SubstanceContent, dose: WrittenDose, says: str
) -> None:
    with pytest.raises(SimulationInputError) as caught:
        doses_for(models["kamp_2020"], (dose,), substances)
    assert says in str(caught.value)


def test_a_racemate_in_an_s_model_is_said_to_be_two_arms(models: dict[str, Model], substances: SubstanceContent) -> None:
    got = doses_for(models["otto_2021"], (written("35 mg"),), substances)
    assert got.adds_arms
    assert "half the racemic dose" in got.warnings[0]
    assert not doses_for(models["otto_2021"], (written("35 mg", drug="esketamine"),), substances).adds_arms


def test_an_assumed_route_is_warned_of(models: dict[str, Model], substances: SubstanceContent) -> None:
    assert doses_for(models["kamp_2020"], (written("35 mg", route="im"),), substances).warnings[0].startswith("ASSUMED")


def test_the_shipped_cases_run(capsys: pytest.CaptureFixture[str]) -> None:
    for path in sorted((CONTENT / "cases").glob("*.yaml")):
        assert run([str(path), "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        curve = document["curves"][0]
        assert len(curve["middle"]) == len(document["times_h"])
        assert all(low <= mid <= high for low, mid, high in zip(curve["low"], curve["middle"], curve["high"], strict=True))


def test_a_case_names_model_analyte_site_and_shows_a_second_model() -> None:
    document = simulate_case(read_text(CASE, Case))
    assert "arterial" in document["curves"][0]["label"]
    assert "spread assumed" in document["curves"][0]["label"]
    second = [c for c in document["curves"] if c["is_second"]]
    assert second[0]["site"] == "venous"
    assert "R arm as the S arm" in second[0]["label"]
    assert document["curves"][0]["summary"]["peak"] == pytest.approx(250, abs=8)
    assert document["curves"][0]["summary"]["hours_above"] == pytest.approx(0.88, abs=0.05)
    assert any("within the range of dissociation" in line for line in document["observed"])


def test_an_elder_or_a_child_is_answered_with_a_warning() -> None:
    child = read_text(CASE.replace("age_years: 40", "age_years: 1").replace("weight_kg: 70", "weight_kg: 10"), Case)
    assert any("extrapolation" in w for w in simulate_case(child)["warnings"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("weight_kg: 70", "weight_kg: 0", "not above zero"),
        ("form: base, ", "", "is not said"),
        ("amount: 0.5 mg/kg", "amount: 0.5 mg/kg mg", "FAN-QTY|UCUM"),
        ("amount: 0.5 mg/kg", "amount: 0.5", "not a quantity"),
        ("weight_kg: 70", "weight_kg: .nan", "number|finite"),
        ("until_hours: 24", "until_hours: 0", "above zero"),
        ("output: ketamine", "output: norketamin", "not an output"),
        ("over_minutes: 40", "over_minutes: 40, at_hours: 30", "after the last time"),
        ("until_hours: 24", "until_hours: 24\nmodel: kamp", "no model 'kamp'"),
        ("route: iv", "route: oral", "none is known|no route"),
    ],
)
def test_a_bad_case_is_refused_in_words(old: str, new: str, says: str) -> None:
    import re

    from fanlight.core.errors import FanlightError

    assert old in CASE
    with pytest.raises((FanlightError, ContentError)) as caught:
        simulate_case(read_text(CASE.replace(old, new, 1), Case))
    assert re.search(says, str(caught.value)), str(caught.value)


def test_occupancy_at_200_ng_per_ml_is_as_worked_in_the_reference(effects: EffectContent) -> None:
    assert occupancy(np.array([200.0]), 0.55, 0.5, 237.73)[0] == pytest.approx(0.48, abs=0.005)
    band = occupancy_band(np.array([200.0]), next(o for o in effects.occupancies if o.analyte == "racemic ketamine"))
    assert (band.low[0], band.high[0]) == pytest.approx((0.25, 0.80), abs=0.01)
    assert band.low[0] < band.middle[0] < band.high[0]


def test_half_the_largest_dissociation_at_c50(effects: EffectContent) -> None:
    band = hill_band(np.array([0.0, 100.0, 160.0, 250.0]), effects.dissociation)
    assert band.middle[2] == pytest.approx(0.5)
    assert band.high[1] == pytest.approx(0.5)
    assert band.low[3] == pytest.approx(0.5)
    assert band.middle[0] == 0.0


def test_pressure_at_84_mg_is_the_trials_rise_over_placebo(effects: EffectContent) -> None:
    pressure = next(e for e in effects.linear if "pressure" in e.effect)
    band = linear_band(np.array([73.0, 101.0]), pressure)
    assert band.low[0] <= 7.2 <= band.high[1]
    with pytest.raises(SimulationInputError, match="below zero"):
        linear_band(np.array([-1.0]), pressure)
    with pytest.raises(SimulationInputError, match="not finite"):
        occupancy(np.array([np.nan]), 0.55, 0.5, 237.73)


def test_a_band_is_the_ranks_of_its_persons() -> None:
    curves = np.random.default_rng(3).normal(size=(1001, 17))
    low, middle, high = middle_and_90(curves)
    ordered = np.sort(curves, axis=0)
    assert (low == ordered[50]).all()
    assert (middle == ordered[500]).all()
    assert (high == ordered[950]).all()


def test_a_model_without_spread_gets_no_band(models: dict[str, Model]) -> None:
    course = expected_course(models["clements_1981"], [Dose(0, 35.0, over_h=2 / 3)], np.linspace(0, 5, 21), weight_kg=70, age_years=40)
    assert course.bands[0].low is None
    assert course.bands[0].middle[3] > 0


def test_defaults_cover_their_ages_without_a_gap(substances: SubstanceContent) -> None:
    assert substances.default_for("racemic_ketamine", "iv", 17.9).model == "herd_2007"  # type: ignore[union-attr]
    assert substances.default_for("racemic_ketamine", "iv", 18.0).model == "kamp_2020"  # type: ignore[union-attr]
    assert substances.default_for("esketamine", "nasal", 12.0) is None
    for d in substances.defaults:
        for name in (d.model, d.second_model):
            assert not name or (CONTENT / "models" / f"{name}.yaml").exists()


def test_web_processes_do_not_import_numba() -> None:
    import subprocess
    import sys

    code = "import sys, fanlight.science.pharmacology as p; import fanlight.science.pharmacology.courses; assert 'numba' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_repeated_written_doses(models: dict[str, Model], substances: SubstanceContent) -> None:
    dose = WrittenDose(
        "racemic_ketamine", Quantity.parse("0.5 mg/kg"), "iv", "base", over_minutes=Decimal(40), repeat_every_hours=Decimal(72), times=3
    )
    got = doses_for(models["kamp_2020"], (dose,), substances)
    assert [d.at_h for d in got.doses] == [0, 72, 144]
    with pytest.raises(SimulationInputError, match="repeat_every_hours"):
        doses_for(models["kamp_2020"], (WrittenDose("racemic_ketamine", Quantity.parse("5 mg"), "iv", "base", times=3),), substances)


def test_a_figure_is_drawn(tmp_path: Path) -> None:
    simulate_case(read_text(CASE, Case), tmp_path / "curve.svg")
    assert (tmp_path / "curve.svg").read_text().startswith("<svg")


CASE_FAULTS = [
    ("route: iv", "route: iv, at_hours: 30", "doses[0].at_hours", "after the last time (24 h)"),
    ("route: iv", "route: iv, at_hours: -3", "doses[0].at_hours", "before the curve begins"),
    ("over_minutes: 40", "over_minutes: 40, times: 10, repeat_every_hours: 12", "doses[0].at_hours", "for the last time at 108 h"),
    ("over_minutes: 40", "over_minutes: 40, times: 1000000000, repeat_every_hours: 0.00000001", "doses", "more than 10,000"),
    ("over_minutes: 40", "over_minutes: 40, times: 0", "doses[0].times", "at least once"),
    ("over_minutes: 40", "over_minutes: 40, devices: 0", "doses[0].devices", "not at least one"),
    ("over_minutes: 40", "over_minutes: 40, stopped_after_minutes: 50", "doses[0].stopped_after_minutes", "outside"),
    ("until_hours: 24", "until_hours: 24\nseed: 9223372036854775808", "seed", "whole number"),
    ("100}]", "100}, {output: ketamine, ng_per_ml: 50}]", "above", "two levels"),
]


@pytest.mark.parametrize(("old", "new", "path", "says"), CASE_FAULTS)
def test_a_case_is_refused_by_its_place(old: str, new: str, path: str, says: str) -> None:
    with pytest.raises(ContentError) as found:
        read_text(CASE.replace(old, new), Case)
    assert [(f.path, says in f.reason) for f in found.value.faults] == [(path, True)]


def test_a_case_says_everything_that_is_wrong_at_once() -> None:
    text = (
        CASE.replace("weight_kg: 70", "weight_kg: 0")
        .replace("form: base, ", "")
        .replace("over_minutes: 40", "over_minutes: -4, at_hours: 99")
    )
    with pytest.raises(ContentError) as found:
        read_text(text, Case)
    paths = [f.path for f in found.value.faults]
    assert set(paths) == {"person.weight_kg", "doses[0].form", "doses[0].over_minutes", "doses[0].at_hours"}


@pytest.mark.parametrize(("amount", "devices", "taken", "warned"), [
    ("28 mg", None, 1, False), ("84 mg", None, 3, False), ("84 mg", 3, 3, False),
    ("84 mg", 1, 1, True), ("40 mg", None, 1, True), ("1 mg/kg", None, 1, True),
])  # fmt: skip
def test_devices_follow_from_the_amount_or_are_held_against_it(
    models: dict[str, Model], substances: SubstanceContent, amount: str, devices: int | None, taken: int, warned: bool
) -> None:
    dose = WrittenDose("esketamine", Quantity.parse(amount), "nasal", "base", devices=devices)
    found = doses_for(models["perez_ruixo_2021"], (dose,), substances)
    assert found.doses[0].devices == taken
    assert any("of 28 mg" in w for w in found.warnings) is warned


def test_three_devices_as_hydrochloride_are_three_devices(models: dict[str, Model], substances: SubstanceContent) -> None:
    dose = WrittenDose("esketamine", Quantity.parse("96.9 mg"), "nasal", "hydrochloride")
    found = doses_for(models["perez_ruixo_2021"], (dose,), substances)
    assert (found.doses[0].devices, found.doses[0].amount_mg) == (3, pytest.approx(84.0, rel=3e-4))


def test_a_word_that_the_model_does_not_know_is_said(models: dict[str, Model]) -> None:
    nasal = (
        CASE.replace("racemic_ketamine", "esketamine").replace("0.5 mg/kg", "84 mg").replace("route: iv, over_minutes: 40", "route: nasal")
    )
    nasal = nasal.replace("output: ketamine", "output: esketamine") + "persons: 50\n"
    for race, says in (("Asian", True), ("asian", False), ("other", False)):
        case = read_text(nasal.replace("age_years: 40", f"age_years: 40, race: {race}"), Case)
        assert any("tells apart asian and japanese" in w for w in simulate_case(case)["warnings"]) is says


def test_a_drawing_that_cannot_be_written_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE + "persons: 20\n")
    with pytest.raises(FanlightError, match="FAN-PHAR-013"):
        run([str(tmp_path / "case.yaml"), "--svg", str(tmp_path / "nowhere" / "curve.svg")])


def test_by_mouth_the_two_fold_disagreement_on_the_fraction_is_said(models: dict[str, Model], substances: SubstanceContent) -> None:
    found = doses_for(models["perez_ruixo_2021"], (written("50 mg", drug="esketamine", route="oral"),), substances)
    assert any("disagree two-fold" in w for w in found.warnings)


@pytest.mark.parametrize("name", ["kamp_2020", "otto_2021", "perez_ruixo_2021"])
def test_a_derived_number_is_not_marked_as_seen(models: dict[str, Model], name: str) -> None:
    assert models[name].parameter("ke0").mark.needs_sign_off


def test_no_site_is_named_that_the_source_does_not_name(models: dict[str, Model]) -> None:
    assert models["psilocin_oral"].outputs[0].site.value == "unstated"
