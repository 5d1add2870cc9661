"""A definition that contradicts itself is refused, with everything wrong in it at once."""

import pytest

from fanlight.care.scales import Instrument, same_name
from fanlight.content import ContentError, content_folder, read_text
from fanlight.records.instruments import find_instrument, shipped_instrument

PHQ2 = (content_folder() / "instruments" / "phq2.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("items: [q1, q2]", "items: [q1, q7]", "unknown item 'q7'"),
        ("55757-9", "55757-8", "55757-8 has a wrong check digit"),
        ("answers: frequency", "answers: often", "unknown answers 'often'"),
        ("id: q2", "id: q1", "stands twice"),
        ("source: pmc2906530", "source: pmc1", "unknown source 'pmc1'"),
        ("  high: 3\n", "  high: -3\n", "down to"),
        ("thresholds:", "status_of: grand\nthresholds:", "unknown score 'grand'"),
        (
            "thresholds:",
            "bands: {source: pmc2906530, mark: verified, levels: [{label: a, low: 0, high: 2}, {label: b, low: 4, high: 6}]}\nthresholds:",
            "band b does not begin",
        ),
        (
            "thresholds:",
            "bands: {source: pmc2906530, mark: verified, levels: [{label: a, low: 1, high: 5}]}\nthresholds:",
            "no band holds a total of 6",
        ),
        (
            "thresholds:",
            "flags: [{id: prorated, when: {item: q1, at_least: 1}, meaning: a, source: pmc2906530, mark: verified}]\nthresholds:",
            "word of the scorer",
        ),
        (
            "thresholds:",
            "flags: [{id: a, when: {item: q1, score: total}, meaning: a, source: pmc2906530, mark: verified}]\nthresholds:",
            "of several",
        ),
        (
            "thresholds:",
            "flags: [{id: a, when: {score: t, at_least: 1}, meaning: a, source: pmc2906530, mark: verified}]\nthresholds:",
            "unknown score 't'",
        ),
        (
            "thresholds:",
            "flags: [{id: a, when: {context: sex, equals: male}, meaning: a, source: pmc2906530, mark: verified}]\nthresholds:",
            "undeclared context 'sex'",
        ),
        ("tier: A", "tier: D", "scores only"),
        ("method: sum", "method: add", "names no scores"),
        ("method: sum, items: [q1, q2]", "method: lookup, of: [total]", "not computed before it"),
        ("method: sum, items: [q1, q2]", "method: sum", "names no items"),
        ("items: [q1, q2]", "items: [q1, q2], weights: [1]", "1 weights for 2 items"),
    ],
)
def test_contradictions(old, new, why):
    assert old in PHQ2
    with pytest.raises(ContentError) as refused:
        read_text(PHQ2.replace(old, new), Instrument, "phq2.yaml")
    assert why in str(refused.value)


def test_all_contradictions_are_told_at_once():
    text = PHQ2.replace("55757-9", "55757-8").replace("items: [q1, q2]", "items: [q1, q7]")
    with pytest.raises(ContentError, match=r"q7.*check digit"):
        read_text(text, Instrument)


def test_a_run_of_items_is_spelled_out():
    assert shipped_instrument("phq9").score_rule("total").items == tuple(f"q{i}" for i in range(1, 10))


@pytest.mark.parametrize("name", ["phq9", "PHQ-9", "phq_9", "Phq 9", "Patient Health Questionnaire 9"])
def test_an_instrument_is_found_by_any_of_its_names(name):
    assert find_instrument(name).id == "phq9"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("C-SSRS screener", "cssrs_screener"),
        ("HAM-D17", "hamd17"),
        ("MOAA/S", "moaas"),
        ("PROMIS Dep 4a", "promis_depression_4a"),
        ("WHODAS 2.0 12", "whodas12"),
        ("Q-LES-Q-SF", "qlesq_sf"),
    ],
)
def test_titles_of_the_reference_are_known(name, found):
    assert find_instrument(name).id == found


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(Exception, match='Did you mean "phq9"'):
        find_instrument("phq99")
    assert not same_name("phq9", "phq8")


def test_what_needs_sign_off_says_so():
    assert shipped_instrument("phq9").needs_sign_off
    assert not shipped_instrument("phq2").needs_sign_off


def test_every_scale_a_protocol_asks_for_is_here():
    import re

    asked = {
        name
        for path in (content_folder() / "protocols").glob("*.yaml")
        for name in re.findall(r"\bscale: (\w+)", path.read_text(encoding="utf-8"))
    }
    assert asked
    for name in asked:
        assert find_instrument(name)
