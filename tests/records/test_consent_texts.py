"""Every consent a protocol names exists, fits its drug and route, and promises nothing that may not be promised."""

from __future__ import annotations

import pytest

from fanlight.content import content_folder, read
from fanlight.core.sources import Mark
from fanlight.records.library import library
from fanlight.science.evidence.text_check import TextRules, check_text

NAMED = sorted({name for protocol in library().protocols.values() for name in protocol.consents})
TEXTS = library().consents
RULES = read(content_folder() / "evidence" / "text_rules.yaml", TextRules)


def words_of(name: str) -> str:
    text = TEXTS[name]
    return "\n\n".join(
        [text.title, *(p for section in text.sections for p in (section.heading, *section.paragraphs)), *text.acknowledgements]
    )


def test_every_consent_that_a_protocol_names_exists_and_none_is_named_by_nobody():
    assert sorted(TEXTS) == NAMED


@pytest.mark.parametrize("protocol", sorted(library().protocols))
def test_a_consent_covers_the_drug_and_route_it_is_asked_for(protocol):
    found = library().protocols[protocol]
    for name in found.consents:
        assert found.drug in TEXTS[name].drugs, name
        assert found.route in TEXTS[name].routes, name


@pytest.mark.parametrize("name", NAMED)
def test_no_text_says_what_may_not_be_said(name):
    assert [(found.rule, found.sentence) for found in check_text(words_of(name), RULES)] == []


def test_the_check_would_see_it():
    """The same words with one promise among them are marked."""
    spoilt = words_of("home_use") + "\n\nKetamine is approved for depression. It is safe at home without monitoring. It cures depression."
    assert {found.rule for found in check_text(spoilt, RULES)} >= {"approved_racemic", "cure"}


@pytest.mark.parametrize("name", NAMED)
def test_each_is_a_default_with_its_sources_until_a_site_signs_its_own(name):
    text = TEXTS[name]
    assert text.mark is Mark.DEFAULT
    assert all(section.source and section.paragraphs for section in text.sections)
    assert len(text.acknowledgements) >= 3


@pytest.mark.parametrize("name", NAMED)
def test_each_says_that_one_may_stop_and_at_no_cost_to_care(name):
    words = words_of(name).lower()
    assert any(
        said in words
        for said in ("stop at any time", "leave at any time", "say no at any time", "take it back at any moment", "back at any time")
    )
    assert "not change how we" in words or "look after you just the same" in words


def test_ketamine_by_itself_is_said_to_be_off_label_and_psilocybin_investigational():
    for name in ("racemic_ketamine_off_label", "home_use", "psychotherapy_frame"):
        assert "off-label" in words_of(name)
    assert "investigational" in words_of("trial_participation")
    assert "no stops" in words_of("guardian_permission").lower()
