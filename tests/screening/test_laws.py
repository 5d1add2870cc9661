"""Laws that hold for any patient: forgetting never helps, a danger never lowers the outcome."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.care.rules import Stage
from fanlight.care.screening import screen
from fanlight.core.answers import Outcome
from fanlight.core.fact_reading import parse_facts
from fanlight.core.facts import Facts
from fanlight.records.library import library
from screening.patients import HEALTHY, TODAY, scope_of
from spec.rule_cases import tables

GRAVITY = {outcome: place for place, outcome in enumerate(Outcome)}
STAGES = (Stage.SCREEN, Stage.ORDER, Stage.PRE_DOSE)
PROTOCOLS = ("iv-racemic-induction", "esketamine-us-trd", "home-sublingual-racemic", "psilocybin-comp005", "esketamine-eu-trd-65")


def _said() -> dict[str, list[Any]]:
    """Every value that the tables of rules give each fact."""
    found: dict[str, list[Any]] = {}
    for table in tables():
        for case in table.cases:
            for name, value in case.facts.items():
                if value not in found.setdefault(name, []):
                    found[name].append(value)
    return found


SAID = _said()
PATIENTS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in SAID.items()})
FORGETTABLE = sorted(set(SAID) | set(HEALTHY))
CONTRAINDICATIONS = (
    {"aneurysmal_vascular_disease": True},
    {"arteriovenous_malformation": True},
    {"intracerebral_haemorrhage_history": True},
    {"hypersensitivity_ketamine": True},
    {"unstable_cardiovascular_disease": True},
    {"raised_intracranial_pressure": True},
    {"psychosis_current": True},
    {"mania_current": True},
    {"pregnant": True},
    {"child_pugh_class": "C"},
    {"delirium": True},
    {"has_capacity": False},
    {"active_substance_use_disorder": True},
    {"takes_theophylline": True},
    {"new_urinary_symptoms": True},
    {"cssrs_behaviour_past_3_months": True},
    {"seizure_disorder": True},
    {"on_dialysis": True},
)


def outcome(facts: Facts, protocol: str, stage: Stage) -> Outcome:
    return screen(facts, scope_of(protocol), library().screening, stage=stage, on=TODAY).outcome


@settings(max_examples=100, deadline=None)
@given(PATIENTS, st.sampled_from(PROTOCOLS), st.sampled_from(STAGES), st.data())
def test_forgetting_a_fact_never_turns_a_refusal_into_a_pass(
    said: dict[str, Any], protocol: str, stage: Stage, data: st.DataObject
) -> None:
    """A BLOCK may become a HOLD (get the fact), never a WARN or a PROCEED."""
    facts = parse_facts(HEALTHY | said, library().facts)
    before = outcome(facts, protocol, stage)
    forgotten = data.draw(st.sampled_from(sorted(facts)))
    after = outcome(facts.without(forgotten), protocol, stage)
    if GRAVITY[before] >= GRAVITY[Outcome.HOLD]:
        assert GRAVITY[after] >= GRAVITY[Outcome.HOLD], f"forgetting {forgotten} turned {before} into {after}"


@settings(max_examples=100, deadline=None)
@given(PATIENTS, st.sampled_from(CONTRAINDICATIONS), st.sampled_from(PROTOCOLS), st.sampled_from(STAGES))
def test_a_contraindication_never_lowers_the_outcome(said: dict[str, Any], danger: dict[str, Any], protocol: str, stage: Stage) -> None:
    facts = HEALTHY | said
    before = outcome(parse_facts(facts, library().facts), protocol, stage)
    after = outcome(parse_facts(facts | danger, library().facts), protocol, stage)
    assert GRAVITY[after] >= GRAVITY[before], f"{danger} turned {before} into {after}"


@settings(max_examples=50, deadline=None)
@given(PATIENTS, st.sampled_from(PROTOCOLS))
def test_every_answer_can_be_said_and_an_unknown_says_what_is_missing(said: dict[str, Any], protocol: str) -> None:
    facts = parse_facts(said, library().facts)
    for answer in screen(facts, scope_of(protocol), library().screening, stage=Stage.PRE_DOSE, on=TODAY).rules:
        assert "{" not in answer.message
        if answer.answer.value == "unknown":
            assert answer.missing, answer.id
