"""Run a typer application as one Fanlight command, with an exit status instead of an exit."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer


def run_app(app: typer.Typer, name: str, args: Sequence[str]) -> int:
    """Run `app` with `args`. A wrong option is explained on stderr and gives 2."""
    command = typer.main.get_command(app)
    try:
        result = command.main(args=list(args), prog_name=f"fanlight {name}", standalone_mode=False)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:
        return 130
    except Exception as problem:
        if not _is_wrong_use(problem):
            raise
        wrong: Any = problem
        sys.stderr.write(f"FAN-CLI-002  {wrong.format_message()} fanlight {name} --help says how.\n")
        return 2
    return int(result) if isinstance(result, int) else 0


def _is_wrong_use(problem: Exception) -> bool:
    """Whether typer says the command was asked wrongly. Typer brings the library of these errors itself in one version and
    not in another, so that they are known by their family and not by where they are kept."""
    return any(family.__name__ == "ClickException" for family in type(problem).__mro__)
