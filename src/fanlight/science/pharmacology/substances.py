"""From a dose as it is written to a dose as a model takes it: salt or base, racemate or enantiomer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from fanlight.core.errors import Fault
from fanlight.core.quantities import Quantity, plain
from fanlight.core.sources import Source
from fanlight.science.pharmacology.errors import SimulationInputError
from fanlight.science.pharmacology.expressions import parse_product
from fanlight.science.pharmacology.models import Model
from fanlight.science.pharmacology.regimens import Dose


@dataclass(frozen=True, slots=True)
class SubstanceForm:
    """A salt form and its molar mass (g/mol)."""

    form: str
    molar_mass: Decimal


@dataclass(frozen=True, slots=True)
class Substance:
    """A drug, its forms, and the enantiomer half of it is (for a racemate)."""

    name: str
    words: str
    molar_mass: Decimal
    forms: tuple[SubstanceForm, ...]
    enantiomer: str = ""


@dataclass(frozen=True, slots=True)
class DefaultModel:
    """Which model to draw for a drug and route at an age, and a second for the spread between models ("" where none is credible)."""

    drug: str
    route: str
    model: str
    minimum_age_years: Decimal
    maximum_age_years: Decimal
    second_model: str = ""


@dataclass(frozen=True, slots=True)
class SubstanceContent:
    """Everything in ``substances.yaml``."""

    substances: tuple[Substance, ...]
    defaults: tuple[DefaultModel, ...]
    sources: tuple[Source, ...]

    def default_for(self, drug: str, route: str, age_years: float) -> DefaultModel | None:
        """The default model, or None where nothing is known for this drug, route and age."""
        for d in self.defaults:
            if (d.drug, d.route) == (drug, route) and float(d.minimum_age_years) <= age_years < float(d.maximum_age_years):
                return d
        return None


@dataclass(frozen=True, slots=True)
class WrittenDose:
    """A dose as it is written down. `form` must be said: "base" or "hydrochloride"; an unlabelled dose is refused.

    `devices` None: as many as the amount comes to, where the model counts devices.
    """

    drug: str
    amount: Quantity
    route: str
    form: str = ""
    at_hours: Decimal = Decimal(0)
    over_minutes: Decimal = Decimal(0)
    devices: int | None = None
    stopped_after_minutes: Decimal | None = None
    repeat_every_hours: Decimal | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class ModelDoses:
    """Doses for a model, and what must be said beside the curve.

    `adds_arms`: a racemate in a model of its S-enantiomer; the curve is both arms added.
    """

    doses: tuple[Dose, ...]
    statements: tuple[str, ...]
    warnings: tuple[str, ...]
    adds_arms: bool = False


def doses_for(model: Model, written: tuple[WrittenDose, ...], content: SubstanceContent) -> ModelDoses:
    """Convert to mg of the model's substance as base; raises `SimulationInputError` with every fault.

    A racemate in a model of its S-enantiomer is taken as two arms of half the dose each, the R arm with the S arm's
    parameters, and added: their clearances differ by about a seventh, which the warning says.
    """
    faults: list[Fault] = []
    doses: list[Dose] = []
    statements: dict[str, None] = {}
    warnings: dict[str, None] = {}
    for k, w in enumerate(written):
        found = _one(model, w, f"doses[{k}]", content, faults, statements, warnings)
        if found is not None:
            doses += [_later(found, i, w) for i in range(max(1, w.times))]
    if faults:
        raise SimulationInputError("FAN-PHAR-010", f"Cannot dose {model.title}", faults)
    adds = any(s.enantiomer == model.dose_of and s.name == w.drug for s in content.substances for w in written)
    return ModelDoses(tuple(doses), tuple(statements), tuple(warnings), adds)


def _later(dose: Dose, number: int, written: WrittenDose) -> Dose:
    gap = float(written.repeat_every_hours or 0)
    return Dose(
        dose.at_h + number * gap, dose.amount_mg, dose.amount_mg_per_kg, dose.over_h, dose.route, dose.devices, dose.stopped_after_h
    )


def _one(
    model: Model,
    w: WrittenDose,
    path: str,
    content: SubstanceContent,
    faults: list[Fault],
    statements: dict[str, None],
    warnings: dict[str, None],
) -> Dose | None:
    before = len(faults)
    substance = next((s for s in content.substances if s.name == w.drug), None)
    if substance is None:
        names = ", ".join(s.name for s in content.substances)
        faults.append(Fault(f"{path}.drug", f"{w.drug!r} is not known.", suggestion=f"Known: {names}."))
        return None
    form = next((f for f in substance.forms if f.form == w.form), None)
    if form is None:
        known = " or ".join(f.form for f in substance.forms)
        said = f"{w.form!r} is not a form of it." if w.form else "is not said: a salt weighs more than the same drug as base."
        faults.append(Fault(f"{path}.form", said, suggestion=f"Write {known}, as the label does."))
    if w.amount.unit not in ("mg", "g", "ug", "mg/kg", "ug/kg"):
        faults.append(Fault(f"{path}.amount", f"{w.amount} is neither a mass nor a mass per kg."))
    elif w.amount.value <= 0:
        faults.append(Fault(f"{path}.amount", f"{w.amount} is not above zero."))
    both_arms = substance.enantiomer == model.dose_of
    if w.drug != model.dose_of and not both_arms:
        faults.append(Fault(f"{path}.drug", f"the model is of {model.dose_of}, not of {w.drug}: they are not interchangeable."))
    if w.route not in {r.name for r in model.routes}:
        faults.append(Fault(f"{path}.route", f"the model has no route {w.route!r}; it has {', '.join(r.name for r in model.routes)}."))
    elif model.route(w.route).is_assumed:
        note = model.route(w.route).note.rstrip(".")
        warnings[f"ASSUMED: this model's {w.route} route is not a population estimate. {note}."] = None
    elif model.route(w.route).note:
        warnings[f"{model.route(w.route).note.rstrip('.')}."] = None
    if w.times < 1 or (w.times > 1 and not (w.repeat_every_hours and w.repeat_every_hours > 0)):
        faults.append(Fault(f"{path}.times", "a repeated dose needs repeat_every_hours above zero."))
    if len(faults) > before or form is None:
        return None
    share = substance.molar_mass / form.molar_mass
    per_kg = w.amount.unit.endswith("/kg")
    exact = float(w.amount.exact_in("mg/kg" if per_kg else "mg")) * float(share)
    if share == 1:
        statements[f"{w.amount} {substance.words}, as base."] = None
    else:
        shown = plain(Decimal(str(round(exact, 4))))
        statements[f"{w.amount} {substance.words} {form.form} is {shown} {'mg/kg' if per_kg else 'mg'} as base."] = None
    if both_arms:
        warnings[
            f"{model.title} is of {model.dose_of} alone: half the racemic dose goes to each arm, and the R arm is taken "
            "to follow the S arm (R is cleared about a seventh more slowly). Read it as a spread between models, not as an estimate."
        ] = None
    stopped = float(w.stopped_after_minutes) / 60.0 if w.stopped_after_minutes is not None else None
    devices = _devices(model, w, None if per_kg else exact, warnings)
    return Dose(
        float(w.at_hours), 0.0 if per_kg else exact, exact if per_kg else 0.0, float(w.over_minutes) / 60.0, w.route, devices, stopped
    )


def _devices(model: Model, w: WrittenDose, mg: float | None, warnings: dict[str, None]) -> int:
    """How many devices a dose is, where the model's route counts them; a number that does not fit the amount is said, not mended."""
    effect = model.device_effect
    if effect is None or not any(effect.parameter in parse_product(arm.fraction).names for arm in model.route(w.route).arms):
        return w.devices or 1
    each = float(effect.mg_per_device)
    fits = 0 if mg is None or abs(mg / each - round(mg / each)) > 0.005 else round(mg / each)
    if fits and w.devices in (None, fits):
        return fits
    taken = w.devices or 1
    comes_to = f"{fits} devices" if fits else "no whole number of devices"
    warnings[f"{w.amount} is {comes_to} of {each:g} mg: the curve takes the share absorbed of {taken}."] = None
    return taken
