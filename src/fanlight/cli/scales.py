"""`fanlight scales`: which rating scales are here, in which licence class, and what is left out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def scales(
    overlay: Annotated[Path | None, typer.Option(help="folder of licensed text packs to lay over")] = None,
    on: Annotated[str, typer.Option(help="the date the licences must hold, as 2026-11-21 (default: today)")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the list as JSON")] = False,
) -> int:
    """List every scale with what ships of it, its licence, and whether anything in it awaits sign-off."""
    from fanlight.care.scales.catalogue import WithheldFile, shipping_list
    from fanlight.content import content_folder, read
    from fanlight.records.instruments import instruments_with_overlay, shipped_instruments

    found = instruments_with_overlay(overlay, _day(on)) if overlay else shipped_instruments()
    lines = shipping_list(found.values())
    withheld = read(content_folder() / "withheld" / "instruments.yaml", WithheldFile).withheld
    if as_json:
        sys.stdout.write(
            json.dumps({"scales": [_as_json(line) for line in lines], "withheld": [{"title": w.title, "why": w.why} for w in withheld]})
        )
        sys.stdout.write("\n")
        return 0
    width = max(len(line.instrument_id) for line in lines)
    for line in lines:
        sign = "  needs sign-off" if line.needs_sign_off else ""
        sys.stdout.write(f"{line.tier}  {line.instrument_id:<{width}}  {line.ships:<32}  {line.title}{sign}\n")
    sys.stdout.write("\nLeft out:\n" + "".join(f"  {one.title}: {one.why}\n" for one in withheld))
    return 0


def _day(text: str) -> Any:
    from datetime import UTC, date, datetime

    from fanlight.care.scales import ScaleError

    if not text:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ScaleError("FAN-SCALE-019", f"Cannot use the date {text!r}", "", "Write it as 2026-11-21.") from None


def _as_json(line: Any) -> dict[str, Any]:
    return {
        "id": line.instrument_id,
        "title": line.title,
        "tier": line.tier.value,
        "ships": line.ships,
        "licence": line.status,
        "basis": line.basis,
        "mark": line.mark.value,
        "verified_at_source_on": line.verified_at_source_on.isoformat() if line.verified_at_source_on else None,
        "needs_sign_off": line.needs_sign_off,
    }


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "scales", args)
