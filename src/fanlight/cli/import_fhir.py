"""`fanlight import-fhir PATH...`: FHIR R4 bundles, NDJSON and single resources into the record."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.records.importing import ReceivedFile

app = typer.Typer(add_completion=False)
_ENDINGS = (".json", ".ndjson")
_SHOWN = 20


@app.command()
def import_fhir(
    paths: Annotated[list[str], typer.Argument(help="files, folders or patterns of .json and .ndjson")],
    source: Annotated[str, typer.Option(help="where the files come from (default: the name of each file's folder)")] = "",
    by: Annotated[str, typer.Option(help="sign-in name of the person who imports (default: the command line itself)")] = "",
    data: Annotated[str, typer.Option(help="folder of the database (default: FANLIGHT_DATA, ./var, or the demo in ./var/demo)")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the whole report as JSON")] = False,
) -> int:
    """Import, and report on every type: imported, kept, refused and why, unchanged, references that lead nowhere.

    Importing the same files twice changes nothing. The name of the source tells one sender's ids from another's: give
    the same name each time. Exit status 1 when a file could not be read, or not to its end.
    """
    from fanlight.cli.django_start import choose_data, start_django

    started = time.monotonic()
    found = list(_files(paths))
    if not found:
        sys.stderr.write(f"FAN-IMP-001  There is no .json or .ndjson file in {', '.join(paths)}. Check the path.\n")
        return 1
    folder = choose_data(data or _default_folder())
    if not (folder / "fanlight.sqlite3").exists() and not os.environ.get("FANLIGHT_DATABASE"):
        sys.stderr.write(
            f"FAN-STORE-003  There is no database in {folder}. Make a clinic with `fanlight init`, try one with `fanlight demo`, "
            "or give its folder with --data.\n"
        )
        return 1
    start_django()
    from fanlight.exchange.fhir import to_json
    from fanlight.records.actions.people import command_line_account
    from fanlight.records.clock import now
    from fanlight.records.importing import import_fhir as take
    from fanlight.records.models import Site, StaffMember

    site = Site.objects.order_by("pk").first()
    if site is None:
        sys.stderr.write(f"FAN-SITE-005  There is no clinic in {folder}. Make one with `fanlight init`.\n")
        return 1
    at = now()
    person = StaffMember.objects.filter(username__iexact=by).first() if by else command_line_account(site=site, at=at)
    if person is None:
        sys.stderr.write(f"FAN-STAFF-004  Nobody signs in as {by!r}. Give a sign-in name of this clinic.\n")
        return 1
    report = take(files=_contents(found, source), by=person, at=at, progress=_progress(len(found)))
    values = {"seconds": round(time.monotonic() - started, 2), "files": len(found), **to_json(report)}
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=1) + "\n" if as_json else _words(values))
    return 0 if all(document["is_whole"] for document in values["documents"]) else 1


def _default_folder() -> str:
    if os.environ.get("FANLIGHT_DATA") or os.environ.get("FANLIGHT_DATABASE"):
        return ""
    demo = Path("var", "demo")
    if not Path("var", "fanlight.sqlite3").exists() and (demo / "fanlight.sqlite3").exists():
        sys.stderr.write(f"==> Importing into the demo in {demo}\n")
        return str(demo)
    return ""


def _files(paths: list[str]) -> Iterator[Path]:
    seen: set[Path] = set()
    for text in paths:
        path = Path(text)
        if path.is_dir():
            listed = sorted(item for item in path.rglob("*") if item.suffix.lower() in _ENDINGS)
        elif path.exists():
            listed = [path]
        else:
            base = Path(path.anchor) if path.is_absolute() else Path()
            listed = sorted(base.glob(str(path.relative_to(base) if path.is_absolute() else path)))
        for item in listed:
            if item.is_file() and item.resolve() not in seen:
                seen.add(item.resolve())
                yield item


def _contents(found: list[Path], source: str) -> Iterator[ReceivedFile]:
    from fanlight.records.importing import ReceivedFile

    for path in found:
        yield ReceivedFile(path.name, source or path.resolve().parent.name, path.read_bytes())


def _progress(files: int) -> Any:
    if not sys.stderr.isatty():
        return None

    def say(what: str, done: int, of: int) -> None:
        sys.stderr.write(f"\r{what} {done + 1 if what == 'reading' else done} of {of or files}   ")
        if what == "writing" and done == of:
            sys.stderr.write("\n")

    return say


def _words(values: dict[str, Any]) -> str:
    lines = [f"{values['files']} files in {values['seconds']} s", ""]
    columns = ("imported", "kept", "quarantined", "refused", "unchanged", "dangling")
    lines.append(f"{'type':<28}" + "".join(f"{name:>13}" for name in columns))
    for kind, counts in [*values["types"].items(), ("all", values["totals"])]:
        lines.append(f"{kind:<28}" + "".join(f"{counts[name]:>13}" for name in columns))
    for title, key in (
        ("Refused", "refused"),
        ("Quarantined: a person must look", "quarantined"),
        ("Kept, not made into a record", "not_recorded"),
        ("Look at", "attention"),
    ):
        lines += _listed(title, [f"{item['document']} {item['place']}: {item['resource']}: {item['reason']}" for item in values[key]])
    lines += _listed(
        "References that lead nowhere", [f"{d['resource']} {d['path']} -> {d['reference']}: {d['why']}" for d in values["dangling"]]
    )
    lines += _listed(
        "Said of others", [f"{kind}: {text} ({n} times)" for kind, said in values["warnings"].items() for text, n in said.items()]
    )
    return "\n".join(lines) + "\n"


def _listed(title: str, items: list[str]) -> list[str]:
    if not items:
        return []
    shown = items if title.startswith("References") else items[:_SHOWN]
    rest = [f"  and {len(items) - len(shown)} more; --json lists all"] if len(shown) < len(items) else []
    return ["", f"{title} ({len(items)})", *(f"  {item}" for item in shown), *rest]


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "import-fhir", args)
