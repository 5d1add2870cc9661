"""A licensed site lays its wording over an instrument; scoring never changes."""

from datetime import date

import pytest

from fanlight.care.scales import ScaleError, score
from fanlight.care.scales.overlay import TextPack, with_text
from fanlight.content import ContentError, content_folder, read_text
from fanlight.core.errors import InputError
from fanlight.records.instruments import instruments_with_overlay, shipped_instrument

ON = date(2026, 11, 21)
HEAD = """instrument: asrm
version: 0-4
language: en
holder: A publisher
agreement: letter 12
notice: Reproduced by permission.
licensed_on: 2026-01-01
"""
ITEMS = "items: {q1: Wording one, q2: Wording two, q3: Wording three, q4: Wording four, q5: Wording five}\n"
OPTIONS = 'options: {level: {"0": Lowest, "4": Highest}}\n'


def pack(text):
    return read_text(text, TextPack)


def test_wording_is_laid_over_and_scoring_stays():
    plain = shipped_instrument("asrm")
    worded = with_text(plain, pack(HEAD + ITEMS + OPTIONS + "stem: Which is nearest?\n"), ON)
    assert worded.item("q3").text == "Wording three"
    assert (worded.stem, worded.licence.notice, worded.has_full_text) == ("Which is nearest?", "Reproduced by permission.", True)
    assert [(option.value, option.label) for option in worded.value_sets["level"].options] == [(0, "Lowest"), (4, "Highest")]
    answers = {"q1": 2, "q2": 1, "q3": 1, "q4": 1, "q5": None}
    assert score(worded, answers) == score(plain, answers)
    assert not plain.item("q3").text, "the shipped instrument is untouched"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD.replace("0-4", "1-5") + ITEMS, "one version"),
        (HEAD + ITEMS.replace("q5:", "q55:"), 'Did you mean "q5"'),
        (HEAD + "items: {q1: Wording one}\n", "items.q5: required, missing"),
        (HEAD + ITEMS.replace("Wording two", '""'), "items.q2: is empty"),
        (HEAD + ITEMS + 'options: {level: {"5": Most}}\n', "options.level.5: is not an answer"),
        (HEAD + ITEMS + 'options: {often: {"1": Most}}\n', "options.often: is not a set"),
        (HEAD + ITEMS + "expires_on: 2026-11-20\n", "the licence ended on 2026-11-20"),
        (HEAD.replace("2026-01-01", "2027-01-01") + ITEMS, "lies after"),
        (HEAD.replace("asrm", "ymrs") + ITEMS, "is ymrs, not asrm"),
    ],
)
def test_a_pack_that_does_not_fit_is_refused(text, why):
    with pytest.raises(InputError) as refused:
        with_text(shipped_instrument("asrm"), pack(text), ON)
    assert why in str(refused.value)


def test_a_licence_ends_at_the_end_of_its_day():
    assert with_text(shipped_instrument("asrm"), pack(HEAD + ITEMS + "expires_on: 2026-11-21\n"), ON)


def test_tier_d_has_no_place_for_wording():
    text = HEAD.replace("asrm", "bdi2").replace("0-4", "II") + "items: {total: Total, q9: Nine}\n"
    with pytest.raises(InputError, match="scores only"):
        with_text(shipped_instrument("bdi2"), pack(text), ON)


def test_scoring_cannot_be_slipped_in():
    with pytest.raises(ContentError, match="scores"):
        pack(HEAD + ITEMS + "scores: []\n")


def test_a_folder_of_packs_is_merged_by_id(tmp_path):
    (tmp_path / "asrm.yaml").write_text(HEAD + ITEMS, encoding="utf-8")
    merged = instruments_with_overlay(tmp_path, ON)
    assert merged["asrm"].has_full_text
    assert merged["phq9"] is shipped_instrument("phq9") or merged["phq9"].id == "phq9"


def test_faults_of_a_folder_are_told_together(tmp_path):
    (tmp_path / "a.yaml").write_text(HEAD.replace("asrm", "asrn") + ITEMS, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(HEAD + "items: {q1: Wording one}\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        instruments_with_overlay(tmp_path, ON)
    assert 'Did you mean "asrm"' in str(refused.value)
    assert "b.items.q5" in str(refused.value)


def test_a_site_adds_an_instrument_of_its_own_and_replaces_none(tmp_path):
    (tmp_path / "instruments").mkdir()
    own = (content_folder() / "instruments" / "isi.yaml").read_text(encoding="utf-8").replace("id: isi", "id: isi_site", 1)
    (tmp_path / "instruments" / "isi_site.yaml").write_text(own, encoding="utf-8")
    text = (
        HEAD.replace("asrm", "isi_site").replace("0-4", '"7"') + "items: {" + ", ".join(f"q{i}: Wording {i}" for i in range(1, 8)) + "}\n"
    )
    (tmp_path / "isi_site.yaml").write_text(text, encoding="utf-8")
    merged = instruments_with_overlay(tmp_path, ON)
    assert merged["isi_site"].has_full_text
    assert not merged["isi"].has_full_text
    (tmp_path / "instruments" / "isi_site.yaml").write_text(own.replace("id: isi_site", "id: isi", 1), encoding="utf-8")
    with pytest.raises(ScaleError, match="its scoring is not replaced"):
        instruments_with_overlay(tmp_path, ON)
