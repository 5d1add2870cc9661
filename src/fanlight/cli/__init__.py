"""Thin commands. Each command's module is imported only when it is asked for, so that starting is quick."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from fanlight.core.errors import FanlightError

COMMANDS: dict[str, tuple[str, str]] = {
    "evidence": ("fanlight.cli.evidence", "test the sources, answer the living questions, check a text, plot, export"),
    "pool": ("fanlight.cli.pool", "pool the studies of a table"),
    "check": ("fanlight.cli.check", "read every content file and say what is wrong with it"),
    "demo": ("fanlight.cli.demo", "try a sample clinic on this machine"),
    "docs": ("fanlight.cli.docs", "write the reference pages of the manual, or check them"),
    "dose": ("fanlight.cli.dose", "work out one dose, line by line"),
    "import-csv": ("fanlight.cli.import_csv", "import a spreadsheet's rows by a mapping, with a dry run"),
    "import-fhir": ("fanlight.cli.import_fhir", "import FHIR R4 bundles, NDJSON and resources"),
    "init": ("fanlight.cli.init", "make a clinic and its first administrator"),
    "plan": ("fanlight.cli.plan", "lay out a course on the clinic's calendar"),
    "protocol": ("fanlight.cli.protocol", "list, show, check and compare treatment protocols"),
    "sample": ("fanlight.cli.sample", "make a history of a made-up clinic, of any size"),
    "scales": ("fanlight.cli.scales", "list the rating scales and their licences"),
    "score": ("fanlight.cli.score", "score the answers to a rating scale"),
    "screen": ("fanlight.cli.screen", "ask every rule whether a patient may have a protocol"),
    "remind": ("fanlight.cli.remind", "ask, remind and pass on what is late, once; for a timer"),
    "serve": ("fanlight.cli.serve", "run the clinic's server"),
    "simulate": ("fanlight.cli.simulate", "draw the expected course of a dose, with its uncertainty"),
    "trial": ("fanlight.cli.trial", "run a virtual trial of schedules, and say how much of it is assumed"),
    "verify": ("fanlight.cli.verify", "check that the database still says what was acknowledged"),
    "manage": ("fanlight.cli.manage", "run a Django management command (migrations, shell)"),
}
"""Command name to (module holding `run(args) -> int`, what it does in one line)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 when it did what was asked, 1 when not, 2 when asked wrongly."""
    args = list(sys.argv[1:] if argv is None else argv)
    if not args or args[0] in ("-h", "--help", "help"):
        _print_help()
        return 0
    if args[0] == "--version":
        from fanlight import __version__

        sys.stdout.write(f"fanlight {__version__}\n")
        return 0
    name = args[0]
    if name not in COMMANDS:
        sys.stderr.write(f"FAN-CLI-001  There is no command {name!r}. Commands: {', '.join(sorted(COMMANDS))}.\n")
        return 2
    try:
        return int(import_module(COMMANDS[name][0]).run(args[1:]) or 0)
    except FanlightError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except BrokenPipeError:
        return 1


def _print_help() -> None:
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in sorted(COMMANDS.items())]
    sys.stdout.write("Usage: fanlight COMMAND [OPTIONS]\n\n" + "\n".join(lines) + "\n\nfanlight COMMAND --help says more.\n")
