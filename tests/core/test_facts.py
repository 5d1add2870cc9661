"""Facts as somebody wrote them: every wrong name, type and unit is named at once; nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fanlight.core.errors import InputError
from fanlight.core.fact_reading import parse_facts
from fanlight.core.facts import (
    Fact,
    FactCatalogue,
    FactDefinition,
    FactKind,
    Facts,
    FactsFile,
    FieldDefinition,
    day,
    number,
    records,
    text,
    yes_or_no,
)
from fanlight.core.quantities import Quantity

CATALOGUE = FactCatalogue.of(
    [
        FactsFile(
            "Test",
            (
                FactDefinition("weight_kg", "Weight", FactKind.NUMBER, "nurse", unit="kg", minimum=Decimal(25), maximum=Decimal(350)),
                FactDefinition("score", "Score", FactKind.NUMBER, "patient"),
                FactDefinition("pregnant", "Pregnant", FactKind.BOOLEAN, "patient"),
                FactDefinition("sex", "Sex", FactKind.CHOICE, "patient", choices=("female", "male")),
                FactDefinition("note", "Note", FactKind.TEXT, "prescriber"),
                FactDefinition("born_on", "Born", FactKind.DATE, "patient"),
                FactDefinition("eaten_at", "Eaten", FactKind.INSTANT, "patient"),
                FactDefinition(
                    "tried",
                    "Tried",
                    FactKind.RECORDS,
                    "patient",
                    fields=(
                        FieldDefinition("drug", FactKind.TEXT, required=True),
                        FieldDefinition("dose", FactKind.NUMBER, unit="mg"),
                        FieldDefinition("ended_on", FactKind.DATE),
                    ),
                ),
            ),
        )
    ]
)


def one(name: str, given: Any) -> Fact:
    return parse_facts({name: given}, CATALOGUE)[name]


def refused(given: dict[str, Any], lines: dict[str, int] | None = None) -> str:
    with pytest.raises(InputError) as caught:
        parse_facts(given, CATALOGUE, lines)
    assert caught.value.code == "FAN-FACT-001"
    return str(caught.value)


def test_pounds_become_kilograms_exactly_and_are_shown() -> None:
    fact = one("weight_kg", "154 lb")
    assert fact.value == Decimal("69.85322498")
    assert fact.as_given == "154 lb"
    assert fact.unit == "kg"


def test_a_plain_number_is_taken_in_the_unit_of_the_name() -> None:
    assert one("weight_kg", 70).value == Decimal(70)
    assert one("weight_kg", Decimal("70.0")).value == Decimal("70.0")
    assert one("weight_kg", "70.5").value == Decimal("70.5")
    assert one("weight_kg", Quantity(Decimal(70000), "g")).value == Decimal(70)
    assert one("weight_kg", {"value": 70, "unit": "kgs"}).as_given == ""


@pytest.mark.parametrize(
    ("kilograms", "fits"), [("24.9", False), ("25", True), ("25.1", True), ("349.9", True), ("350", True), ("350.1", False)]
)
def test_an_implausible_weight_is_refused_on_each_side_of_its_range(kilograms: str, fits: bool) -> None:
    if fits:
        assert one("weight_kg", kilograms).value == Decimal(kilograms)
    else:
        assert "outside 25 to 350 kg" in refused({"weight_kg": kilograms})


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("weight_kg", "70,5", "comma"),
        ("weight_kg", "70 mg", "outside"),
        ("weight_kg", "70 mL", "measure different things"),
        ("weight_kg", "70 stone", "not a UCUM unit"),
        ("weight_kg", 70.5, "not a number"),
        ("weight_kg", True, "not a number"),
        ("weight_kg", Decimal("NaN"), "not a number"),
        ("score", "5 kg", "plain number"),
        ("pregnant", "no", "not true or false"),
        ("sex", "femal", 'Did you mean "female"?'),
        ("sex", "q", "Choose one of"),
        ("note", 5, "not a text"),
        ("born_on", "14/08/1990", "not a date"),
        ("born_on", datetime(2026, 1, 1, tzinfo=UTC), "is a time"),
        ("eaten_at", "2026-11-21T09:00", "no zone"),
        ("eaten_at", "nine", "not an ISO 8601"),
        ("tried", "sertraline", "not a list of records"),
        ("tried", ["sertraline"], "not a record"),
        ("tried", [{"dose": 5}], "drug is required, missing"),
        ("tried", [{"drug": "a", "dosis": 5}], 'Did you mean "dose"?'),
        ("tried", [{"drug": "a", "zz": 5}], "Fields:"),
        ("tried", [{"drug": "a", "dose": "5 kPa"}], "measure different things"),
        ("pregnant", {"value": True, "who": "x"}, "has the key 'who'"),
        ("pregnent", True, 'Did you mean "pregnant"?'),
    ],
)
def test_a_fact_of_the_wrong_type_or_unit_is_refused_by_name(name: str, given: Any, said: str) -> None:
    assert said in refused({name: given})
    assert name in refused({name: given})


def test_all_faults_are_named_at_once_with_their_lines() -> None:
    sentence = refused({"weight_kg": "700 kg", "sex": "other", "zzz": 1}, {"weight_kg": 3, "sex": 4, "zzz": 9})
    assert "3 problems" in sentence
    assert "line 3, weight_kg" in sentence
    assert "line 4, sex" in sentence
    assert "line 9, zzz" in sentence


@pytest.mark.parametrize("nothing", [None, "unknown", "not asked", {"value": None}, {"value": "unknown"}])
def test_what_nobody_said_is_absent(nothing: Any) -> None:
    facts = parse_facts({"pregnant": nothing}, CATALOGUE)
    assert "pregnant" not in facts
    assert facts.value("pregnant") is None


def test_asked_and_denied_is_a_fact_with_its_source_and_time() -> None:
    fact = one("pregnant", {"value": False, "from": "asked, denied", "at": "2026-11-09T10:00:00-05:00"})
    assert (fact.value, fact.source, fact.at) == (False, "asked, denied", datetime(2026, 11, 9, 15, tzinfo=UTC))


def test_records_keep_what_is_known_and_leave_out_what_is_not() -> None:
    fact = one("tried", [{"drug": "sertraline", "dose": "50 mg", "ended_on": None}, {"drug": "b", "dose": "unknown"}])
    assert fact.value == ({"drug": "sertraline", "dose": Decimal(50)}, {"drug": "b"})
    assert one("tried", []).value == ()


def test_facts_are_never_changed_in_place() -> None:
    first = Facts([Fact("score", Decimal(3))])
    second = first.merged(Fact("score", Decimal(4)), Fact("note", "x"))
    assert (first.value("score"), second.value("score"), len(first), len(second)) == (Decimal(3), Decimal(4), 1, 2)
    assert list(second.without("score")) == ["note"]
    assert "score" in repr(second)


def test_readers_give_none_for_what_is_absent_or_of_another_kind() -> None:
    facts = parse_facts(
        {"score": 3, "pregnant": False, "sex": "male", "born_on": "1990-08-14", "tried": [], "eaten_at": "2026-11-21T09:00Z"}, CATALOGUE
    )
    assert (number(facts, "score"), yes_or_no(facts, "pregnant"), text(facts, "sex"), day(facts, "born_on")) == (
        Decimal(3),
        False,
        "male",
        date(1990, 8, 14),
    )
    assert records(facts, "tried") == ()
    for read in (number, yes_or_no, text, day, records):
        assert read(facts, "weight_kg") is None
    assert number(facts, "pregnant") is None
    assert day(facts, "eaten_at") is None
    assert number(Facts([Fact("q", Quantity(Decimal(2), "kg"))]), "q") == Decimal(2)


def test_a_name_defined_twice_is_refused() -> None:
    file = FactsFile("Test", (FactDefinition("a", "A", FactKind.TEXT, "x"),))
    with pytest.raises(InputError, match="defined twice"):
        FactCatalogue.of([file, file])


def test_the_catalogue_says_who_can_supply_a_fact() -> None:
    assert CATALOGUE.missing("weight_kg").who == "nurse"
    assert "weight_kg" in CATALOGUE
    assert "mass" not in CATALOGUE
