"""`fanlight dose FACTS --protocol ID`: one dose worked out, every line of it."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.care.dosing import DoseAnswer
    from fanlight.care.protocols import Protocol
    from fanlight.core.facts import Facts
    from fanlight.records.library import Library

app = typer.Typer(add_completion=False)
DOSE_RULES = ("R13", "R14", "R15", "R16")
"""The rules that judge a dose and how often it is given; `fanlight screen` asks them all."""


@app.command()
def dose(
    facts: Annotated[str, typer.Argument(help="file of facts, YAML or JSON; - reads standard input")],
    protocol: Annotated[str, typer.Option(help="id of the protocol, as iv-racemic-induction")],
    phase: Annotated[str, typer.Option(help="phase of the protocol; the next one due when not given")] = "",
    on: Annotated[str, typer.Option(help="planned date at the clinic, as 2026-11-21; today when not given")] = "",
    overlay: Annotated[str, typer.Option(help="folder of the site's own protocols, laid over the shipped ones")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Work out one dose: weights, mg, volume, rate, waste. A dose that cannot be given is an answer, and exits 0."""
    from fanlight.care.dosing import dose_for
    from fanlight.cli.fact_files import read_facts_file
    from fanlight.cli.shelf import planned_day, protocol_named
    from fanlight.records.library import library

    shelf = library()
    found = protocol_named(shelf, protocol, overlay)
    known, day = read_facts_file(facts, shelf.facts), planned_day(on)
    answer = dose_for(known, found, shelf.products, shelf.dosing_policy, on=day, phase_id=phase or None)
    shape = dose_shape(shelf, found, known, answer, day)
    sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n" if as_json else _in_words(shape))
    return 0


def dose_shape(shelf: Library, protocol: Protocol, known: Facts, answer: DoseAnswer, on: date) -> dict[str, Any]:
    """The dose with the answers of the rules that judge it, in one shape."""
    from fanlight.care.dosing import dose_json, order_facts
    from fanlight.care.protocols import rule_scope
    from fanlight.care.rules import Stage
    from fanlight.care.screening import screen, screening_as_json

    result = screen(known.merged(*order_facts(answer, known)), rule_scope(protocol), shelf.screening, stage=Stage.ORDER, on=on)
    judged = [rule for rule in screening_as_json(result)["rules"] if rule["id"] in DOSE_RULES]
    shape = dose_json(answer)
    own = shape["rules"]
    assert isinstance(own, list)
    shape["rules"] = [*own, *judged]
    shape["content_version"] = shelf.version
    return shape


def _in_words(shape: dict[str, Any]) -> str:
    protocol = shape["protocol"]
    lines = [f"{protocol['id']} {protocol['version']}, {protocol['phase']}", ""]
    lines += shape["arithmetic"] or ["No dose can be worked out yet."]
    said = [rule for rule in shape["rules"] if rule["severity"]]
    if said:
        lines += ["", *(f"{rule['severity']} {rule['id']}: {rule['message']}" for rule in said)]
    return "\n".join(lines) + "\n"


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "dose", args)
