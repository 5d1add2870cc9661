"""`fanlight screen FACTS --protocol ID`: may this person have this protocol, and why."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.care.dosing import DoseAnswer
    from fanlight.care.protocols import Protocol
    from fanlight.care.rules import Stage
    from fanlight.core.facts import Facts
    from fanlight.records.library import Library

app = typer.Typer(add_completion=False)


@app.command()
def screen(
    facts: Annotated[str, typer.Argument(help="file of facts, YAML or JSON; - reads standard input")],
    protocol: Annotated[str, typer.Option(help="id of the protocol, as iv-racemic-induction")],
    stage: Annotated[str, typer.Option(help="screen, order, pre_dose, in_session, discharge or follow_up")] = "screen",
    on: Annotated[str, typer.Option(help="planned date at the clinic, as 2026-11-21; today when not given")] = "",
    jurisdiction: Annotated[str, typer.Option(help="US, EU, UK, CA, AU or NZ; the protocol's first when not given")] = "",
    overlay: Annotated[str, typer.Option(help="folder of the site's own protocols, laid over the shipped ones")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Ask every rule that governs the protocol. Exits 0 whatever the answer; 1 when the facts cannot be used."""
    from fanlight.care.protocols import rule_scope
    from fanlight.care.screening import screen as screen_facts
    from fanlight.care.screening import screening_as_json
    from fanlight.cli.fact_files import read_facts_file
    from fanlight.cli.shelf import ShelfError, planned_day, protocol_named
    from fanlight.records.library import library

    shelf = library()
    asked, found, day = _stage(stage), protocol_named(shelf, protocol, overlay), planned_day(on)
    if jurisdiction and jurisdiction not in found.jurisdictions:
        raise ShelfError(
            "FAN-CLI-021",
            f"Protocol {protocol} is not written for {jurisdiction}",
            "",
            f"It is written for {', '.join(found.jurisdictions)}.",
        )
    known = read_facts_file(facts, shelf.facts)
    known, dose = _with_dose(shelf, found, known, asked, day)
    result = screen_facts(known, rule_scope(found, jurisdiction or None), shelf.screening, stage=asked, on=day)
    if as_json:
        shape = screening_as_json(result)
        if dose is not None:
            from fanlight.care.dosing import dose_json

            shape["dose"] = dose_json(dose)
        sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")
    else:
        from fanlight.cli.screen_words import in_words

        sys.stdout.write(in_words(result, shelf.facts))
    return 0


def _with_dose(shelf: Library, protocol: Protocol, known: Facts, stage: Stage, on: date) -> tuple[Facts, DoseAnswer | None]:
    """The facts with what follows from the dose ordered, and the dose; neither where no dose is due or ordered."""
    from fanlight.care.dosing import dose_for, order_facts
    from fanlight.care.rules import Stage

    if stage not in (Stage.ORDER, Stage.PRE_DOSE) and "dose_mg" not in known:
        return known, None
    answer = dose_for(known, protocol, shelf.products, shelf.dosing_policy, on=on)
    return known.merged(*order_facts(answer, known)), answer


def _stage(text: str) -> Stage:
    from fanlight.care.rules import Stage
    from fanlight.cli.shelf import ShelfError

    if text not in list(Stage):
        raise ShelfError("FAN-CLI-020", f"There is no stage {text!r}", "", f"Stages: {', '.join(Stage)}.")
    return Stage(text)


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "screen", args)
