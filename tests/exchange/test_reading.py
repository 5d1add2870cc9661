"""Reading received text: exact, strict, and never more lost than was broken."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fanlight.exchange.fhir import DocumentKind, Limits, read_document
from fanlight.exchange.fhir.strict_json import BrokenJSONError, StrictDecoder, end_of_value

PATIENT = '{ "resourceType": "Patient", "id": "a1", "x": 72.0 }'


def bundle(*resources: str, kind: str = "transaction") -> str:
    entries = ",\n".join(
        f'{{"fullUrl": "urn:uuid:{number}", "resource": {text}, "request": {{"method": "POST"}}}}' for number, text in enumerate(resources)
    )
    return f'{{"resourceType": "Bundle", "type": "{kind}", "entry": [{entries}]}}'


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(alphabet="abc", max_size=3), values, max_size=5), st.sampled_from(["", " ", "\n\t "]))
def test_the_scanner_agrees_with_the_json_module(value, blanks):
    """Twin: the standard module over the same text."""
    text = blanks + json.dumps(value, default=str, ensure_ascii=False) + blanks
    found = StrictDecoder(text).value_at(len(blanks))
    assert found.value == json.loads(text, parse_float=Decimal)
    assert text[found.end :] == blanks
    assert not found.faults
    assert end_of_value(text, len(blanks)) == found.end


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=5), st.text() | st.integers() | st.booleans(), max_size=4), max_size=6), st.data())
def test_a_bundle_keeps_every_slice_and_a_cut_loses_only_what_was_cut(bodies, data):
    texts = [json.dumps({**body, "resourceType": "Basic"}, ensure_ascii=data.draw(st.booleans()), indent=1) for body in bodies]
    whole = bundle(*texts)
    found = read_document(whole, "b.json")
    assert [piece.text for piece in found.pieces] == texts
    assert [json.loads(piece.text) for piece in found.pieces] == [dict(piece.value) for piece in found.pieces]
    cut_at = data.draw(st.integers(min_value=0, max_value=len(whole) - 1))
    cut = read_document(whole[:cut_at], "b.json")
    assert [piece.text for piece in cut.pieces] == texts[: len(cut.pieces)]
    assert cut.refusals
    if len(cut.pieces) < len(texts):
        next_entry = f'{{"fullUrl": "urn:uuid:{len(cut.pieces)}"'
        entry_end = whole.index(next_entry) + len(next_entry) + len(', "resource": ') + len(texts[len(cut.pieces)])
        assert cut_at < entry_end + len(', "request": {"method": "POST"}}'), "a whole entry before the cut was lost"


def test_a_bundle_cut_in_half_gives_the_whole_resources_before_the_cut():
    text = bundle(PATIENT, PATIENT.replace("a1", "a2"), PATIENT.replace("a1", "a3"))
    cut = read_document(text[: text.index("a3")], "half.json")
    assert [piece.value["id"] for piece in cut.pieces] == ["a1", "a2"]
    (refusal,) = cut.refusals
    assert "cut in half" in refusal.reason
    assert "2 whole resources" in refusal.reason


def test_digits_and_the_exact_text_are_kept():
    (piece,) = read_document(bundle(PATIENT), "b.json").pieces
    assert piece.text == PATIENT
    assert str(piece.value["x"]) == "72.0"
    assert piece.full_url == "urn:uuid:0"


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        ('{"resourceType": "Patient", "n": NaN}', "NaN is not a number"),
        ('{"resourceType": "Patient", "n": -Infinity}', "-Infinity is not a number"),
        ('{"resourceType": "Patient", "n": 1E400}', "beyond any measurement"),
        ('{"resourceType": "Patient", "n": ' + "9" * 5000 + "}", "more than 64 characters"),
        ('{"resourceType": "Patient", "id": "a", "id": "b"}', "id stands twice"),
        ('{"resourceType": "Patient", "name": [{"family": "A", "family": "B"}]}', "family stands twice"),
    ],
)
def test_bad_values_refuse_their_resource_alone(resource, words):
    found = read_document(bundle(resource, PATIENT), "b.json")
    assert [piece.value["id"] for piece in found.pieces] == ["a1"]
    assert words in found.refusals[0].reason
    assert found.refusals[0].place == "entry 0"


@pytest.mark.parametrize("broken", ["{bad}", "3", '{"resourceType": "Patient",}', '{"a": "b" "c"}'])
def test_a_broken_entry_does_not_take_the_next_with_it(broken):
    text = bundle(PATIENT).replace('"entry": [', '"entry": [' + broken + ", ")
    found = read_document(text, "b.json")
    assert [piece.value.get("id") for piece in found.pieces] == ["a1"]
    assert len(found.refusals) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("[1]", "does not begin with a JSON object"),
        ("<Patient/>", "does not begin with a JSON object"),
        ('{"resourceType": "Patient"', "cut in half"),
        ('{"resourceType": "Patient", "name": "x', "cut in half"),
        ("[" * 200_000, "does not begin"),
        ('{"a":' * 100_000, "nested deeper"),
        ('{"resourceType": "Bundle", "type": "history", "entry": []}', "history"),
        ('{"resourceType": "Bundle", "entry": []}', "type"),
        (PATIENT + PATIENT, "more text follows"),
    ],
)
def test_what_cannot_be_read_is_refused_in_plain_words(text, words):
    found = read_document(text, "x.json")
    assert not found.pieces
    assert words in found.refusals[0].reason
    assert "Traceback" not in found.refusals[0].reason


def test_bytes_that_are_not_utf8_are_refused_and_a_byte_order_mark_is_not():
    assert "UTF-8" in read_document(b'{"resourceType": "\xff"}', "x.json").refusals[0].reason
    assert len(read_document(b"\xef\xbb\xbf" + PATIENT.encode(), "x.json").pieces) == 1


def test_lines_are_read_one_by_one():
    text = (
        PATIENT
        + "\n\n"
        + '{"resourceType": "Pat\n'
        + "x" * 50
        + "\r\n"
        + PATIENT
        + ' {"more": 1}\n'
        + PATIENT.replace("a1", "\u2028")
        + "\r\n"
    )
    found = read_document(text, "Patient.ndjson")
    assert found.kind is DocumentKind.LINES
    assert [piece.place for piece in found.pieces] == ["line 1", "line 6"]
    assert [refusal.place for refusal in found.refusals] == ["line 3", "line 4", "line 5"]
    assert "cut in half" in found.refusals[0].reason
    assert "more text follows" in found.refusals[2].reason
    assert found.pieces[1].text == PATIENT.replace("a1", "\u2028")


def test_lines_are_known_without_their_file_ending():
    assert read_document(PATIENT + "\n" + PATIENT, "upload").kind is DocumentKind.LINES
    assert read_document(json.dumps(json.loads(PATIENT), indent=2), "upload").kind is DocumentKind.RESOURCE


def test_limits_refuse_what_is_beyond_them_and_take_what_is_exactly_on_them():
    limits = Limits(bundle_entries=2, document_characters=400)
    assert len(read_document(bundle(PATIENT, PATIENT), "b.json", limits).pieces) == 2
    assert "3 entries" in read_document(bundle(PATIENT, PATIENT, "{}"), "b.json", limits).refusals[0].reason
    assert "longer than 400" in read_document(" " * 400 + "{", "b.json", limits).refusals[0].reason


def test_a_delete_in_a_bundle_is_listed_and_nothing_is_removed():
    text = '{"resourceType": "Bundle", "type": "transaction", "entry": [{"request": {"method": "DELETE", "url": "Patient/234"}}]}'
    (refusal,) = read_document(text, "b.json").refusals
    assert "DELETE Patient/234" in refusal.what
    assert "removes nothing" in refusal.reason


def test_a_key_is_asked_for_where_one_belongs():
    with pytest.raises(BrokenJSONError, match="a key was expected"):
        StrictDecoder("{3: 4}").key_at(1)
    with pytest.raises(BrokenJSONError, match="a colon"):
        StrictDecoder('"a" 4').key_at(0)


def test_every_shared_example_is_read_whole(shared_data):
    for path in sorted((shared_data / "fhir-examples").rglob("*.json")):
        found = read_document(path.read_bytes(), path.name)
        twin = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        if found.kind is DocumentKind.BUNDLE:
            assert [dict(p.value) for p in found.pieces] == [e["resource"] for e in twin["entry"] if "resource" in e]
        else:
            assert [dict(p.value) for p in found.pieces] == [twin]
