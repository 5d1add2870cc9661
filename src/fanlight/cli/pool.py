"""`fanlight pool`: pool the studies of a table."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def pool(
    file: Annotated[Path, typer.Argument(help="CSV with one study a line; columns by metafor's names (ai, n1i, ci, n2i, ...)")],
    measure: Annotated[str, typer.Option(help="RR, OR, PETO, RD, MD, SMD, ROM, PR, PLO, PAS, PFT, IR, IRR, COR, ZCOR, GEN ...")],
    method: Annotated[str, typer.Option(help="EE, DL, HE, HS, SJ, ML, REML, EB, PM; MH or Peto for tables; GLMM for rare events")] = "REML",
    test: Annotated[str, typer.Option(help="z, knha or adhoc")] = "z",
    moderator: Annotated[list[str] | None, typer.Option(help="a column to regress on; may be given again")] = None,
    cluster: Annotated[str, typer.Option(help="a column naming what effects share: three-level model with robust errors")] = "",
    subgroup: Annotated[str, typer.Option(help="a column to pool within")] = "",
    level: Annotated[float, typer.Option(help="of the intervals")] = 0.95,
    prediction: Annotated[str, typer.Option(help="as_test, or t_k_minus_p_minus_1")] = "as_test",
    sensitivity: Annotated[
        bool, typer.Option("--sensitivity", help="also: each study left out, influence, asymmetry, trim and fill, selection")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the whole result as JSON")] = False,
) -> int:
    """Compute effect sizes from a table and pool them. What cannot be pooled is said, never guessed."""
    from fanlight.cli.pool_table import read_table, run_pool

    table = read_table(file)
    result = run_pool(table, measure, method, test, list(moderator or []), cluster, subgroup, level=level, prediction=prediction)
    if as_json:
        sys.stdout.write(json.dumps(_plain(result.values), indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write(result.text + "\n")
        if sensitivity and "y" in result.values:
            from fanlight.cli.pool_sensitivity import sensitivity_text

            sys.stdout.write(sensitivity_text(result.values, table, method, test) + "\n")
    return 0 if result.settled else 1


def _plain(value: Any) -> Any:
    """Values as JSON has them; NaN becomes null, for it is not a number."""
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value != value:
        return None
    return value


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "pool", args)
