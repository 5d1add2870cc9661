"""`fanlight import-csv FILE`: a spreadsheet's rows into the record, by a mapping, with a dry run first."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.exchange.csv_files import Mapping, Table
    from fanlight.records.library import Library

app = typer.Typer(add_completion=False)
_SHOWN = 20


@app.command()
def import_csv(
    file: Annotated[str, typer.Argument(help="a delimited file: comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252")],
    mapping: Annotated[str, typer.Option(help="a mapping kept on the import page, by its name, or a JSON file of one")] = "",
    dry: Annotated[bool, typer.Option("--dry-run", help="say what each row would do, and write nothing")] = False,
    with_suspected: Annotated[bool, typer.Option(help="enter suspected duplicates too; they are listed to be compared")] = False,
    by: Annotated[str, typer.Option(help="sign-in name of the person who imports (default: the command line itself)")] = "",
    data: Annotated[str, typer.Option(help="folder of the database (default: FANLIGHT_DATA, ./var, or the demo in ./var/demo)")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the whole report as JSON")] = False,
) -> int:
    """Import people and what is said of them. Without a mapping, show the columns and a mapping to be filled in.

    Units and date formats are asked, never guessed. Run again, it adds only what is not there. Exit status 1 when any
    row was refused or the file could not be read.
    """
    from fanlight.cli.django_start import choose_data, start_django
    from fanlight.cli.import_fhir import _default_folder

    path = Path(file)
    if not path.is_file():
        sys.stderr.write(f"FAN-CSV-010  There is no file {file}. Check the path.\n")
        return 1
    folder = choose_data(data or _default_folder())
    if not (folder / "fanlight.sqlite3").exists() and not os.environ.get("FANLIGHT_DATABASE"):
        sys.stderr.write(
            f"FAN-STORE-003  There is no database in {folder}. Make a clinic with `fanlight init`, or give its folder with --data.\n"
        )
        return 1
    start_django()
    from fanlight.core.errors import FanlightError, InputError
    from fanlight.core.instants import clinic_date
    from fanlight.exchange.csv_files import read_table
    from fanlight.records.actions.people import command_line_account
    from fanlight.records.clock import now
    from fanlight.records.csv_importing import import_csv as take
    from fanlight.records.csv_planning import dry_run, refused_lines
    from fanlight.records.library import library
    from fanlight.records.models import Site, StaffMember

    site = Site.objects.order_by("pk").first()
    if site is None:
        sys.stderr.write(f"FAN-SITE-005  There is no clinic in {folder}. Make one with `fanlight init`.\n")
        return 1
    at, content, started = now(), path.read_bytes(), time.monotonic()
    person = StaffMember.objects.filter(username__iexact=by).first() if by else command_line_account(site=site, at=at)
    if person is None:
        sys.stderr.write(f"FAN-STAFF-004  Nobody signs in as {by!r}. Give a sign-in name of this clinic.\n")
        return 1
    try:
        if not mapping:
            sys.stdout.write(_columns(read_table(content), library(), path.stem))
            return 0
        chosen = _mapping(mapping, site)
        if dry:
            planned = dry_run(
                read_table(content), chosen, site=site, content=library(), today=clinic_date(at, site.zone), progress=_progress()
            )
            values: dict[str, Any] = {
                "totals": planned.totals,
                "refused": list(refused_lines(planned.plans)),
                "suspected": [
                    {"row": plan.person.row, "grounds": plan.grounds} for plan in planned.plans if plan.fate == "suspected duplicate"
                ],
                "attention": [{"row": plan.person.row, "reason": plan.attention} for plan in planned.plans if plan.attention],
            }
        else:
            batch = take(
                name=path.name,
                content=content,
                mapping=chosen,
                with_suspected=with_suspected,
                by=person,
                at=at,
                library=library(),
                progress=_progress(),
            )
            values = batch.report
    except InputError as problem:
        faults = [f"  {fault.path or 'the mapping'}: {fault.reason} {fault.suggestion}\n" for fault in problem.faults]
        sys.stderr.write(f"{problem.code}  {problem.what}:\n{''.join(faults)}")
        return 1
    except FanlightError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    values = {"seconds": round(time.monotonic() - started, 2), "dry_run": dry, **values}
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=1) + "\n" if as_json else _words(values))
    return 1 if values["refused"] else 0


def _mapping(name: str, site: Any) -> Mapping:
    from fanlight.core.errors import FanlightError
    from fanlight.exchange.csv_files import mapping_from
    from fanlight.records.csv_importing import kept_mappings

    if Path(name).is_file():
        try:
            return mapping_from(json.loads(Path(name).read_text(encoding="utf-8")))
        except ValueError as problem:
            raise FanlightError(
                "FAN-CSV-011", f"Cannot read the mapping {name}", str(problem), "Print a fresh one without --mapping."
            ) from problem
    kept = kept_mappings(site)
    if name not in kept:
        named = ", ".join(kept) or "none"
        raise FanlightError(
            "FAN-CSV-012", f"There is no mapping {name!r}", f"kept here: {named}", "Give a JSON file, or keep one on the import page."
        )
    return kept[name]


def _columns(table: Table, content: Library, source: str) -> str:
    from fanlight.exchange.csv_files import Choice, Mapping, columns_of, mapping_json, targets_of

    targets = targets_of(content.facts)
    columns = columns_of(table, targets, content.csv_words)
    lines = [f"{len(table.rows)} rows, {len(columns)} columns, {table.separator}, {table.encoding}", *table.notes, ""]
    for column in columns:
        fits = " or ".join(column.days.fits) if column.days else ""
        mixed = "two formats in one column" if column.days and column.days.is_mixed else ""
        days = f"; days: {fits or mixed}" if fits or mixed else ""
        lines.append(f"{column.name:<28} {column.suggested or '-':<18} {' | '.join(column.samples)}{days}")
    chosen = []
    for column in columns:
        if column.suggested:
            kind = targets[column.suggested].kind
            only = column.only_day_format if kind == "day" else ""
            chosen.append(Choice(column.name, column.suggested, only))
    lines += ["", "A mapping to fill in (units and date formats where they are missing):", ""]
    return "\n".join(lines) + "\n" + json.dumps(mapping_json(Mapping(source, tuple(chosen))), ensure_ascii=False, indent=1) + "\n"


def _progress() -> Any:
    wide = 30

    def say(what: str, done: int, of: int) -> None:
        if sys.stderr.isatty() and of:
            filled = wide * done // of
            sys.stderr.write(f"\r{what:<8} [{'#' * filled}{'.' * (wide - filled)}] {done:>7} of {of}{chr(10) if done >= of else ''}")

    return say


def _words(values: dict[str, Any]) -> str:
    done = "" if values["dry_run"] else f"{values['entered']} people entered, {values['facts_received']} facts received to be looked at."
    head = done or "Dry run: nothing was written."
    lines = [head, f"{values['seconds']} s", ""]
    lines += [f"{name:<22}{count:>8}" for name, count in values["totals"].items()]
    listed = (
        (
            "Refused",
            [f"row {item['row']}, {item['column'] or 'the whole row'}: {item['reason']}" for item in values["refused"]],
        ),
        ("Suspected duplicates", [f"row {item['row']}: {item['grounds']}" for item in values["suspected"]]),
        ("Look at", [f"row {item['row']}: {item['reason']}" for item in values["attention"]]),
    )
    for title, items in listed:
        if items:
            rest = [f"  and {len(items) - _SHOWN} more; --json lists them"] if len(items) > _SHOWN else []
            lines += ["", f"{title} ({len(items)})", *(f"  {item}" for item in items[:_SHOWN]), *rest]
    return "\n".join(lines) + "\n"


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "import-csv", args)
