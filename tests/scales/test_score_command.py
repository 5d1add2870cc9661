"""`fanlight score`: what a person or a program gets back."""

import io
import json

import pytest

from fanlight.cli import main


def run(monkeypatch, capsys, text, *args):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    status = main(["score", *args])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def test_json(monkeypatch, capsys):
    text = json.dumps({f"q{i}": 2 for i in range(1, 9)} | {"q9": None})
    status, out, err = run(monkeypatch, capsys, text, "phq9", "--answers", "-", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "instrument": "phq9",
        "version": "2001",
        "status": "prorated",
        "total": 18,
        "subscales": {},
        "band": "moderately_severe",
        "flags": ["prorated", "suicide_item_missing"],
        "faults": [],
    }


def test_words_from_a_file(monkeypatch, capsys, tmp_path):
    (tmp_path / "form.json").write_text('{"q1": 3, "q2": 2, "q3": 3, "q4": 2, "q5": 2}', encoding="utf-8")
    status, out, _ = run(monkeypatch, capsys, "", "WHO-5", "--answers", str(tmp_path / "form.json"))
    assert status == 0
    assert "percent    48" in out
    assert "who5_low" in out


def test_context(monkeypatch, capsys):
    text = '{"q1": 2, "q2": 1, "q3": 0}'
    assert "audit_c_positive" in run(monkeypatch, capsys, text, "audit-c", "--answers", "-", "--context", "sex=female")[1]
    assert "audit_c_positive" not in run(monkeypatch, capsys, text, "audit-c", "--answers", "-", "--context", "sex=male")[1]
    wsas = '{"q2": 4, "q3": 4, "q4": 4, "q5": 4}'
    assert (
        json.loads(run(monkeypatch, capsys, wsas, "wsas", "--answers", "-", "--context", "work_not_applicable=true", "--json")[1])["total"]
        == 20
    )
    ymrs = json.dumps({f"q{i}": 0 for i in range(1, 12)} | {"q5": 8})
    assert "mania_watch" in run(monkeypatch, capsys, ymrs, "ymrs", "--answers", "-", "--context", "previous_total=0")[1]


def test_an_answer_out_of_range_is_an_answer_about_the_form(monkeypatch, capsys):
    status, out, err = run(monkeypatch, capsys, '{"q1": 4, "q9": 1}', "phq9", "--answers", "-", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["status"] == "invalid"
    assert json.loads(out)["flags"] == ["out_of_range:q1", "suicide_item_positive"]


def test_a_wrong_kind_of_answer_exits_1_with_every_fault_and_keeps_the_suicide_flags(monkeypatch, capsys):
    status, out, err = run(monkeypatch, capsys, '{"q1": "2", "mood": 1, "q2": 2.5, "q9": 3}', "phq9", "--answers", "-", "--json")
    assert status == 1
    assert "FAN-SCALE-002" in err
    assert "mood: is not an item" in err
    assert "q1: is not a number but text" in err
    assert "q2: is not a whole number" in err
    assert "suicide_item_urgent" in json.loads(out)["flags"]


@pytest.mark.parametrize(
    ("text", "args", "code"),
    [
        ("[1]", [], "FAN-SCALE-004"),
        ("{", [], "FAN-SCALE-004"),
        ('{"q1": 1, "q1": 2}', [], "q1 stands twice"),
        ('{"q1": NaN}', [], "NaN is not a number"),
        ("{}", ["--context", "sex"], "KEY=VALUE"),
        ("{}", ["--context", "sex=male"], "FAN-SCALE-003"),
        ("{}", ["--context", "sex=male", "--context", "sex=female"], "given twice"),
        ("  ", [], "nothing in it"),
        ("[" * 100_000, [], "FAN-SCALE-004"),
        ('{"q1": ' + "9" * 5000 + "}", [], "FAN-SCALE-004"),
    ],
)
def test_what_cannot_be_read_is_refused(monkeypatch, capsys, text, args, code):
    status, out, err = run(monkeypatch, capsys, text, "phq9", "--answers", "-", *args)
    assert (status, out) == (1, "")
    assert code in err


def test_a_file_that_is_not_there(monkeypatch, capsys):
    status, _, err = run(monkeypatch, capsys, "", "phq9", "--answers", "nowhere.json")
    assert status == 1
    assert "FAN-SCALE-004" in err


def test_an_unknown_instrument(monkeypatch, capsys):
    status, _, err = run(monkeypatch, capsys, "{}", "phq10", "--answers", "-")
    assert status == 1
    assert "Did you mean" in err


def test_every_instrument_says_incomplete_of_an_empty_form(monkeypatch, capsys):
    for name in ("phq9", "cssrs_screener", "eq5d5l", "moca"):
        status, out, _ = run(monkeypatch, capsys, "{}", name, "--answers", "-")
        assert status == 0
        assert "incomplete" in out
        assert "band       not given" in out


@pytest.mark.parametrize(
    ("answers", "status"), [('{"q1": "2"}', 1), ('{"q1": true}', 1), ('{"mood": 2}', 1), ('{"q1": 2.5}', 0), ('{"q1": 2.0}', 0)]
)
def test_text_is_refused_and_a_number_out_of_range_is_only_invalid(monkeypatch, capsys, answers, status):
    assert run(monkeypatch, capsys, answers, "phq9", "--answers", "-")[0] == status


def test_work_that_does_not_apply_may_be_written_1(monkeypatch, capsys):
    wsas = '{"q2": 4, "q3": 4, "q4": 4, "q5": 4}'
    for word in ("1", "yes", "TRUE"):
        out = run(monkeypatch, capsys, wsas, "wsas", "--answers", "-", "--context", f"work_not_applicable={word}", "--json")[1]
        assert json.loads(out)["total"] == 20


def test_a_file_that_begins_with_a_byte_order_mark_is_read(monkeypatch, capsys, tmp_path):
    (tmp_path / "form.json").write_text('{"q1": 1}', encoding="utf-8-sig")
    assert run(monkeypatch, capsys, "", "nrs_pain", "--answers", str(tmp_path / "form.json"))[0] == 0


@pytest.mark.parametrize(
    ("args", "word"),
    [(["phq9"], "answers"), ([], "INSTRUMENT"), (["phq9", "--answers", "-", "--jsn"], "--jsn"), (["phq9", "--answers"], "--answers")],
)
def test_a_command_asked_wrongly_says_so_in_one_line_and_exits_2(monkeypatch, capsys, args, word):
    status, out, err = run(monkeypatch, capsys, "{}", *args)
    assert (status, out) == (2, "")
    assert err.startswith("FAN-CLI-002")
    assert word.lower() in err.lower()
    assert err.count("\n") == 1
