"""Facts that follow from facts: age, body mass index, classes of medicine, the dose before this one.

A fact somebody gave is kept, with one exception: a listed medicine of a class is never denied by a "no".
Nothing follows from what is absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_DOWN, Decimal

from fanlight.care.rules.scope import ProtocolScope
from fanlight.care.screening.drugs import ClassFact, DrugDictionary
from fanlight.core.facts import Fact, FactCatalogue, Facts, day, number, records, text, yes_or_no
from fanlight.core.instants import age_on, days_between

_TENTH = Decimal("0.1")
_CM_PER_M = Decimal(100)
_MONTHS = 12


def derive_for_patient(facts: Facts, dictionary: DrugDictionary, catalogue: FactCatalogue, on: date) -> Facts:
    """The facts with those that follow from them on the planned date, whatever the protocol."""
    return _with_units(facts, catalogue, (*_body(facts, on), *_history(facts, on), *_medicines(facts, dictionary)))


def derive_for_protocol(facts: Facts, protocol: ProtocolScope, catalogue: FactCatalogue, on: date) -> Facts:
    """The facts with those that follow from them for one protocol: the doses before, the dose per kg, the signature."""
    found = [*_sessions(facts, protocol, on), *_dose_per_kg(facts)]
    if protocol.signed_by is not None and "protocol_signed_at_site" not in facts:
        found.append(Fact("protocol_signed_at_site", True, None, f"signed by {protocol.signed_by}"))
    return _with_units(facts, catalogue, found) if found else facts


def _with_units(facts: Facts, catalogue: FactCatalogue, found: Iterable[Fact]) -> Facts:
    known = catalogue.definitions
    return facts.merged(
        *(Fact(fact.name, fact.value, fact.at, fact.source, known[fact.name].unit) if known[fact.name].unit else fact for fact in found)
    )


def _body(facts: Facts, on: date) -> Iterator[Fact]:
    born = day(facts, "birth_date")
    if born is not None and born <= on:
        yield Fact("age_years", Decimal(age_on(born, on)), None, "date of birth")
    weight, height = number(facts, "weight_kg"), number(facts, "height_cm")
    if weight is not None and height is not None and "bmi_kg_per_m2" not in facts:
        metres = height / _CM_PER_M
        yield Fact("bmi_kg_per_m2", (weight / (metres * metres)).quantize(_TENTH, ROUND_DOWN), None, "weight and height")
    if "childbearing_potential" not in facts:
        if text(facts, "cannot_become_pregnant_because"):
            yield Fact("childbearing_potential", False, None, "a recorded reason why pregnancy is not possible")
        elif text(facts, "sex") == "male":
            yield Fact("childbearing_potential", False, None, "sex recorded for dosing")


def _history(facts: Facts, on: date) -> Iterator[Fact]:
    if day(facts, "cardiovascular_event_on") is not None:
        yield Fact("cardiovascular_event_ever", True, None, "date of the event")
    started = day(facts, "episode_started_on")
    if started is not None and started <= on:
        months = (on.year - started.year) * _MONTHS + on.month - started.month - (on.day < started.day)
        yield Fact("episode_duration_months", Decimal(months), None, "start of the episode")
    trials = records(facts, "antidepressant_trials")
    for name, field, wanted in (("augmentation_used", "augmented_with", None), ("ect_used", "treatment", "ect")):
        if name not in facts and trials is not None:
            named = [record for record in trials if record.get("in_current_episode") is True and record.get(field)]
            if any(wanted is None or str(record[field]).strip().lower() == wanted for record in named):
                yield Fact(name, True, None, "treatments tried")


def _sessions(facts: Facts, protocol: ProtocolScope, on: date) -> Iterator[Fact]:
    given = records(facts, "sessions_given")
    if given is None:
        return
    before = [record for record in given if isinstance(record.get("on"), date) and _day(record) <= on]
    of_drug = [record for record in before if record.get("drug") == protocol.drug.value]
    could_be = [record for record in before if record.get("drug") is None]
    source = "sessions given"
    if "is_first_dose" not in facts:
        if not of_drug and not could_be:
            yield Fact("is_first_dose", True, None, source)
        elif any(record.get("protocol") == protocol.id for record in of_drug):
            yield Fact("is_first_dose", False, None, source)
    if could_be:
        return
    if "day_of_course" not in facts:
        first = min((_day(record) for record in of_drug), default=on)
        yield Fact("day_of_course", Decimal(days_between(first, on) + 1), None, source)
    if not of_drug:
        return
    last = max(of_drug, key=_day)
    if "last_session_on" not in facts:
        yield Fact("last_session_on", _day(last), None, source)
    if "days_since_last_home_dose" not in facts:
        yield Fact("days_since_last_home_dose", Decimal(days_between(_day(last), on)), None, source)
    same_route = [record for record in of_drug if record.get("route") == protocol.route.value]
    latest = max(same_route, key=_day, default=None)
    if latest is None:
        return
    for name, amount in (("last_dose_mg_per_kg", _last_per_kg(latest, facts)), ("last_dose_mg", latest.get("dose_mg"))):
        if name not in facts and isinstance(amount, Decimal):
            yield Fact(name, amount, None, source)


def _last_per_kg(latest: Mapping[str, object], facts: Facts) -> object:
    """The last dose per kilogram on the weight the order stands on: where that basis is another than then, reckoned from its milligrams."""
    then, now = latest.get("weight_basis"), text(facts, "ordered_weight_basis")
    last_mg, mg, per_kg = latest.get("dose_mg"), number(facts, "dose_mg"), number(facts, "dose_mg_per_kg")
    if then is None or now is None or then == now or not isinstance(last_mg, Decimal) or not mg or not per_kg:
        return latest.get("dose_mg_per_kg")
    return last_mg * per_kg / mg


def _day(record: Mapping[str, object]) -> date:
    value = record["on"]
    assert isinstance(value, date)
    return value


def _dose_per_kg(facts: Facts) -> Iterator[Fact]:
    dose, weight = number(facts, "dose_mg"), number(facts, "weight_kg")
    if dose is not None and weight is not None and "dose_mg_per_kg" not in facts:
        yield Fact("dose_mg_per_kg", dose / weight, None, "dose and actual weight")


def _medicines(facts: Facts, dictionary: DrugDictionary) -> Iterator[Fact]:
    listed = records(facts, "medications")
    if listed is None:
        return
    known = [(str(item["name"]), dictionary.find(str(item["name"]), str(item.get("code") or ""))) for item in listed]
    unknown = [name for name, drug in known if drug is None]
    yield Fact("every_medicine_classified", not unknown, None, "medicine list")
    if unknown:
        yield Fact("medications_not_checked", ", ".join(unknown), None, "medicine list")
    for class_fact in dictionary.class_facts:
        names = [name for name, drug in known if drug is not None and not set(class_fact.classes).isdisjoint(drug.classes)]
        fact = _class_fact(class_fact, names, bool(unknown), yes_or_no(facts, class_fact.fact))
        if fact is not None:
            yield fact


def _class_fact(asked: ClassFact, names: list[str], some_unknown: bool, said: bool | None) -> Fact | None:
    if names:
        return Fact(asked.fact, True, None, f"medicine list: {', '.join(names)}")
    if said is not None or some_unknown:
        return None
    return Fact(asked.fact, False, None, "medicine list: none of this class")
