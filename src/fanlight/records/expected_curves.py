"""The expected course of a dose for one person, from the content's models: what `fanlight simulate` prints and the pages draw.

Imports of the engine stand inside functions: it compiles on first use, and stays out of the web process.
"""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fanlight.core.errors import FanlightError, Fault
from fanlight.science.pharmacology.errors import refuse
from fanlight.science.pharmacology.substances import WrittenDose

if TYPE_CHECKING:
    from fanlight.science.pharmacology.models import Model

T = TypeVar("T")
MOST_DOSES = 10_000


@dataclass(frozen=True, slots=True)
class CasePerson:
    """Whom the curve is for. Words as published: race (asian, japanese, other), cyp2b6 and sex where a model uses them."""

    weight_kg: Decimal
    age_years: Decimal
    race: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A concentration (ng/mL) of an output whose time above is asked."""

    output: str
    ng_per_ml: Decimal


@dataclass(frozen=True, slots=True)
class Case:
    """A case file: a person, doses, how long to look, and how. Without `model`, the default for drug, route and age.

    `with_residual_error` adds the band of readings a laboratory would give, where the model's error was published.
    """

    person: CasePerson
    doses: tuple[WrittenDose, ...]
    until_hours: Decimal
    every_minutes: Decimal = Decimal(5)
    model: str = ""
    second_model: str = ""
    persons: int = 1000
    seed: int = 1
    above: tuple[Level, ...] = ()
    with_residual_error: bool = False
    parent_only: bool = False
    """Only each model's first output, the drug where it is sampled: quicker, for a page that shows no more."""

    def __post_init__(self) -> None:
        faults = []
        if not self.doses:
            faults.append(Fault("doses", "needs at least one."))
        if self.person.weight_kg <= 0:
            faults.append(Fault("person.weight_kg", f"{self.person.weight_kg} is not above zero."))
        if self.person.age_years < 0:
            faults.append(Fault("person.age_years", f"{self.person.age_years} is below zero."))
        if self.until_hours <= 0 or self.every_minutes <= 0:
            faults.append(Fault("until_hours", "the time looked at, and the step, must be above zero."))
        elif self.until_hours * 60 / self.every_minutes > 200_000:
            faults.append(Fault("every_minutes", "gives more than 200,000 times."))
        if not 1 <= self.persons <= 1_000_000:
            faults.append(Fault("persons", "must be 1 to 1,000,000."))
        if not 0 <= self.seed < 2**63:
            faults.append(Fault("seed", "must be a whole number from 0 to 2^63 - 1."))
        if len({level.output for level in self.above}) != len(self.above):
            faults.append(Fault("above", "asks for two levels of one output: give one."))
        faults += [
            Fault(f"above[{k}].ng_per_ml", f"{a.ng_per_ml} is not above zero.") for k, a in enumerate(self.above) if a.ng_per_ml <= 0
        ]
        for k, dose in enumerate(self.doses):
            faults += _dose_faults(f"doses[{k}]", dose, self.until_hours)
        if sum(max(dose.times, 1) for dose in self.doses) > MOST_DOSES:
            faults.append(Fault("doses", f"come to more than {MOST_DOSES:,}."))
        refuse("this case", faults)


def _dose_faults(path: str, dose: WrittenDose, until_hours: Decimal) -> list[Fault]:
    """What is wrong with a written dose whatever it is a dose of."""
    faults = []
    if not dose.form:
        faults.append(
            Fault(f"{path}.form", "is not said: a salt weighs more than the same drug as base.", suggestion="Write it as the label does.")
        )
    if dose.amount.value <= 0:
        faults.append(Fault(f"{path}.amount", f"{dose.amount} is not above zero."))
    if dose.over_minutes < 0:
        faults.append(Fault(f"{path}.over_minutes", f"{dose.over_minutes} is below zero."))
    if dose.stopped_after_minutes is not None and not 0 <= dose.stopped_after_minutes <= max(dose.over_minutes, Decimal(0)):
        faults.append(Fault(f"{path}.stopped_after_minutes", f"{dose.stopped_after_minutes} is outside the time it was to run."))
    if dose.devices is not None and dose.devices < 1:
        faults.append(Fault(f"{path}.devices", f"{dose.devices} is not at least one."))
    if dose.times < 1 or (dose.times > 1 and not (dose.repeat_every_hours and dose.repeat_every_hours > 0)):
        faults.append(Fault(f"{path}.times", "a repeated dose needs to be given at least once, with repeat_every_hours above zero."))
        return faults
    last = dose.at_hours + (dose.times - 1) * (dose.repeat_every_hours or Decimal(0))
    if dose.at_hours < 0:
        faults.append(Fault(f"{path}.at_hours", f"{dose.at_hours} is before the curve begins, at 0 h."))
    if last > until_hours:
        which = "is given" if dose.times == 1 else "is given for the last time"
        faults.append(Fault(f"{path}.at_hours", f"{which} at {last} h, after the last time ({until_hours} h)."))
    return faults


def simulate_case(case: Case, svg: Path | None = None) -> dict[str, Any]:
    """Everything a case asks for, as plain values."""
    import numpy as np

    from fanlight.content import content_folder
    from fanlight.science.pharmacology.courses import beside_observed, effects_of, expected_course
    from fanlight.science.pharmacology.effects import EffectContent
    from fanlight.science.pharmacology.shapes import leading_to
    from fanlight.science.pharmacology.substances import SubstanceContent, doses_for

    folder = content_folder() / "pharmacology"
    substances = _read_once(folder / "substances.yaml", SubstanceContent)
    effects = _read_once(folder / "effects.yaml", EffectContent)
    names = _models_of(case, substances)
    times = np.arange(0.0, float(case.until_hours) + 1e-9, float(case.every_minutes) / 60.0)
    curves: list[dict[str, Any]] = []
    drawn: list[dict[str, Any]] = []
    statements: dict[str, None] = {}
    warnings: dict[str, None] = {}
    observed: list[str] = []
    ranges: list[Any] = []
    models = {name: _read_model(folder, name) for name in names}
    if case.parent_only:
        models = {name: leading_to(model, model.output_names[:1]) for name, model in models.items()}
    known = {output for model in models.values() for output in model.output_names}
    refuse(
        "this case", [Fault("above", f"{a.output!r} is not an output of {', '.join(names)}.") for a in case.above if a.output not in known]
    )
    for place, (name, model) in enumerate(models.items()):
        given = doses_for(model, case.doses, substances)
        who = {"weight_kg": float(case.person.weight_kg), "age_years": float(case.person.age_years)}
        words = {"race": case.person.race, "sex": case.person.sex}
        course = expected_course(
            model,
            given.doses,
            times,
            **who,
            categories=words,
            persons=case.persons,
            seed=case.seed,
            adds_arms=given.adds_arms,
            with_residual_error=case.with_residual_error,
        )
        statements |= dict.fromkeys(given.statements)
        warnings |= dict.fromkeys((*given.warnings, *course.warnings))
        summed = _summaries(model, given.doses, case)
        for band in course.bands:
            linked = {} if given.adds_arms else effects_of(band, effects)
            extra = {title: [b.low.tolist(), b.middle.tolist(), b.high.tolist()] for title, b in linked.items()}
            curves.append(_curve(name, band, summed.get(band.output.name), extra, place))
        if place == 0:
            observed += beside_observed(course.bands[0], effects.observed)
            ranges = [r for r in effects.observed if r.analyte == course.bands[0].output.analyte]
        drawn.append(
            {"label": course.bands[0].label, "low": course.bands[0].low, "middle": course.bands[0].middle, "high": course.bands[0].high}
        )
    if svg is not None:
        from fanlight.science.pharmacology.figures import curve_figure

        try:
            svg.write_text(curve_figure(times, drawn, "ng/mL"), encoding="utf-8")
        except OSError as problem:
            raise FanlightError(
                "FAN-PHAR-013", f"Cannot draw into {svg}", problem.strerror or "", "Give a file in a folder that can be written."
            ) from problem
    if len(names) < 2:
        warnings["Only one model is known for this drug and route: the spread between models is not shown."] = None
    return {
        "times_h": times.tolist(),
        "curves": curves,
        "statements": list(statements),
        "observed": observed,
        "ranges": [{"words": r.words, "low": float(r.low_ng_per_ml), "high": float(r.high_ng_per_ml)} for r in ranges],
        "warnings": list(warnings),
        "persons": case.persons,
        "seed": case.seed,
    }


@functools.cache
def _read_once(path: Path, kind: type[T]) -> T:
    from fanlight.content import read

    return read(path, kind)


def _read_model(folder: Path, name: str) -> Model:
    from fanlight.science.pharmacology.models import Model

    path = folder / "models" / f"{name}.yaml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in (folder / "models").glob("*.yaml")))
        raise FanlightError("FAN-PHAR-011", "Cannot simulate this case", f"there is no model {name!r}", f"Models: {known}.")
    return _read_once(path, Model)


def _models_of(case: Case, substances: Any) -> list[str]:
    if case.model:
        return [name for name in (case.model, case.second_model) if name]
    first = case.doses[0]
    found = substances.default_for(first.drug, first.route, float(case.person.age_years))
    if found is None:
        raise FanlightError(
            "FAN-PHAR-012",
            "Cannot choose a model for this case",
            f"none is known for {first.drug} by {first.route} at this age",
            "Name a model in the case; it will be answered as an extrapolation where it is one.",
        )
    return [name for name in (found.model, case.second_model or found.second_model) if name]


def _summaries(model: Model, doses: Any, case: Case) -> dict[str, dict[str, Any]]:
    """Median and middle 90 % of each summary, without a grid, where the model's parameters stay as they are."""
    import numpy as np

    from fanlight.science.pharmacology.compiled import on_one_thread
    from fanlight.science.pharmacology.people import Individuals, alike
    from fanlight.science.pharmacology.summaries import summaries

    varies = any(p.between is not None or p.within is not None for p in model.parameters)
    changes = any(f.rise_percent_per_hour for f in model.flows) or (len(doses) > 1 and any(p.within for p in model.parameters))
    if changes:
        return {}
    people = alike(
        case.persons if varies else 1,
        float(case.person.weight_kg),
        float(case.person.age_years),
        race=case.person.race,
        sex=case.person.sex,
    )
    individuals = Individuals.draw(model, people, case.seed) if varies else Individuals.typical(model, people)
    asked = {level.output: float(level.ng_per_ml) for level in case.above if level.output in model.output_names}
    result = {}
    with on_one_thread() if case.persons <= 10_000 else contextlib.nullcontext():
        summed = summaries(model, doses, individuals, float(case.until_hours), asked)
    for name, s in summed.items():
        low, middle, high = np.quantile(s.peak, (0.05, 0.5, 0.95)).tolist()
        result[name] = {
            "peak": middle,
            "peak_low": low if varies else None,
            "peak_high": high if varies else None,
            "time_of_peak_h": float(np.median(s.time_of_peak_h)),
            "area": float(np.median(s.area)),
            "level": asked.get(name),
            "hours_above": float(np.median(s.hours_above)) if name in asked else None,
        }
    return result


def _curve(model: str, band: Any, summary: dict[str, Any] | None, effects: dict[str, Any], place: int) -> dict[str, Any]:
    if summary is None:  # read off the grid where no closed summary exists
        k = int(band.middle.argmax())
        summary = {
            "peak": float(band.middle[k]),
            "peak_low": float(band.low.max()) if band.low is not None else None,
            "peak_high": float(band.high.max()) if band.high is not None else None,
            "time_of_peak_h": None,
            "area": None,
            "level": None,
            "hours_above": None,
        }
    if not band.output.is_usable_for_auc:
        summary = {**summary, "area": None}
    return {
        "model": model,
        "is_second": place > 0,
        "label": band.label,
        "output": band.output.name,
        "analyte": band.output.analyte,
        "site": band.output.site.value,
        "unit": band.output.unit,
        "low": band.low.tolist() if band.low is not None else None,
        "middle": band.middle.tolist(),
        "high": band.high.tolist() if band.high is not None else None,
        "measured_low": band.measured_low.tolist() if band.measured_low is not None else None,
        "measured_high": band.measured_high.tolist() if band.measured_high is not None else None,
        "summary": summary,
        "effects": effects,
    }
