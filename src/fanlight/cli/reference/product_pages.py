"""Reference pages made from code: commands, session states and events, roles, import codes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fanlight.care.sessions.kinds import EVENT_KINDS
from fanlight.care.sessions.status import BY_RECORD, ENDED, INTENDED, SessionStatus
from fanlight.cli.reference.state_drawing import state_drawing
from fanlight.cli.reference.writing import bullets, code, page, section, table, words
from fanlight.content import read
from fanlight.exchange.fhir.tables import MeaningsFile, MeasuresFile
from fanlight.records.library import Library
from fanlight.records.permissions import ROLE_PERMISSIONS, Permission, Role


def commands_page(commands: dict[str, tuple[str, str]]) -> str:
    """Every command with its arguments and options."""
    blocks = ["Exit status: 0 when it did what was asked, 1 when not, 2 when asked wrongly. Errors and progress go to standard error."]
    blocks += [_command(name, *commands[name]) for name in sorted(commands)]
    return page("Commands", *blocks)


def _command(name: str, module: str, summary: str) -> str:
    app = getattr(import_module(module), "app", None)
    if app is None:
        return section(code(f"fanlight {name}"), words(summary.capitalize()) + ".")
    import typer

    found: Any = typer.main.get_command(app)
    parts = [f"{words(summary.capitalize())}."]
    if hasattr(found, "commands"):
        parts += [_usage(f"{name} {sub}", inner, level=3) for sub, inner in found.commands.items()]
        return section(code(f"fanlight {name}"), *parts)
    return section(code(f"fanlight {name}"), *parts, *_parts(name, found))


def _usage(name: str, found: Any, level: int) -> str:
    return section(code(f"fanlight {name}"), *_parts(name, found), level=level)


def _parts(name: str, found: Any) -> list[str]:
    arguments = [p for p in found.params if p.param_type_name == "argument"]
    shown = " ".join(p.name.upper() + ("..." if p.nargs == -1 else "") for p in arguments)
    rows = []
    for parameter in found.params:
        is_argument = parameter.param_type_name == "argument"
        default = "required" if parameter.required else "" if parameter.default in (None, "", False) else f"default {parameter.default}"
        label = parameter.name.upper() if is_argument else ", ".join(parameter.opts)
        rows.append([code(label), words(getattr(parameter, "help", "") or ""), words(default)])
    return [
        f"```text\nfanlight {f'{name} {shown}'.strip()} [OPTIONS]\n```",
        words(found.help or ""),
        table(["", "meaning", ""], rows) if rows else "",
    ]


def session_states_page() -> str:
    """The one list of session states, drawn and in words, with everything that can be said of a session."""
    open_states = [status for status in SessionStatus if status not in ENDED]
    heads = ["from", *(words(status.label) for status in SessionStatus)]
    rows = [[words(start.label), *(_cell(start, end) for end in SessionStatus)] for start in SessionStatus]
    events = [
        [code(kind.value), words(described.label), words(", ".join(sorted(role.replace("_", " ") for role in described.roles)))]
        for kind, described in EVENT_KINDS.items()
    ]
    return page(
        "Session states",
        f"A session is in one of {len(open_states)} open states or has one of {len(ENDED)} ends. The database refuses any other move.",
        "![Open states with their moves, and under each the ends it may come to](session-states.svg)",
        section(
            "Every move",
            "● is what the gates let through. ○ is what only a fact recorded late, or a correction, may do: what happened can "
            "always be said. An empty cell is refused.",
            table(heads, rows),
        ),
        section("What can be said of a session", table(["event", "meaning", "who may record it"], events)),
    )


def _cell(start: SessionStatus, end: SessionStatus) -> str:
    return "●" if end in INTENDED[start] else "○" if end in BY_RECORD[start] else ""


def session_states_drawing() -> str:
    """The drawing of the states."""
    return state_drawing(
        [(status.value, status.label) for status in SessionStatus if status not in ENDED],
        [(status.value, status.label) for status in SessionStatus if status in ENDED],
        {start.value: [end.value for end in SessionStatus if end in INTENDED[start]] for start in SessionStatus},
    )


def roles_page() -> str:
    """Which role may do what; the table the product asks."""
    rows = [
        [words(permission.value.replace("_", " ")), *("●" if permission in ROLE_PERMISSIONS[role] else "" for role in Role)]
        for permission in Permission
    ]
    heads = ["may", *(words(role.label) for role in Role)]
    intro = (
        "What is not marked is refused, and the refusal is in the audit chain. An administrator gives roles and reads nothing "
        "clinical. Nobody gives a role to themselves."
    )
    return page("Roles", intro, table(heads, rows))


def import_codes_page(shelf: Library) -> str:
    """Which codes an import can chart, and which it can propose from."""
    measures = read(shelf.folder / "codes" / "measures.yaml", MeasuresFile)
    measured = [
        [
            words(", ".join(m.loinc)),
            words(m.label),
            words(m.unit),
            words(", ".join(m.units)),
            code(m.fact or m.dated_fact),
            words(m.mark.value),
        ]
        for m in measures.measures
    ]
    blocks = [
        f"Source: {words(measures.source)}.",
        section("Measures", table(["LOINC", "meaning", "UCUM unit", "also taken", "proposes", "mark"], measured)),
    ]
    for name in ("diagnoses.yaml", "allergies.yaml"):
        file = read(shelf.folder / "codes" / name, MeaningsFile)
        rows = [
            [
                words(item.code),
                words(item.system.rpartition("/")[2]),
                words(item.meaning),
                ", ".join(f"{code(p.fact)} = {words(p.value)} ({words(p.when)})" for p in item.proposes),
                words(item.mark.value),
            ]
            for item in file.meanings
        ]
        blocks.append(section(words(file.title), table(["code", "system", "meaning", "proposes", "mark"], rows)))
    notes = bullets(["Nothing proposed counts until a person takes it over.", "What is in no table is listed as not checked."])
    return page("Codes read by an import", *blocks, notes)
