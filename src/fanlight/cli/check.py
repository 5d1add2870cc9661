"""`fanlight check [PATH...]`: read every content file, and say all that is wrong, where, and what was likely meant."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.cli.content_check import ContentReport, FileFault

app = typer.Typer(add_completion=False)


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="files, or folders of content; the shipped content when none is given")] = None,
    warnings: Annotated[bool, typer.Option("--warnings", help="list every fact that waits for a signature, too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Check content. Exits 1 when there is a fault; a fact that waits for a signature, and a text that is lacking, is a warning."""
    from fanlight.cli.content_check import check_content
    from fanlight.content import content_folder

    report = check_content(paths or [content_folder()])
    if as_json:
        sys.stdout.write(json.dumps(_as_json(report), ensure_ascii=False, indent=2) + "\n")
    else:
        for found in report.faults:
            sys.stdout.write(f"{found}\n")
        for found in report.lacking:
            sys.stdout.write(f"{found}\n")
        if warnings:
            for found in report.unsigned:
                sys.stdout.write(f"{found}\n")
        sys.stdout.write(_summary(report))
    return 1 if report.faults else 0


def _summary(report: ContentReport) -> str:
    faults, unsigned = len(report.faults), len(report.unsigned)
    files = f"{report.files} file{'' if report.files == 1 else 's'} read"
    found = f"{faults} fault{'' if faults == 1 else 's'}" if faults else "no faults"
    waiting = f"; {unsigned} facts are recalled or defaults and need sign-off (--warnings lists them)" if unsigned else ""
    lacking = f"; {len(report.lacking)} lacking, for which something else stands in" if report.lacking else ""
    return f"{files}, {found}{lacking}{waiting}.\n"


def _as_json(report: ContentReport) -> dict[str, Any]:
    return {
        "files": report.files,
        "faults": [_fault(found) for found in report.faults],
        "warnings": [_fault(found) for found in report.lacking + report.unsigned],
    }


def _fault(found: FileFault) -> dict[str, Any]:
    fault = found.fault
    return {"file": found.file, "line": fault.line, "path": fault.path, "reason": fault.reason, "suggestion": fault.suggestion}


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "check", args)
