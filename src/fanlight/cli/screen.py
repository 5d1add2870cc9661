"""`fanlight screen FACTS --protocol ID`: may this person have this protocol, and why."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.care.protocols.protocol import Protocol
    from fanlight.records.library import Library

app = typer.Typer(add_completion=False)


@app.command()
def screen(
    facts: Annotated[str, typer.Argument(help="file of facts, YAML or JSON; - reads standard input")],
    protocol: Annotated[str, typer.Option(help="id of the protocol, as iv-racemic-induction")],
    stage: Annotated[str, typer.Option(help="screen, order, pre_dose, in_session, discharge or follow_up")] = "screen",
    on: Annotated[str, typer.Option(help="planned date at the clinic, as 2026-11-21; today when not given")] = "",
    jurisdiction: Annotated[str, typer.Option(help="US, EU, UK, CA, AU or NZ; the protocol's first when not given")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Ask every rule that governs the protocol. Exits 0 whatever the answer; 1 when the facts cannot be used."""
    from fanlight.care.protocols.scope import rule_scope
    from fanlight.care.rules import Stage
    from fanlight.care.screening import screen as screen_facts
    from fanlight.care.screening import screening_as_json
    from fanlight.cli.fact_files import FactsFileError, read_facts_file
    from fanlight.records.library import library

    if stage not in list(Stage):
        raise FactsFileError("FAN-SCRN-003", f"There is no stage {stage!r}", "", f"Stages: {', '.join(Stage)}.")
    shelf = library()
    found = _protocol(shelf, protocol)
    if jurisdiction and jurisdiction not in found.jurisdictions:
        raise FactsFileError(
            "FAN-SCRN-004",
            f"Protocol {protocol} is not written for {jurisdiction}",
            "",
            f"It is written for {', '.join(found.jurisdictions)}.",
        )
    known = read_facts_file(facts, shelf.facts)
    scope = rule_scope(found, jurisdiction or None)
    result = screen_facts(known, scope, shelf.screening, stage=Stage(stage), on=_date(on))
    if as_json:
        shape = screening_as_json(result)
        block = dose_block(shelf, found, result.facts, result.on)
        if block is not None:
            shape["dose"] = block
        sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n")
    else:
        from fanlight.cli.screen_words import in_words

        sys.stdout.write(in_words(result, shelf.facts))
    return 0


def dose_block(shelf: Library, protocol: Protocol, facts: object, on: date) -> dict[str, object] | None:
    """The dose that an order gives, worked out; None where no dose is ordered."""
    return None


def _protocol(shelf: Library, wanted: str) -> Protocol:
    import difflib

    from fanlight.cli.fact_files import FactsFileError

    if wanted not in shelf.protocols:
        near = difflib.get_close_matches(wanted, list(shelf.protocols), n=1, cutoff=0.4)
        hint = f'Did you mean "{near[0]}"?' if near else f"Protocols: {', '.join(sorted(shelf.protocols))}."
        raise FactsFileError("FAN-SCRN-005", f"There is no protocol {wanted!r}", "", hint)
    return shelf.protocols[wanted]


def _date(text: str) -> date:
    from fanlight.cli.fact_files import FactsFileError

    if not text:
        from datetime import datetime

        return datetime.now().astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise FactsFileError("FAN-SCRN-006", f"{text!r} is not a date", "", "Write it as 2026-11-21.") from problem


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "screen", args)
