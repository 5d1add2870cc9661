"""Three-valued answers: unknown never passes and is never nothing."""

import itertools

import pytest

from fanlight.core.answers import Answer, CriterionAnswer, Outcome, Severity, all_of, any_of, negation, outcome_of
from fanlight.core.errors import FanlightError, Fault, InputError
from fanlight.core.sources import Mark

VALUES = (True, False, None)


@pytest.mark.parametrize(("left", "right"), list(itertools.product(VALUES, VALUES)))
def test_and_or_not_follow_kleene(left, right):
    both, either = all_of([left, right]), any_of([left, right])
    assert both == (False if False in (left, right) else None if None in (left, right) else True)
    assert either == (True if True in (left, right) else None if None in (left, right) else False)
    assert negation(both) == any_of([negation(left), negation(right)])


def test_nothing_asked():
    assert all_of([]) is True
    assert any_of([]) is False


def test_answers_of_a_truth():
    assert [Answer.of(v) for v in VALUES] == [Answer.TRUE, Answer.FALSE, Answer.UNKNOWN]
    assert [CriterionAnswer.of(v) for v in VALUES] == [CriterionAnswer.MET, CriterionAnswer.NOT_MET, CriterionAnswer.UNKNOWN]


@pytest.mark.parametrize(
    ("danger", "unknown"),
    [("HARD_STOP", "HOLD"), ("BLOCK", "HOLD"), ("HOLD", "HOLD"), ("WARN", "INFO"), ("INFO", "INFO")],
)
def test_unknown_is_never_as_grave_as_the_danger_and_never_nothing(danger, unknown):
    assert Severity[danger].when_unknown is Severity[unknown]


def test_the_outcome_is_the_gravest_in_force():
    assert outcome_of([]) is Outcome.PROCEED
    assert outcome_of([Severity.INFO]) is Outcome.PROCEED
    assert outcome_of([Severity.WARN, Severity.HOLD, Severity.INFO]) is Outcome.HOLD
    assert outcome_of(Severity) is Outcome.HARD_STOP
    assert sorted(Severity, reverse=True)[0] is Severity.HARD_STOP
    with pytest.raises(TypeError):
        assert Severity.INFO < 3
    with pytest.raises(TypeError):
        assert Severity.INFO <= 3


def test_errors_say_what_why_and_what_next():
    error = FanlightError("FAN-DOSE-004", "Cannot plan the infusion for session 8F3K", "no weight recorded", "Record a weight (kg).")
    assert str(error) == "FAN-DOSE-004  Cannot plan the infusion for session 8F3K: no weight recorded. Record a weight (kg)."
    assert str(FanlightError("FAN-X-001", "Cannot do it")) == "FAN-X-001  Cannot do it."


def test_an_input_names_all_its_faults():
    faults = [Fault("a.b", "is not a number", 3, "Write 4."), Fault("", "is empty")]
    text = str(InputError("FAN-X-002", "x.yaml is not a valid protocol", faults))
    assert text.splitlines() == [
        "FAN-X-002  x.yaml is not a valid protocol (2 problems):",
        "  line 3, a.b: is not a number. Write 4.",
        "  document: is empty",
    ]


def test_only_what_nobody_read_needs_sign_off():
    assert [mark for mark in Mark if mark.needs_sign_off] == [Mark.RECALLED, Mark.DEFAULT]
