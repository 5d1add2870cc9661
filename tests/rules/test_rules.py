"""A rule from its file: the gravest answer in force, the unknown's own policy, the scope, the sentence, and every fault."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fanlight.care.rules import Moment, OverridePolicies, ProtocolScope, RuleBook, RuleParts, RulesFile, Stage, build_rules, outcome
from fanlight.care.rules.content_types import OverrideContent
from fanlight.care.rules.sentences import Sentence, in_words, shown
from fanlight.content import read_text
from fanlight.core.answers import Answer, CriterionAnswer, Outcome, Severity
from fanlight.core.errors import InputError
from fanlight.core.facts import Fact, FactCatalogue, FactDefinition, FactKind, Facts
from fanlight.core.quantities import Quantity
from fanlight.core.session_plan import Drug, Route
from fanlight.core.sources import Mark

CATALOGUE = FactCatalogue(
    {
        item.name: item
        for item in (
            FactDefinition("bleeding", "Bleeding", FactKind.BOOLEAN, "nurse"),
            FactDefinition("dizzy", "Dizziness, light or heavy", FactKind.BOOLEAN, "patient"),
            FactDefinition("adult", "Adult", FactKind.BOOLEAN, "front desk"),
            FactDefinition("pressure", "MAP value", FactKind.NUMBER, "nurse", stage="pre_dose"),
        )
    }
)
POLICIES = OverridePolicies(
    {name: OverrideContent("nobody", name) for name in ("HARD_STOP", "BLOCK", "HOLD", "WARN")}, OverrideContent("x", "y"), "S1"
)
PARTS = RuleParts(CATALOGUE, {"S1": "A label", "S2": "A default"}, POLICIES)
US = ProtocolScope("p", "1", Drug.ESKETAMINE, Route.NASAL, "trd", "US")
RULE = """
title: Test
read_on: 2026-11-21
rules:
  - id: Z01
    title: Trouble
    stages: [screen, pre_dose]
    clear: "No trouble at {pressure}."
    unknown: "Please ask about {missing}."
    parameters: {limit: {default: 90, meaning: the limit}}
    values: {over: {difference: [pressure, {parameter: limit}]}}
    levels:
      - {severity: WARN, when: dizzy, says: "Dizzy."}
      - {severity: BLOCK, severity_in: {EU: HARD_STOP}, when: bleeding, says: "Bleeding ({bleeding:from})."}
      - {severity: HOLD, stages: [pre_dose], when: {value: over, above: 0}, says: "Over by {over}, limit {limit}."}
    sources: [{id: S1, mark: verified}, {id: S2, mark: default}]
"""


def book(text: str = RULE) -> RuleBook:
    return RuleBook(*build_rules({"z": read_text(text, RulesFile)}, PARTS))


def ask(stage: Stage = Stage.SCREEN, protocol: ProtocolScope = US, text: str = RULE, **values: Any) -> Any:
    facts = Facts(Fact(name, value, None, "the chart") for name, value in values.items())
    return book(text).for_protocol(protocol).ask(facts, stage, Moment(date(2026, 11, 21)))[0]


def test_the_gravest_danger_that_is_present_speaks() -> None:
    found = ask(dizzy=True, bleeding=True)
    assert (found.answer, found.severity, found.message) == (Answer.TRUE, Severity.BLOCK, "Bleeding (the chart).")
    assert [fact.name for fact in found.inputs] == ["dizzy", "bleeding"]
    assert found.override.needs == "BLOCK"


def test_a_graver_doubt_stands_over_a_lesser_danger() -> None:
    found = ask(dizzy=True)
    assert (found.answer, found.severity) == (Answer.UNKNOWN, Severity.HOLD)
    assert found.message == "Dizzy. Please ask about bleeding (ask the nurse)."
    assert [(item.fact, item.who) for item in found.missing] == [("bleeding", "nurse")]


def test_a_lesser_doubt_does_not_hide_a_danger() -> None:
    assert ask(bleeding=True).answer is Answer.TRUE


def test_unknown_names_everything_missing_and_everybody_who_can_tell() -> None:
    assert ask().message == "Please ask about bleeding; dizziness, light or heavy (ask the nurse or the patient)."
    assert ask(bleeding=False).severity is Severity.INFO


def test_absent_has_no_severity_and_nothing_missing() -> None:
    found = ask(dizzy=False, bleeding=False)
    assert (found.answer, found.severity, found.missing, found.override) == (Answer.FALSE, None, (), None)
    assert found.message == "No trouble at not recorded."


def test_severity_is_that_of_the_jurisdiction() -> None:
    eu = ProtocolScope("p", "1", Drug.ESKETAMINE, Route.NASAL, "trd", "EU")
    assert ask(protocol=eu, bleeding=True, dizzy=False).severity is Severity.HARD_STOP


def test_a_degree_is_asked_only_at_its_stage_and_says_its_numbers() -> None:
    assert ask(dizzy=False, bleeding=False, pressure=Decimal(99)).answer is Answer.FALSE
    found = ask(Stage.PRE_DOSE, dizzy=False, bleeding=False, pressure=Decimal("99.50"))
    assert found.message == "Over by 9.5, limit 90."
    assert ask(Stage.PRE_DOSE, dizzy=False, bleeding=False, pressure=Decimal(90)).answer is Answer.FALSE


def test_a_protocol_may_declare_the_number() -> None:
    own = ProtocolScope("own", "1", Drug.ESKETAMINE, Route.NASAL, "trd", "US", parameters={"limit": Decimal(120)})
    assert ask(Stage.PRE_DOSE, own, dizzy=False, bleeding=False, pressure=Decimal(99)).answer is Answer.FALSE


LATER = RULE.replace("stages: [screen, pre_dose]", "stages: [pre_dose]").replace(
    "when: dizzy", "when: {any: [dizzy, {value: pressure, above: 500}]}"
)


def test_a_later_rule_is_not_due_unless_a_fact_of_its_own_is_given() -> None:
    assert ask(text=LATER, dizzy=True).answer is Answer.NOT_DUE
    assert ask(text=LATER, dizzy=True).message == ""
    early = ask(text=LATER, pressure=Decimal(99), dizzy=False, bleeding=False)
    assert (early.answer, early.severity, early.stage) == (Answer.TRUE, Severity.HOLD, Stage.PRE_DOSE)


def test_a_rule_of_earlier_stages_is_not_asked_again() -> None:
    ready = book().for_protocol(US)
    assert ready.ask(Facts(), Stage.FOLLOW_UP, Moment(date(2026, 11, 21))) == ()


@pytest.mark.parametrize(
    ("scope", "governs"),
    [
        ("{drugs: [esketamine]}", True),
        ("{drugs: [psilocybin]}", False),
        ("{routes: [oral]}", False),
        ("{uses: [trd]}", True),
        ("{uses: [pain]}", False),
        ("{not_uses: [trd]}", False),
        ("{jurisdictions: [EU]}", False),
        ("{settings: [home]}", False),
        ("{protocols: [p]}", True),
        ("{protocols: [q]}", False),
        ("{declares: [limit]}", False),
        ("{not_declares: [limit]}", True),
        ("{with_definition: true}", False),
    ],
)
def test_scope(scope: str, governs: bool) -> None:
    text = RULE.replace("    title: Trouble\n", f"    title: Trouble\n    scope: {scope}\n")
    assert bool(book(text).for_protocol(US).stages[Stage.SCREEN].asked) is governs


POLICY = RULE.replace("    levels:\n", "    unknown_policy: {severity: WARN, because: a reason, when: {recorded: adult}}\n    levels:\n")


def test_a_rule_may_state_its_own_severity_while_unknown_where_its_reason_holds() -> None:
    assert ask(text=POLICY, adult=True).severity is Severity.WARN
    assert ask(text=POLICY).severity is Severity.HOLD
    assert book(POLICY).rules[0].unknown_because == "a reason"


ABOUT = RULE.replace("    levels:\n", "    applies: adult\n    not_applicable: Not about a child.\n    levels:\n")


def test_a_rule_that_is_not_about_the_patient_is_clear_and_says_so() -> None:
    assert (ask(text=ABOUT, adult=False, bleeding=True).answer, ask(text=ABOUT, adult=False).message) == (
        Answer.FALSE,
        "Not about a child.",
    )
    assert ask(text=ABOUT, adult=True, bleeding=True).answer is Answer.TRUE
    doubt = ask(text=ABOUT, bleeding=True, dizzy=False)
    assert (doubt.answer, [item.fact for item in doubt.missing]) == (Answer.UNKNOWN, ["adult"])


CRITERION = """
title: Test
read_on: 2026-11-21
criteria:
  - id: calm
    title: Calm
    stages: [discharge]
    scope: {drugs: [esketamine]}
    met_when: {value: pressure, at_most: {parameter: limit}}
    parameters: {limit: {default: 90, meaning: the limit}}
    met: "Calm at {pressure}."
    not_met: "Not calm at {pressure}."
    sources: [{id: S1, mark: recalled}]
"""


def criterion(**values: Any) -> Any:
    facts = Facts(Fact(name, value) for name, value in values.items())
    return book(CRITERION).for_protocol(US).ask_criteria(facts, Stage.DISCHARGE, Moment(date(2026, 11, 21)))[0]


def test_an_unknown_criterion_is_not_met() -> None:
    assert criterion(pressure=Decimal(90)).answer is CriterionAnswer.MET
    assert criterion(pressure=Decimal("90.1")).because == "Not calm at 90.1."
    unknown = criterion()
    assert unknown.answer is CriterionAnswer.UNKNOWN
    assert unknown.because == "Not known yet: MAP value (ask the nurse)."
    assert (unknown.id, unknown.inputs, unknown.missing[0].fact) == ("calm", (), "pressure")
    psilocybin = ProtocolScope("q", "1", Drug.PSILOCYBIN, Route.ORAL, "trial", "US")
    assert book(CRITERION).for_protocol(psilocybin).criteria == ()
    assert book(CRITERION).for_protocol(US).ask_criteria(Facts(), Stage.SCREEN, Moment(date(2026, 11, 21)), ["other"]) == ()


def test_the_outcome_is_the_gravest_in_force() -> None:
    assert outcome([ask(bleeding=True)]) is Outcome.BLOCK
    assert outcome([ask(bleeding=False, dizzy=False)]) is Outcome.PROCEED
    assert outcome([ask(bleeding=False)]) is Outcome.PROCEED, "an INFO does not hold"
    assert outcome([]) is Outcome.PROCEED


def test_a_rule_shows_its_weakest_mark_and_its_family() -> None:
    rule = book().rules[0]
    assert (rule.mark, rule.family, rule.mark.needs_sign_off) == (Mark.DEFAULT, "Z", True)
    assert rule.sources[0].citation == "A label"
    assert rule.sources[0].read_on == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("when: dizzy", "when: dizy", 'Did you mean "dizzy"?'),
        ("id: S1", "id: S9", "S9 is not a source"),
        ("[{id: S1, mark: verified}, {id: S2, mark: default}]", "[]", "names no source"),
        ("[screen, pre_dose]", "[]", "names no stage"),
        ("{pressure}.", "{presure}.", "is not a fact, value or parameter"),
        ("over: {difference: [pressure, {parameter: limit}]}", "over: {difference: [pressure, {parameter: limt}]}", "rules[0].values.over"),
        ("over: {difference: [pressure, {parameter: limit}]}", "over: {difference: [pressure, nobody]}", "not a fact"),
    ],
)
def test_every_fault_of_a_rule_is_named_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        book(RULE.replace(old, new))
    assert said in str(caught.value)
    assert "z rules[0]" in str(caught.value)


def test_a_rule_without_a_degree_of_danger_is_refused() -> None:
    start, end = RULE.index("    levels:"), RULE.index("    sources:")
    with pytest.raises(InputError, match="no degree of danger"):
        book(RULE[:start] + "    levels: []\n" + RULE[end:])


def test_one_id_for_two_rules_is_refused() -> None:
    file = read_text(RULE, RulesFile)
    with pytest.raises(InputError, match="the id of two rules"):
        build_rules({"a": file, "b": file}, PARTS)


def test_the_book_remembers_a_protocol_and_notices_a_change() -> None:
    shelf = book()
    assert shelf.for_protocol(US) is shelf.for_protocol(US)
    other = ProtocolScope("p", "1", Drug.ESKETAMINE, Route.NASAL, "trd", "US", parameters={"limit": Decimal(1)})
    assert shelf.for_protocol(other).protocol == other


def test_sentences_say_values_as_people_read_them() -> None:
    values = {
        "a": True,
        "b": False,
        "c": None,
        "d": Decimal("1.50"),
        "e": date(2026, 11, 5),
        "f": Quantity(Decimal("0.5"), "mg/kg"),
        "g": ({},),
    }
    assert Sentence.of("{a} {b} {c} {d} {e} {f} {g}").filled(values.get) == "yes no not recorded 1.5 5 Nov 2026 0.5 mg/kg 1"
    assert Sentence.of("plain").filled(values.get) == "plain"
    assert in_words(["a", "b", "c"]) == "a, b and c"
    assert in_words(["a"]) == "a"
    assert shown("word") == "word"
