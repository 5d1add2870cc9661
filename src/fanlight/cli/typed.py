"""Run a typer application as one Fanlight command, with an exit status instead of an exit."""

from __future__ import annotations

from collections.abc import Sequence

import click
import typer


def run_app(app: typer.Typer, name: str, args: Sequence[str]) -> int:
    """Run `app` with `args`. A wrong option is explained on stderr and gives 2."""
    command = typer.main.get_command(app)
    try:
        result = command.main(args=list(args), prog_name=f"fanlight {name}", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.Abort:
        return 130
    return int(result) if isinstance(result, int) else 0
