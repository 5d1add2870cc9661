"""Laws of scoring, on generated answers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanlight.care.scales import Status, score
from fanlight.care.scales.arithmetic import round_half_up
from fanlight.care.scales.score_rules import Method
from fanlight.records.instruments import shipped_instrument, shipped_instruments

SUMMED = sorted(
    name
    for name, scale in shipped_instruments().items()
    if (rule := scale.score_rule("total"))
    and rule.method is Method.SUM
    and not rule.weights
    and not any(i.asked_when or i.reverse for i in scale.items)
)


def _answers(scale, chance):
    found = {}
    for name in scale.score_rule("total").items:
        values = scale.answers_of(name)
        steps = [option.value for option in values.options] if values.only_options else list(range(values.low, values.high + 1))
        found[name] = chance(st.sampled_from([step for step in steps if step not in values.not_assessed]))
    return found


@given(data=st.data(), name=st.sampled_from(SUMMED))
def test_permuting_items_of_one_value_set_leaves_the_total_alone(data, name):
    scale = shipped_instrument(name)
    answers = _answers(scale, data.draw)
    groups: dict[str, list[str]] = {}
    for item in answers:
        groups.setdefault(scale.item(item).answers, []).append(item)
    moved = dict(answers)
    for items in groups.values():
        moved |= dict(zip(items, [answers[item] for item in data.draw(st.permutations(items))], strict=True))
    assert score(scale, moved).total == score(scale, answers).total


@given(data=st.data(), name=st.sampled_from(sorted(shipped_instruments())))
def test_raising_an_unreversed_item_never_lowers_the_total(data, name):
    scale = shipped_instrument(name)
    rule = scale.score_rule("total")
    if rule is None:
        return
    answers = {}
    for item in scale.items:
        values = scale.answers_of(item.id)
        answers[item.id] = data.draw(
            st.sampled_from([o.value for o in values.options] if values.only_options else range(values.low, values.high + 1))
        )
    chosen = data.draw(st.sampled_from([item for item in scale.items if not item.reverse]))
    values = scale.answers_of(chosen.id)
    higher = [v for v in range(answers[chosen.id], values.high + 1) if not values.only_options or v in {o.value for o in values.options}]
    raised = data.draw(st.sampled_from(higher))
    if values.counts_as and raised in dict(values.counts_as):
        return  # "3, not assessed" is not more than 2
    before, after = score(scale, answers), score(scale, {**answers, chosen.id: raised})
    assert before.total is not None
    assert after.total is not None
    assert after.total >= before.total


@given(answers=st.lists(st.integers(0, 3), min_size=9, max_size=9), blanks=st.sets(st.integers(0, 8), max_size=9))
def test_prorating_is_the_mean_of_the_others_rounded_half_up(answers, blanks):
    found = score(shipped_instrument("phq9"), {f"q{i + 1}": None if i in blanks else value for i, value in enumerate(answers)})
    if len(blanks) > 2:
        assert (found.status, found.total) == (Status.INCOMPLETE, None)
        return
    kept = [value for i, value in enumerate(answers) if i not in blanks]
    doubled = Fraction(2 * sum(kept) * 9, len(kept))  # a tie has an odd double, and goes up
    assert found.total == (doubled + 1) // 2
    assert ("prorated" in found.flags) == bool(blanks)


@pytest.mark.parametrize(
    ("value", "places", "rounded"), [("9/2", 0, 5), ("5/2", 0, 3), ("117/8", 0, 15), ("-9/2", 0, -4), ("1/200", 2, "0.01")]
)
def test_a_tie_goes_up(value, places, rounded):
    assert str(round_half_up(Fraction(value), places)) == str(rounded)


@given(data=st.data(), name=st.sampled_from(sorted(n for n, s in shipped_instruments().items() if s.suicide)))
def test_a_suicide_item_not_answered_is_flagged_and_one_answered_high_is_never_hidden(data, name):
    scale = shipped_instrument(name)
    item = scale.suicide.items[0]
    others = {i.id: data.draw(st.none() | st.just(scale.answers_of(i.id).low) | st.just(99)) for i in scale.items if i.id != item}
    assert "suicide_item_missing" in score(scale, others).flags
    highest = score(scale, {**others, item: scale.answers_of(item).high})
    assert "suicide_item_positive" in highest.flags
    if scale.suicide.items == (item,):
        assert {"suicide_item_urgent"} <= highest.flags
        assert "suicide_item_missing" not in highest.flags


@given(data=st.data(), name=st.sampled_from(sorted(shipped_instruments())))
def test_nothing_that_is_answered_makes_scoring_fail(data, name):
    scale = shipped_instrument(name)
    odd = st.none() | st.integers() | st.floats() | st.text(max_size=3) | st.booleans() | st.just([])
    answers = {item.id: data.draw(odd) for item in scale.items}
    found = score(scale, answers)
    assert (found.status is Status.INVALID) == bool(found.faults)
    if found.faults:
        assert (found.total, found.band, dict(found.subscales)) == (None, None, {})


@given(data=st.data(), name=st.sampled_from(sorted(n for n, s in shipped_instruments().items() if s.bands and s.score_rule(s.bands.of))))
def test_every_total_lies_in_exactly_one_band(data, name):
    from fanlight.care.scales import band_of

    scale = shipped_instrument(name)
    ranged = [level for level in scale.bands.levels if level.when is None]
    if not ranged:
        return
    step = 10 ** scale.score_rule(scale.bands.of).places
    value = Decimal(data.draw(st.integers(int(ranged[0].low * step), int(ranged[-1].high * step)))) / step
    holding = [level.label for level in ranged if level.low <= value <= level.high]
    assert [band_of(scale.bands, value)] == holding
