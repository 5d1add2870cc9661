"""`fanlight simulate`: the expected course of a dose for one person, with its uncertainty."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def simulate(
    case: Annotated[str, typer.Argument(help="the case, a YAML or JSON file")],
    as_json: Annotated[bool, typer.Option("--json", help="print curves and summaries as JSON")] = False,
    svg: Annotated[str, typer.Option(help="also draw the curves into this SVG file")] = "",
) -> int:
    """Simulate one person's course: median, 90 % band, a second model, summaries without a grid, and every warning."""
    from fanlight.content import read
    from fanlight.records.expected_curves import Case, simulate_case

    document = simulate_case(read(Path(case), Case), Path(svg) if svg else None)
    if as_json:
        sys.stdout.write(json.dumps(document) + "\n")
        return 0
    for statement in document["statements"]:
        sys.stdout.write(f"{statement}\n")
    for curve in document["curves"]:
        s = curve["summary"]
        band = f" ({s['peak_low']:.1f} to {s['peak_high']:.1f})" if s["peak_low"] is not None else ""
        area = f"; area {s['area']:.0f} {curve['unit']} h" if s["area"] is not None else ""
        sys.stdout.write(
            f"  {curve['label']}\n    peak {s['peak']:.1f}{band} {curve['unit']} at {60 * s['time_of_peak_h']:.0f} min{area}\n"
        )
        if s["hours_above"] is not None:
            sys.stdout.write(f"    above {s['level']:g} {curve['unit']} for {60 * s['hours_above']:.0f} min\n")
    for line in (*document["observed"], *(f"WARNING  {w}" for w in document["warnings"])):
        sys.stdout.write(f"{line}\n")
    return 0


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "simulate", args)
