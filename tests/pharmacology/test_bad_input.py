"""What cannot be simulated is refused with every fault, before any kernel sees it; what is merely empty is answered."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fanlight.content import content_folder, read
from fanlight.science.pharmacology import SimulationInputError, solve
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.people import Individuals, People, alike
from fanlight.science.pharmacology.regimens import Dose
from fanlight.science.pharmacology.summaries import summaries

TIMES = [0.0, 1.0, 2.0]
DRIP = Dose(0, amount_mg=35, over_h=2 / 3)


@pytest.fixture(scope="module")
def kamp() -> Model:
    return read(content_folder() / "pharmacology" / "models" / "kamp_2020.yaml", Model)


def people(model: Model, **changed: float) -> Individuals:
    typical = Individuals.typical(model, alike(3, 70, 40))
    parameters = {name: values.copy() for name, values in typical.parameters.items()}
    for name, value in changed.items():
        parameters[name][1] = value  # one person among three
    return Individuals(typical.people, parameters, None)


PERSONS = [
    ("CL", -84.0, "below zero"),
    ("CL", math.nan, "not finite"),
    ("V1", 0.0, "divided by it"),
    ("V1", math.inf, "not finite"),
    ("Q3", -1.0, "below zero"),
]


@pytest.mark.parametrize(("name", "value", "says"), PERSONS)
def test_one_person_with_a_wrong_parameter_is_named_before_anything_is_computed(kamp, name, value, says):
    wrong = people(kamp, **{name: value})
    for ask in (lambda: kamp.simulate([DRIP], TIMES, wrong), lambda: summaries(kamp, [DRIP], wrong, 24.0)):
        with pytest.raises(SimulationInputError) as found:
            ask()
        assert [fault.path for fault in found.value.faults] == [f"parameters[{name!r}]"]
        assert says in found.value.faults[0].reason


def test_all_faults_come_at_once(kamp):
    wrong = people(kamp, CL=-1.0, V2=math.nan)
    with pytest.raises(SimulationInputError) as found:
        kamp.simulate([Dose(math.nan, amount_mg=1), Dose(0, amount_mg=1, route="by spoon")], TIMES, wrong)
    paths = [fault.path for fault in found.value.faults]
    assert paths == ["regimen[0]", "parameters['CL']", "parameters['V2']", "regimen[1]"]


def test_a_parameter_that_is_missing_or_of_another_length_is_named(kamp):
    whole = people(kamp)
    short = {**whole.parameters, "CL": whole.parameters["CL"][:2]}
    less = {name: values for name, values in whole.parameters.items() if name != "CL"}
    for parameters in (short, less):
        with pytest.raises(SimulationInputError, match="CL"):
            kamp.simulate([DRIP], TIMES, Individuals(whole.people, parameters, None))


def test_no_clearance_at_all_is_answered_and_keeps_every_mg(kamp):
    typical = people(kamp)
    kept = Individuals(typical.people, {**typical.parameters, "CL": np.zeros(3)}, None)
    found = kamp.simulate([DRIP], [1000.0], kept)[0]
    volumes = sum(float(typical.parameters[name][0]) for name in ("V1", "V2", "V3"))
    assert found[0, 0] == pytest.approx(35 / volumes * 1000, rel=1e-9)


def test_nothing_given_and_nobody_there_are_answered(kamp):
    assert (kamp.simulate([], TIMES, people(kamp))[0] == 0.0).all()
    nobody = Individuals.typical(kamp, alike(0, 70, 40))
    assert kamp.simulate([DRIP], TIMES, nobody)[0].shape == (0, 3)
    assert summaries(kamp, [DRIP], nobody, 24.0)["ketamine"].peak.shape == (0,)


def test_an_infusion_stopped_at_once_or_of_no_length_gives_nothing(kamp):
    aborted = Dose(0, amount_mg=35, over_h=2 / 3, stopped_after_h=0.0)
    assert (kamp.simulate([aborted], TIMES, people(kamp))[0] == 0.0).all()
    assert (solve([[-1.0]], [], [(1.0, 1.0, 0, 50.0)], [0], TIMES) == 0.0).all()


def test_arrays_of_numpy_are_taken_as_rows_and_states():
    matrix = np.array([[-2.0, 0.0], [1.0, -1.0]])
    rows = solve(
        matrix=matrix, boluses=np.array([[0.0, 0.0, 10.0]]), infusions=np.zeros((0, 4)), outputs=np.array([0, 1]), times=np.array(TIMES)
    )
    assert (rows == solve(matrix, [(0.0, 0, 10.0)], [], [0, 1], TIMES)).all()


DWARFED = [
    # one rate dwarfs the others by nine decades: CL, V1, Q2, V2, Q3, V3, ke0
    (0.00225939662140292, 6.109828349417541, 0.0017044681351842039, 9.807391987104154, 421.8245642648982, 0.001710876852844874, 0.0004),
    (75.7083135109083, 0.00406217199579629, 0.008339909835267854, 0.566030796353649, 1.2570690354835727, 568.4473699747717, 0.00337),
    (199.81451971844743, 0.0012422209567284849, 0.0013700517448314638, 552.747493105456, 381.445108881736, 408.5283334, 1.9716879),
]


@pytest.mark.parametrize("values", DWARFED)
def test_a_rate_that_dwarfs_the_others_leaves_the_slow_ones_exact(kamp, values):
    names = ("CL", "V1", "Q2", "V2", "Q3", "V3", "ke0")
    cl, v1, q2, v2, q3, v3, ke0 = values
    typical = Individuals.typical(kamp, alike(1, 70, 40))
    one = Individuals(typical.people, {**typical.parameters, **{n: np.array([v]) for n, v in zip(names, values, strict=True)}}, None)
    times = np.linspace(0, 200, 801)
    matrix = [
        [-(cl + q2 + q3) / v1, q2 / v2, q3 / v3, 0.0],
        [q2 / v1, -q2 / v2, 0.0, 0.0],
        [q3 / v1, 0.0, -q3 / v3, 0.0],
        [ke0, 0.0, 0.0, -ke0],
    ]
    exact = solve(matrix, [], [(0.0, 2 / 3, 0, 52.5)], [(0, v1, 1000.0), (3, v1, 1000.0)], times)
    found = kamp.simulate([DRIP], times, one)
    for k in range(2):
        assert np.abs(found[k][0] - exact[k]).max() <= 1e-10 * exact[k].max()


TWO_STATES = [[-2.0, 0.0], [1.0, -1.0]]
NO_NUMBERS = [
    ("matrix", {"matrix": [["-1"]]}),
    ("matrix", {"matrix": np.array([[-1 + 1j]])}),
    ("matrix", {"matrix": np.ma.array([[-1.0]], mask=[[True]])}),
    ("times", {"times": ["0", "1"]}),
    ("times", {"times": [False, True]}),
    ("times", {"times": np.array(["2026-01-01"], dtype="datetime64[D]")}),
    ("boluses", {"boluses": None}),
    ("boluses", {"boluses": "abc"}),
    ("infusions", {"infusions": 5}),
    ("outputs", {"outputs": None}),
    ("boluses[0]", {"boluses": [("0", 0, 5.0)]}),
    ("boluses[0]", {"boluses": [(0.0, False, 5.0)]}),
    ("outputs", {"boluses": [(0.0, 0, 1e306)]}),
]


@pytest.mark.parametrize(("path", "changed"), NO_NUMBERS)
def test_what_is_no_number_is_refused_by_its_place(path, changed):
    asked = {"matrix": [[-1.0]], "boluses": [(0.0, 0, 5.0)], "infusions": [], "outputs": [0], "times": TIMES} | changed
    with pytest.raises(SimulationInputError) as found:
        solve(**asked)
    assert [fault.path for fault in found.value.faults] == [path]


def test_a_matrix_that_cannot_be_read_does_not_hide_what_else_is_wrong():
    with pytest.raises(SimulationInputError) as found:
        solve("x", [(9.0, 3, -1.0)], [(2.0, 1.0, 0, -5.0)], [(0, 0.0)], [0.0, 1.0])
    assert [f.path for f in found.value.faults] == [
        "matrix", "boluses[0]", "boluses[0]", "infusions[0]", "infusions[0]", "infusions[0]", "outputs[0]",
    ]  # fmt: skip


REGIMENS = [
    (DRIP, "regimen", "not a list"),
    ([None], "regimen[0]", "is not a dose"),
    ([(0, 35)], "regimen[0]", "is not a dose"),
    ([Dose(0, amount_mg="35")], "regimen[0]", "not a plain number"),
    ([Dose(0, amount_mg=35, devices=1.5)], "regimen[0]", "whole number of devices"),
    ([Dose(0, amount_mg=35, over_h=1, stopped_after_h=math.nan)], "regimen[0]", "not finite"),
]


@pytest.mark.parametrize(("regimen", "path", "says"), REGIMENS)
def test_a_regimen_that_is_none_is_refused_by_its_place(kamp, regimen, path, says):
    for ask in (lambda: kamp.simulate(regimen, TIMES, people(kamp)), lambda: summaries(kamp, regimen, people(kamp), 24.0)):
        with pytest.raises(SimulationInputError) as found:
            ask()
        assert found.value.faults[0].path == path
        assert says in found.value.faults[0].reason


def unwritable() -> np.ndarray:
    array = np.empty((3, 3))
    array.flags.writeable = False
    return array


SAME = np.empty((3, 3))
OUTS = [
    ([unwritable(), np.empty((3, 3))], ["out[0]"]),
    ([SAME, SAME], ["out"]),
    (7, ["out"]),
    ("ab", ["out"]),
    ([np.empty((3, 3), order="F"), np.empty((3, 3), np.float32), SAME], ["out[0]", "out[1]", "out"]),
]


@pytest.mark.parametrize(("out", "paths"), OUTS)
def test_arrays_that_cannot_be_written_into_are_refused(kamp, out, paths):
    with pytest.raises(SimulationInputError) as found:
        kamp.simulate([DRIP], TIMES, people(kamp), out=out)
    assert [fault.path for fault in found.value.faults] == paths


def test_bad_times_do_not_hide_a_bad_dose(kamp):
    with pytest.raises(SimulationInputError) as found:
        kamp.simulate([Dose(5, amount_mg=-1, over_h=-1, devices=0)], [2.0, 1.0], people(kamp))
    assert [fault.path for fault in found.value.faults] == ["times[1]", *["regimen[0]"] * 4]


def test_persons_are_read_from_lists_and_refused_by_what_is_wrong():
    assert People([70, 80], [40, 50]).weight_kg.dtype == np.float64
    wrong = [
        (lambda: alike(1, "x", 40), ["weight_kg"]),
        (lambda: alike(2, -5, -3), ["weight_kg", "age_years"]),
        (lambda: alike(-1, 70, 40), ["count"]),
        (lambda: alike(1, 70, 40, rase="asian"), ["categories['rase']"]),
        (lambda: People(np.ones(3) * 70, np.ones(3) * 40, {"race": np.array(["asian"])}), ["categories['race']"]),
    ]
    for ask, paths in wrong:
        with pytest.raises(SimulationInputError) as found:
            ask()
        assert [fault.path for fault in found.value.faults] == paths


@pytest.mark.parametrize(
    ("seed", "first", "path"), [(2**63, 0, "seed"), (-1, 0, "seed"), (1.5, 0, "seed"), ("a", 0, "seed"), (1, -1, "first")]
)
def test_a_seed_that_does_not_count_is_refused(kamp, seed, first, path):
    with pytest.raises(SimulationInputError) as found:
        Individuals.draw(kamp, alike(1, 70, 40), seed, first)
    assert [fault.path for fault in found.value.faults] == [path]


@pytest.mark.parametrize(("until", "above", "path"), [("a", {}, "until_h"), (24.0, [5.0], "above"), (24.0, {"ketamine": "x"}, "above")])
def test_summaries_refuse_what_is_no_time_and_no_level(kamp, until, above, path):
    with pytest.raises(SimulationInputError) as found:
        summaries(kamp, [DRIP], people(kamp), until, above)
    assert [fault.path for fault in found.value.faults] == [path]
