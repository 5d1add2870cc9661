"""Every error code in the source, with the words it is said in: read from the code, so that none is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fanlight
from fanlight.cli.reference.writing import page, section, words

_CODE = re.compile(r"FAN-[A-Z]+-[0-9]{3}")
_WHOLE = re.compile(r"FAN-[A-Z]+-[0-9]{3}\Z")
_PARTS = 4
_ROOMS = {
    "CLI": "Commands",
    "QTY": "Quantities",
    "TIME": "Times",
    "CONT": "Content files",
    "FACT": "Facts",
    "REC": "Records",
    "ROLE": "Roles",
    "SESS": "Sessions",
    "SCALE": "Rating scales",
    "STORE": "The database",
    "PAT": "Patients",
    "IMP": "Imports",
    "CODE": "Code tables",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One place where a code is said: what could not be done, why, and what to do next, as far as the code spells them."""

    code: str
    text: str


def said_in_source(folder: Path | None = None) -> list[Said]:
    """Every code with its words, in the order of the codes; the same words twice are told once."""
    root = folder or Path(fanlight.__file__).parent
    found = {said for path in sorted(root.rglob("*.py")) for said in _said(ast.parse(path.read_text(encoding="utf-8")))}
    bare = {said.code for said in found if said.text}
    return sorted((said for said in found if said.text or said.code not in bare), key=lambda said: (said.code, said.text))


def _said(tree: ast.AST) -> Iterator[Said]:
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and _is_code(node.args[0]):
            code = node.args[0].value  # type: ignore[attr-defined]
            inside.add(id(node.args[0]))
            yield Said(code, _sentence([_text(argument) for argument in node.args[1:_PARTS]]))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and (found := _CODE.search(text := _text(node))):
            inside.update(id(value) for value in node.values)
            yield Said(found[0], text.partition(found[0])[2].strip())
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield from _in_text(node.value)


def _in_text(text: str) -> Iterator[Said]:
    """Codes in a plain text: one it begins with is followed by its words; a trigger says them up to the closing quote."""
    for found in _CODE.finditer(text):
        after = text[found.end() :]
        is_trigger = "RAISE" in text[: found.start()]
        yield Said(found[0], after.partition("'")[0].strip() if is_trigger else after.strip() if found.start() == 0 else "")


def _sentence(texts: list[str]) -> str:
    """As `FanlightError` says it: what, why, what to do next."""
    what, why, next_step = [*texts, "", "", ""][:3]
    if not what:
        return ""
    said = f"{what.rstrip('.')}: {why.rstrip('.')}." if why else f"{what.rstrip('.')}."
    return f"{said} {next_step}".rstrip()


def _is_code(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_WHOLE.match(node.value))


def _text(node: ast.expr) -> str:
    """The words of a string, with what is filled in shown as its last name in braces."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value) for value in values)
        case ast.FormattedValue(value=value):
            return "{" + re.sub(r"[^a-z ]+", " ", ast.unparse(value).rpartition(".")[2].lower()).strip().replace("  ", " ") + "}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left) + _text(right)
        case _:
            return ""


def error_codes_page() -> str:
    """Every code with its words."""
    rooms: dict[str, list[Said]] = {}
    for said in said_in_source():
        rooms.setdefault(said.code.split("-")[1], []).append(said)
    blocks = ["A code is stable: it means the same in every version. Braces show what is filled in."]
    for room in sorted(rooms):
        lines: dict[str, list[str]] = {}
        for said in rooms[room]:
            lines.setdefault(said.code, []).append(said.text)
        listed = [section(code, *(words(text) for text in texts if text), level=3) for code, texts in lines.items()]
        blocks.append(section(_ROOMS.get(room, room), *listed))
    return page("Error codes", *blocks)
