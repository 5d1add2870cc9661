"""Persons: what is known of them, and their parameters, drawn by counting.

A person's draws depend on the seed and the person's number alone (see `streams`), so that person 123,456 is the
same in any chunk, process or machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fanlight.core.errors import Fault
from fanlight.science.pharmacology.errors import PharmacologyError, refuse
from fanlight.science.pharmacology.expressions import parse_product
from fanlight.science.pharmacology.linear_checks import numbers
from fanlight.science.pharmacology.models import Model, Parameter, Spread

Floats = NDArray[np.float64]
Words = NDArray[np.str_]
KNOWN_CATEGORIES = ("sex", "race", "cyp2b6")
BETWEEN_PERSONS = 1
COVARIATES = 2
FIRST_OCCASION = 1_000
BLOCK = 32_768
"""Persons worked on at once: what is needed only on the way to a result then stays small, however many they are."""


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """What is known of N persons. Shapes (N,): weight_kg, age_years; words in `categories` (sex, race, cyp2b6), each (N,)."""

    weight_kg: Floats
    age_years: Floats
    categories: Mapping[str, Words] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        for name in ("weight_kg", "age_years"):
            object.__setattr__(self, name, numbers(name, getattr(self, name), faults))
        if not faults and (self.weight_kg.shape != self.age_years.shape or self.weight_kg.ndim != 1):
            faults.append(Fault("people", "weights and ages are not lists of one length."))
        for name, values in (("weight_kg", self.weight_kg), ("age_years", self.age_years)):
            if not np.isfinite(values).all():
                faults.append(Fault(name, "holds a number that is not finite (NaN or infinity)."))
            elif name == "weight_kg" and (values <= 0.0).any():
                faults.append(Fault(name, f"{values.min():g} is not above zero."))
            elif (values < 0.0).any():
                faults.append(Fault(name, f"{values.min():g} is below zero."))
        for name, words in self.categories.items():
            if name not in KNOWN_CATEGORIES:
                faults.append(Fault(f"categories[{name!r}]", f"is not one of {', '.join(KNOWN_CATEGORIES)}."))
            elif np.shape(words) != self.weight_kg.shape:
                faults.append(Fault(f"categories[{name!r}]", f"is not one word for each of {self.weight_kg.size} persons."))
        refuse("these persons", faults)

    @property
    def count(self) -> int:
        """How many."""
        return int(self.weight_kg.size)


def alike(count: int, weight_kg: float, age_years: float, **categories: str) -> People:
    """`count` persons with the same covariates."""
    if count < 0:
        refuse("these persons", [Fault("count", f"{count} is below zero.")])
    words = {name: np.full(count, value) for name, value in categories.items() if value}
    return People(np.full(count, weight_kg), np.full(count, age_years), words)


@dataclass(frozen=True, slots=True, eq=False)
class Individuals:
    """Persons with their parameters for one model: `parameters[name]` (N,), in L, h and plain numbers.

    `seed` None means typical persons: nothing varies, between or within them.
    """

    people: People
    parameters: Mapping[str, Floats]
    seed: int | None
    first: int = 0

    @property
    def count(self) -> int:
        """How many."""
        return self.people.count

    @classmethod
    def typical(cls, model: Model, people: People) -> Individuals:
        """Persons with the model's typical parameters for their covariates."""
        return cls(people, {p.name: typical_value(model, p, people) for p in model.parameters}, None)

    @classmethod
    def draw(cls, model: Model, people: People, seed: int, first: int = 0) -> Individuals:
        """Persons number first, first + 1, ... of the stream `seed`, varied between persons as the model says.

        Raises `SimulationInputError` where seed or first is not a whole number from 0 to 2^63 - 1.
        """
        whole = [(name, n) for name, n in (("seed", seed), ("first", first)) if not _is_countable(n)]
        refuse(model.title, [Fault(name, f"{n!r} is not a whole number from 0 to 2^63 - 1.") for name, n in whole])
        from fanlight.science.pharmacology.streams import normals

        varied = [p for p in model.parameters if p.between is not None]
        typical = {p.name: typical_value(model, p, people) for p in model.parameters}
        if not varied:
            return cls(people, typical, seed, first)
        root = _covariance_root(model, varied)
        for begin, end in blocks(people.count):
            z = normals(seed, BETWEEN_PERSONS, first + begin, end - begin, len(varied))
            for k, parameter in enumerate(varied):
                eta = np.zeros(end - begin)
                for j in range(k + 1):
                    if root[k, j] != 0.0:
                        eta = eta + root[k, j] * z[:, j]
                assert parameter.between is not None
                values = typical[parameter.name]
                values[begin:end] = spread_out(values[begin:end], eta, parameter.between.spread)
        return cls(people, typical, seed, first)

    def part(self, begin: int, end: int) -> Individuals:
        """Persons `begin` to before `end` of these, looking at the same numbers."""
        known = self.people
        people = People(known.weight_kg[begin:end], known.age_years[begin:end], {k: v[begin:end] for k, v in known.categories.items()})
        return Individuals(people, {k: v[begin:end] for k, v in self.parameters.items()}, self.seed, self.first + begin)


def _is_countable(number: object) -> bool:
    return isinstance(number, (int, np.integer)) and not isinstance(number, bool) and 0 <= int(number) < 2**63


def blocks(count: int) -> list[tuple[int, int]]:
    """`count` persons as (begin, end) of at most `BLOCK` each."""
    return [(begin, min(begin + BLOCK, count)) for begin in range(0, count, BLOCK)]


def individual_faults(model: Model, individuals: Individuals) -> list[Fault]:
    """What is wrong with persons' parameters for this model: missing, not one a person, not finite, below zero, or a volume of zero."""
    products = [parse_product(text) for text in (*(f.rate for f in model.flows), *(o.volume for o in model.outputs))]
    divided = {name for product in products for name in product.over}
    divided |= {name for o in model.outputs for name in parse_product(o.volume).names}
    faults = []
    for parameter in model.parameters:
        path = f"parameters[{parameter.name!r}]"
        values = individuals.parameters.get(parameter.name)
        if values is None or np.shape(values) != (individuals.count,):
            faults.append(Fault(path, f"is not one number for each of {individuals.count} persons."))
            continue
        if not individuals.count:
            continue
        least, most = float(np.min(values)), float(np.max(values))  # NaN passes through both
        if not np.isfinite(least + most):
            faults.append(Fault(path, "holds a number that is not finite (NaN or infinity)."))
        elif least < 0.0:
            faults.append(Fault(path, f"{least:g} is below zero."))
        elif least == 0.0 and parameter.name in divided:
            faults.append(Fault(path, "is zero, and a rate or a concentration is divided by it."))
    return faults


def in_occasion(model: Model, individuals: Individuals, occasion: int) -> Mapping[str, Floats]:
    """The persons' parameters in one occasion (0, 1, ...): varied within the person where the model says so."""
    from fanlight.science.pharmacology.streams import normals

    varied = [p for p in model.parameters if p.within is not None]
    if not varied or individuals.seed is None:
        return individuals.parameters
    z = normals(individuals.seed, FIRST_OCCASION + occasion, individuals.first, individuals.count, len(varied))
    result = dict(individuals.parameters)
    for k, parameter in enumerate(varied):
        assert parameter.within is not None
        result[parameter.name] = spread_out(result[parameter.name], parameter.within.deviation * z[:, k], parameter.within.spread)
    return result


def spread_out(value: Floats, eta: Floats, spread: Spread) -> Floats:
    """`value` moved by `eta` on the log or the logit scale."""
    from fanlight.science.pharmacology.elementary_arrays import exp_of

    factor = exp_of(eta)
    if spread is Spread.LOG_NORMAL:
        return value * factor
    odds = value / (1.0 - value) * factor
    return odds / (1.0 + odds)


def typical_value(model: Model, parameter: Parameter, people: People) -> Floats:
    """A parameter of the typical person with these covariates, in L, h and plain numbers. Shape (N,)."""
    from fanlight.science.pharmacology.elementary_arrays import power_of

    value = np.full(people.count, in_hours_and_litres(parameter))
    if parameter.value.unit.endswith("/kg"):
        value = value * people.weight_kg
    if parameter.weight_exponent == 1:
        value = value * (people.weight_kg / 70.0)
    elif parameter.weight_exponent != 0:
        value = value * power_of(people.weight_kg / 70.0, float(parameter.weight_exponent))
    for effect in model.covariate_effects:
        if effect.parameter != parameter.name:
            continue
        if effect.equals:
            known = people.categories.get(effect.covariate)
            if known is not None:
                value = np.where(known == effect.equals, value * float(effect.times), value)
        elif effect.above is not None and effect.add_per_unit is not None:
            beyond = np.maximum(people.age_years - float(effect.above), 0.0)
            value = value + beyond * float(effect.add_per_unit.exact_in("L/h"))
    if (value < 0.0).any():
        raise PharmacologyError(
            "FAN-PHAR-005", f"Cannot use {model.title}", f"{parameter.name} falls below zero for these persons", "Check age and weight."
        )
    return value


_UNITS = ("L/h", "L", "/h", "h", "1", "L/kg", "L/h/kg")


def in_hours_and_litres(parameter: Parameter) -> float:
    """The published number in L, h and their quotients (per kg where it was published so)."""
    from fanlight.core.quantities import QuantityError

    for unit in _UNITS:
        try:
            return float(parameter.value.exact_in(unit))
        except QuantityError:
            continue
    raise PharmacologyError("FAN-PHAR-006", f"Cannot use the parameter {parameter.name}", f"its unit is {parameter.value.unit!r}", "")


def _covariance_root(model: Model, varied: list[Parameter]) -> Floats:
    place = {p.name: k for k, p in enumerate(varied)}
    matrix = np.diag([p.between.deviation**2 for p in varied if p.between is not None])
    for covariance in model.covariances:
        a, b = (place[name] for name in covariance.parameters)
        matrix[a, b] = matrix[b, a] = float(covariance.value)
    root = np.zeros_like(matrix)
    for i in range(len(varied)):  # Cholesky by hand: a library's differs between machines in the last bit
        for j in range(i + 1):
            left = float(matrix[i, j]) - sum(float(root[i, k]) * float(root[j, k]) for k in range(j))
            if i == j and left < -1e-12 * float(matrix[i, i]):
                raise PharmacologyError("FAN-PHAR-007", f"Cannot use {model.title}", "its covariances contradict one another", "")
            if i == j:
                root[i, i] = max(left, 0.0) ** 0.5
            elif root[j, j] > 0.0:
                root[i, j] = left / float(root[j, j])
    return root


def population_warnings(model: Model, people: People) -> list[str]:
    """Plain words for persons outside the population the model was made from."""
    p = model.population
    checks = (
        ("age", people.age_years, p.minimum_age_years, p.maximum_age_years, "years"),
        ("weight", people.weight_kg, p.minimum_weight_kg, p.maximum_weight_kg, "kg"),
    )
    found = []
    for word, values, least, most, unit in checks:
        outside = np.zeros(people.count, dtype=bool)
        outside |= (values < float(least)) if least is not None else False
        outside |= (values > float(most)) if most is not None else False
        if outside.any():
            who = "This person's" if people.count == 1 else f"{int(outside.sum()):,} of {people.count:,} persons'"
            found.append(
                f"{who} {word} is outside the population of {model.title} ({p.words}; {word} "
                f"{'any' if least is None else least} to {'any' if most is None else most} {unit}). The curve is an extrapolation."
            )
    told_apart: dict[str, list[str]] = {}
    for effect in model.covariate_effects:
        if effect.equals and effect.equals not in told_apart.setdefault(effect.covariate, []):
            told_apart[effect.covariate].append(effect.equals)
    for name, known in told_apart.items():
        given = np.unique(people.categories.get(name, np.array([], dtype=np.str_))).tolist()
        found += [
            f"{model.title} tells apart {' and '.join(known)} by {name}; {word!r} is taken as neither."
            for word in given
            if word not in (*known, "other", "")
        ]
    return found
