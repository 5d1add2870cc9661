"""The manual cannot fall behind: what is generated matches content and code, and what they hold has its page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from fanlight.care.sessions.status import SessionStatus
from fanlight.cli import COMMANDS
from fanlight.cli.docs import pages_behind
from fanlight.cli.reference import reference_pages
from fanlight.cli.reference.conditions import condition_words
from fanlight.cli.reference.error_codes import said_in_source
from fanlight.cli.reference.state_drawing import state_drawing
from fanlight.cli.reference.writing import table, words
from fanlight.records.library import library

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference_pages()


def test_no_page_of_the_manual_falls_behind(pages):
    behind = pages_behind(pages, REFERENCE, write=False)
    assert not behind, f"run `fanlight docs`: {behind}"


def test_a_page_that_falls_behind_is_noticed_and_brought_up(pages, tmp_path):
    some = {name: pages[name] for name in ("roles.md", "session-states.svg")}
    assert set(pages_behind(some, tmp_path, write=True)) == set(some)
    assert not pages_behind(some, tmp_path, write=False)
    (tmp_path / "roles.md").write_text("old")
    (tmp_path / "gone.md").write_text("of something removed")
    assert pages_behind(some, tmp_path, write=False) == {"roles.md": "falls behind", "gone.md": "is made by nothing any more"}
    pages_behind(some, tmp_path, write=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["roles.md", "session-states.svg"]


def test_every_command_protocol_fact_and_state_has_its_place(pages):
    assert all(f"fanlight {name}" in pages["commands.md"] for name in COMMANDS)
    assert all(f"protocols/{name}.md" in pages for name in library().protocols)
    assert all(f"`{name}`" in pages["facts.md"] for name in library().facts.definitions)
    assert all(words(status.label) in pages["session-states.md"] for status in SessionStatus)


def test_every_error_code_in_the_source_has_its_place(pages):
    """Twin: a plain search of the files."""
    found = set()
    for path in (ROOT / "src" / "fanlight").rglob("*.py"):
        literals = [n.value for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Constant)]
        found |= {code for text in literals if isinstance(text, str) for code in re.findall(r"\bFAN-[A-Z]+-[0-9]{3}\b", text)}
    missing = sorted(code for code in found if f"### {code}" not in pages["error-codes.md"])
    assert not missing, missing
    assert len(found) > 100


def test_words_of_an_error_are_read_with_what_is_filled_in(tmp_path):
    (tmp_path / "a.py").write_text(
        'raise E("FAN-X-001", f"Cannot plan {site.name}", "it is closed", "Open it.")\nwrite(f"FAN-X-002  No {n}.")\nCODE = "FAN-X-003"\n'
    )
    said = [(item.code, item.text) for item in said_in_source(tmp_path)]
    assert said == [
        ("FAN-X-001", "Cannot plan {name}: it is closed. Open it."),
        ("FAN-X-002", "No {n}."),
        ("FAN-X-003", ""),
    ]


def test_markup_in_content_stays_words():
    assert words("a|b *c* <d> {e} [f](g)") == r"a\|b \*c\* \<d\> \{e\} \[f\](g)"
    assert table(["x"], [[""]]).splitlines()[2] == "|   |"


def test_conditions_keep_their_structure():
    assert condition_words({"any": ["a", {"not": "b"}]}) == "any of (a; not (b))"
    assert condition_words({"weight_kg": {"at_least": 30}}) == "weight_kg (at_least 30)"


def test_the_drawing_has_every_state_and_arrow():
    drawn = state_drawing([("a", "A & co"), ("b", "B")], [("z", "the end")], {"a": ["b", "z"], "b": ["a"], "z": []})
    assert drawn.count("<polygon") == 2
    assert "A &amp; co" in drawn
    assert "■ the end" in drawn


def test_every_page_of_the_manual_can_be_reached():
    """A page that no table of contents names would fail the strict build; this finds it without Sphinx."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    lost = [path.stem for path in (ROOT / "docs").glob("*.md") if path.stem != "index" and not re.search(rf"^{path.stem}$", text, re.M)]
    assert not lost
    unnamed = [name for name in (p.stem for p in REFERENCE.glob("*.md")) if f"reference/{name}" not in text]
    assert not unnamed


def test_the_manual_names_only_commands_that_exist():
    named = set()
    for path in (ROOT / "docs").glob("*.md"):
        named |= set(re.findall(r"\bfanlight ([a-z][a-z-]+)\b", path.read_text(encoding="utf-8")))
    assert named <= set(COMMANDS), named - set(COMMANDS)


def test_the_tutorial_names_only_what_the_product_shows():
    """Every name set bold in the tutorial is somewhere in the product's pages, words or protocols."""
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    named = {" ".join(found.split()) for found in re.findall(r"\*\*(.+?)\*\*", text, re.S)}
    places = [*(ROOT / "src/fanlight/web").rglob("*"), *(ROOT / "src/fanlight/care").rglob("*.py")]
    shown = "\n".join(p.read_text(encoding="utf-8") for p in places if p.suffix in (".py", ".html", ".js"))
    missing = sorted(name for name in named if name.lower() not in shown.lower())
    assert not missing, missing
    people = (ROOT / "src/fanlight/sample/clinic.yaml").read_text(encoding="utf-8") + "".join(
        p.read_text(encoding="utf-8") for p in (ROOT / "src/fanlight/sample").glob("*.py")
    )
    for person in ("Juniper", "Larkmoor", "Silas", "Wintergreen", "Bram", "Oakhollow"):
        assert person in people


def test_every_tested_rule_case_is_a_line_of_its_page(pages):
    """Counted from the tables themselves: as many lines as cases, and as many of each answer."""
    import re
    from pathlib import Path

    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(Path("tests/spec/rules").glob("*.yaml")))
    for answer in ("present", "absent", "unknown"):
        written = len(re.findall(rf"^    - .*\banswer: {answer}\b", text, re.MULTILINE))
        shown = len(re.findall(rf"^\|[^|]*\| {answer} \|", pages["rule-cases.md"], re.MULTILINE))
        assert written == shown > 100, answer
    assert re.findall(r"^## (\S+)", pages["rule-cases.md"], re.MULTILINE) == re.findall(r"^- rule: (\S+)", text, re.MULTILINE)
