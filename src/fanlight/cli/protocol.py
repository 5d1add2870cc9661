"""`fanlight protocol list | show | lint | diff | sign`: the treatment protocols, as a clinician reads, checks and signs them."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.care.protocols import Protocol
    from fanlight.records.library import Library

app = typer.Typer(add_completion=False, no_args_is_help=True)
_Overlay = Annotated[str, typer.Option("--overlay", help="folder of the site's own protocols, laid over the shipped ones")]
_Json = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


@app.command("list")
def list_protocols(overlay: _Overlay = "", as_json: _Json = False) -> int:
    """Every protocol in force: id, version, what it is."""
    from fanlight.cli.shelf import protocols_in_force
    from fanlight.records.library import library

    found = sorted(protocols_in_force(library(), overlay).values(), key=lambda item: item.id)
    rows = [
        {
            "id": item.id,
            "version": item.version,
            "title": item.title,
            "drug": item.drug.value,
            "route": item.route.value,
            "use": item.use,
            "jurisdictions": list(item.jurisdictions),
            "off_label": item.off_label,
            "evidence_level": item.indication.evidence_level,
            "enabled_by_default": item.enabled_by_default,
        }
        for item in found
    ]
    if as_json:
        _print_json(rows)
    else:
        width = max(len(item.id) for item in found)
        _print("\n".join(f"{item.id:<{width}}  {item.version:<7} {item.title}" for item in found))
    return 0


@app.command()
def show(protocol: Annotated[str, typer.Argument(help="id of the protocol")], overlay: _Overlay = "", as_json: _Json = False) -> int:
    """The written protocol: every number with its source and its mark."""
    from fanlight.care.protocols import protocol_document
    from fanlight.cli.shelf import protocol_named
    from fanlight.records.library import library

    shelf = library()
    found = protocol_named(shelf, protocol, overlay)
    written = protocol_document(found, dict(shelf.sources), scale_titles(found))
    if as_json:
        sections = [
            {
                "title": section.title,
                "entries": [
                    {"label": e.label, "text": e.text, "source": e.source or None, "mark": e.mark.value if e.mark else None}
                    for e in section.entries
                ],
            }
            for section in written.sections
        ]
        _print_json({"id": written.protocol_id, "version": written.version, "title": written.title, "sections": sections})
        return 0
    lines = [f"{written.title} ({written.protocol_id} {written.version})", written.summary]
    for section in written.sections:
        lines += ["", section.title.upper()]
        for entry in section.entries:
            basis = f"  [{entry.source}, {entry.mark.value}]" if entry.mark else ""
            lines.append(f"  {f'{entry.label}: ' if entry.label else ''}{entry.text}{basis}")
    lines += ["", "SOURCES", *(f"  {name}: {citation}" for name, citation in written.citations)]
    _print("\n".join(lines))
    return 0


@app.command()
def lint(
    targets: Annotated[
        list[str] | None, typer.Argument(help="ids of protocols, files, or folders of files; all in force when none is given")
    ] = None,
    overlay: _Overlay = "",
    warnings: Annotated[bool, typer.Option("--warnings", help="list what waits for a signature, too")] = False,
    as_json: _Json = False,
) -> int:
    """Look for contradictions. Exits 1 when one is found; what waits for a signature is a warning."""
    from fanlight.care.protocols import LintSeverity
    from fanlight.care.protocols import lint as lint_protocol
    from fanlight.cli.shelf import protocols_in_force
    from fanlight.records.library import library

    shelf = library()
    chosen = [item for target in targets or [] for item in _all_of(shelf, target, overlay)] or list(
        protocols_in_force(shelf, overlay).values()
    )
    against = shelf.lint_against
    found = {item.id: lint_protocol(item, against) for item in chosen}
    count = {s: sum(fault.severity is s for faults in found.values() for fault in faults) for s in LintSeverity}
    if as_json:
        _print_json(
            {
                name: [{"code": f.code, "path": f.path, "message": f.message, "severity": f.severity.value} for f in faults]
                for name, faults in found.items()
            }
        )
    else:
        shown = [(name, fault) for name, faults in found.items() for fault in faults if warnings or fault.severity is LintSeverity.ERROR]
        lines = [f"{name}: {fault}" for name, fault in shown]
        checked = f"{len(found)} protocol{'' if len(found) == 1 else 's'} checked"
        lines.append(f"{checked}: {count[LintSeverity.ERROR]} errors, {count[LintSeverity.WARNING]} facts wait for a signature.")
        _print("\n".join(lines))
    return 1 if count[LintSeverity.ERROR] else 0


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="id of a shipped protocol, or a file")],
    new: Annotated[str, typer.Argument(help="id of a shipped protocol, or a file")],
    overlay: _Overlay = "",
    as_json: _Json = False,
) -> int:
    """What changes from one protocol to another, in clinical sentences."""
    from fanlight.care.protocols import compare
    from fanlight.records.library import library

    shelf = library()
    found = compare(_named_or_file(replace(shelf, overlay=None), old, ""), _named_or_file(shelf, new, overlay))
    if as_json:
        _print_json([{"section": item.section, "key": item.key, "sentence": item.sentence} for item in found])
        return 0
    lines: list[str] = []
    section = ""
    for item in found:
        if item.section != section:
            section = item.section
            lines += ["", section.upper()]
        lines.append(f"  {item.sentence}")
    _print("\n".join(lines).strip() or "Nothing a clinician would notice has changed.")
    return 0


@app.command()
def sign(
    protocol: Annotated[str, typer.Argument(help="id of the protocol")],
    site: Annotated[str, typer.Option(help="code of the clinic it is signed for")],
    as_who: Annotated[str, typer.Option("--as", help="sign-in name of the medical director")],
    overlay: _Overlay = "",
    data: Annotated[str, typer.Option(help="folder of the database (default: FANLIGHT_DATA or ./var)")] = "",
) -> int:
    """Sign one exact text for a clinic, so that courses may begin on it; the password is asked for, or read from standard input."""
    from fanlight.cli.signing import sign_from_here

    return sign_from_here(protocol, site, as_who, overlay, data)


def scale_titles(protocol: Protocol) -> dict[str, str]:
    """Titles of the rating scales a protocol names, by id."""
    from fanlight.records.instruments import shipped_instrument

    return {rule.scale: shipped_instrument(rule.scale).title for rule in protocol.follow_up.measures}


def _all_of(shelf: Library, target: str, overlay: str) -> list[Protocol]:
    from fanlight.care.protocols import Protocol
    from fanlight.content import read_folder

    if Path(target).is_dir():
        return list(read_folder(Path(target), Protocol).values())
    return [_named_or_file(shelf, target, overlay)]


def _named_or_file(shelf: Library, wanted: str, overlay: str) -> Protocol:
    from fanlight.care.protocols import Protocol
    from fanlight.cli.shelf import protocol_named
    from fanlight.content import read

    return read(Path(wanted), Protocol) if wanted.endswith((".yaml", ".yml")) else protocol_named(shelf, wanted, overlay)


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _print_json(value: Any) -> None:
    _print(json.dumps(value, ensure_ascii=False, indent=2))


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "protocol", args)
