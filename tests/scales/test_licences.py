"""What ships and in which class: no wording without a licence for it, and none by accident."""

import re
from datetime import date

import pytest

from fanlight.care.scales.catalogue import WithheldFile, shipping_list
from fanlight.care.scales.loinc import has_valid_check_digit
from fanlight.care.scales.parts import Tier
from fanlight.content import content_folder, read
from fanlight.core.sources import Mark
from fanlight.records.instruments import instruments_folder, shipped_instruments

SCALES = shipped_instruments()
LISTED = {line.instrument_id: line for line in shipping_list(SCALES.values())}

FULL_TEXT = {
    "phq9", "phq2", "phq8", "gad7", "pcl5", "pc_ptsd5", "audit_c", "psc17", "cgi_s", "urinary_check",
    "nrs_pain", "nrs_anxiety", "nrs_distress", "nrs_dissociation", "nrs_nausea",
}  # fmt: skip
"""Every instrument that may carry the wording of all its items. Add one only with its licence read."""

PART_TEXT = {"phqa"}
"""Wording of the scored items only; the rest stands as topics."""

SCORE_ENTRY = {
    "asc11", "asc5d", "bdi2", "bpi_interference", "bpi_severity", "bpic_ss", "bss", "cdrs_r", "ceq", "eq5d5l", "ids_c30",
    "ids_sr30", "moca", "sds", "ssi", "taps",
}  # fmt: skip

REFERENCE_LISTS = {
    "aldrete", "asc11", "asc5d", "asrm", "audit_c", "bdi2", "bpi_interference", "bpi_severity", "bpic_ss", "bprs",
    "bprs_positive4", "bss", "cadss", "cadss6", "caps5", "cdrs_r", "ceq", "cgi_i", "cgi_s", "cpss5", "cries13", "cries8",
    "cssrs_screener", "cssrs_since_last_visit", "dast10", "ebi", "eq5d5l", "gad7", "hamd17", "icpi", "icsi", "ids_c30",
    "ids_sr30", "isi", "lsas", "madrs", "madrs_s", "mdq", "meq30", "moaas", "moca", "mpadss", "msm", "nrs_anxiety",
    "nrs_dissociation", "nrs_distress", "nrs_nausea", "nrs_pain", "oci_r", "pc_ptsd5", "pcl5", "pgic", "phq2", "phq8", "phq9",
    "phqa", "promis29", "promis_anxiety_4a", "promis_depression_4a", "promis_depression_8a", "promis_fatigue_4a",
    "promis_pain_interference_4a", "promis_physical_function_4a", "promis_sleep_disturbance_4a", "promis_social_roles_4a",
    "psc17", "qids_c16", "qids_sr16", "qlesq_sf", "rass", "scared_child", "scared_parent", "sds", "spin", "ssi", "taps",
    "urinary_check", "who5", "whodas12", "wsas", "ybocs", "ymrs",
}  # fmt: skip


def test_all_that_the_reference_lists_is_here_and_nothing_else():
    assert set(SCALES) == REFERENCE_LISTS
    assert all(scale.id == name for name, scale in SCALES.items())


def test_what_is_left_out_says_why():
    left_out = read(content_folder() / "withheld" / "instruments.yaml", WithheldFile).withheld
    assert {one.title for one in left_out} >= {"SDI", "NADA", "OLUTS", "LEC-5", "AUDIT (10 items)"}
    assert all(one.why for one in left_out)


def test_wording_ships_only_where_the_list_says_so():
    assert {name for name, line in LISTED.items() if line.ships == "full text"} == FULL_TEXT
    assert {name for name, line in LISTED.items() if line.ships == "score entry"} == SCORE_ENTRY
    assert {name for name, scale in SCALES.items() if any(item.text for item in scale.items)} == FULL_TEXT | PART_TEXT


@pytest.mark.parametrize("name", sorted(SCALES))
def test_no_wording_outside_tier_a(name):
    scale = SCALES[name]
    if scale.licence.tier is Tier.A:
        return
    assert not scale.stem
    assert not [item.id for item in scale.items if item.text]
    labels = {option.label for values in scale.value_sets.values() for option in values.options}
    assert labels <= {"", "Yes", "No"}


@pytest.mark.parametrize("name", sorted(SCALES))
def test_topics_are_a_few_words_of_our_own_and_never_a_question(name):
    for item in SCALES[name].items:
        assert 1 <= len(item.topic.split()) <= 10, item.topic
        assert not re.search(r"[?!]|\b(I|my|me|you|your)\b", item.topic), item.topic


def test_tier_d_is_entered_as_scores():
    assert all(scale.is_score_entry for scale in SCALES.values() if scale.licence.tier is Tier.D)


def test_a_score_entry_form_has_no_more_than_numbers():
    for name in SCORE_ENTRY:
        topics = [item.topic for item in SCALES[name].items]
        assert all(re.search(r"total|value|score|mean|level|rating|use of", topic) for topic in topics), (name, topics)


def test_no_text_pack_lies_in_the_package():
    package = content_folder().parent
    inside = [path for path in package.rglob("*.y*ml") if re.search(r"^(licensed_on|agreement):", path.read_text(encoding="utf-8"), re.M)]
    assert inside == []


def test_the_three_facts_of_a_licence_are_kept_apart():
    for scale in SCALES.values():
        assert scale.licence.status
        assert scale.licence.basis
        if scale.licence.verified_at_source_on is not None:
            assert scale.licence.mark is Mark.VERIFIED
            assert scale.licence.verified_at_source_on <= date(2026, 11, 21)
    assert SCALES["phq9"].licence.verified_at_source_on is None, "read as quoted elsewhere, not at its owner's"
    assert "Copyright Pfizer" in SCALES["phq9"].licence.notice


def test_gad7_says_not_at_all_and_nothing_more():
    assert SCALES["gad7"].value_sets["frequency"].options[0].label == "Not at all"


def test_every_loinc_code_has_its_check_digit_and_the_known_wrong_ones_are_absent():
    codes = [
        code
        for scale in SCALES.values()
        for code in (scale.loinc.panel, scale.loinc.total, scale.loinc.level, *(i.loinc for i in scale.items))
        if code
    ]
    assert len(codes) > 40
    assert all(has_valid_check_digit(code) for code in codes)
    assert not {"70221-7", "44262-4", "89206-7"} & set(codes)
    assert not any(item.loinc for item in SCALES["cssrs_since_last_visit"].items), "every C-SSRS item code asserts a window"


@pytest.mark.parametrize("code", ["44249-2", "44249", "4424-91", "LA6568-5", "44249-", "-1", "44249-11", "٤٤٢٤٩-1"])
def test_a_mistyped_code_is_seen(code):
    assert not has_valid_check_digit(code)


def test_the_files_are_named_by_their_ids():
    assert {path.stem for path in instruments_folder().iterdir()} == set(SCALES)


def test_recall_windows():
    assert SCALES["madrs"].recall_forms[1].carried == ("q4", "q5")
    assert "previous contact" in SCALES["cssrs_since_last_visit"].recall
    assert SCALES["madrs_s"].recall == "the past 3 days"
    assert all(scale.recall for scale in SCALES.values())


def test_ids_and_versions_fit_the_record_of_an_answer():
    from fanlight.records.models import ScaleResponse

    longest = {name: ScaleResponse._meta.get_field(name).max_length for name in ("instrument_id", "instrument_version")}
    assert not [scale.id for scale in SCALES.values() if len(scale.id) > longest["instrument_id"]]
    assert not [scale.id for scale in SCALES.values() if len(scale.version) > longest["instrument_version"]]


def test_one_instrument_is_read_without_the_others():
    from fanlight.records import instruments

    assert len(SCALES) == len(REFERENCE_LISTS)
    assert SCALES.get("no_such_scale") is None
    instruments._read_once.cache_clear()
    assert instruments.shipped_instruments()["isi"].title == "ISI"
    assert instruments._read_once.cache_info().currsize == 1
