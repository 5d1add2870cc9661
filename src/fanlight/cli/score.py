"""`fanlight score INSTRUMENT`: score one answer set, safety first."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from fanlight.cli.typed import run_app

app = typer.Typer(add_completion=False)


@app.command()
def score(
    instrument: Annotated[str, typer.Argument(help="its id or title, as phq9 or PHQ-9")],
    answers: Annotated[str, typer.Option(help='file of answers as JSON, {"q1": 2, "q2": null}; - reads standard input')],
    context: Annotated[list[str] | None, typer.Option(help="what the instrument needs besides answers, as sex=female")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Score the answers. A number outside its range makes the score invalid; what is no answer at all exits 1."""
    from fanlight.care.scales import score as score_answers
    from fanlight.core.errors import InputError
    from fanlight.records.instruments import find_instrument

    scale = find_instrument(instrument)
    given = _read(answers)
    found = score_answers(scale, given, _context(context or [], scale))
    if as_json:
        sys.stdout.write(json.dumps(_as_json(found), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_as_words(scale.title, found))
    misused = [fault for fault in found.faults if not scale.has_item(fault.path) or not _is_number(given[fault.path])]
    if misused:
        sys.stderr.write(f"{InputError('FAN-SCALE-002', f'Some answers are not answers of {scale.title}', found.faults)}\n")
        return 1
    return 0


def _read(place: str) -> dict[str, Any]:
    from fanlight.care.scales import ScaleError

    try:
        text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
        text = text.removeprefix("\ufeff")  # some editors begin a file with this mark
        if not text.strip():
            raise ValueError("there is nothing in it")
        values = json.loads(text, parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_without_duplicates)
    except (OSError, ValueError, RecursionError) as problem:
        reason = problem.strerror or "" if isinstance(problem, OSError) else str(problem)
        source = "standard input" if place == "-" else place
        raise ScaleError("FAN-SCALE-004", f"Cannot read answers from {source}", reason, 'Write them as {"q1": 2, "q2": null}.') from problem
    if not isinstance(values, dict):
        raise ScaleError(
            "FAN-SCALE-004",
            f"Cannot read answers from {'standard input' if place == '-' else place}",
            "they are not a JSON object",
            'Write them as {"q1": 2, "q2": null}.',
        )
    return values


def _refuse(word: str) -> object:
    raise ValueError(f"{word} is not a number")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands twice")
    return dict(pairs)


def _context(texts: list[str], scale: Any) -> dict[str, str | int | bool]:
    from fanlight.care.scales import ScaleError

    bad = [text for text in texts if "=" not in text]
    if bad:
        words = ", ".join(repr(text) for text in bad)
        raise ScaleError("FAN-SCALE-003", f"Cannot use the context {words}", "it is not KEY=VALUE", "Write it as sex=female.")
    pairs = [(key.strip(), _value(value.strip())) for key, _, value in (text.partition("=") for text in texts)]
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ScaleError("FAN-SCALE-003", f"Cannot use the context {', '.join(twice)}", "it is given twice", "Give it once.")
    asks_yes_or_no = {key.key for key in scale.context if not key.choices and not key.is_number}
    return {key: bool(value) if key in asks_yes_or_no and value in (0, 1) else value for key, value in pairs}


def _value(text: str) -> str | int | bool:
    words: dict[str, bool] = {"true": True, "yes": True, "false": False, "no": False}
    if text.lower() in words:
        return words[text.lower()]
    return int(text) if text.isascii() and text.removeprefix("-").isdigit() else text


def _as_json(found: Any) -> dict[str, Any]:
    return {
        "instrument": found.instrument_id,
        "version": found.instrument_version,
        "status": found.status.value,
        "total": _number(found.total),
        "subscales": {name: _number(value) for name, value in found.subscales.items()},
        "band": found.band,
        "flags": sorted(found.flags),
        "faults": [{"item": fault.path, "reason": fault.reason} for fault in found.faults],
    }


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _number(value: int | Decimal | None) -> int | float | None:
    return float(value) if isinstance(value, Decimal) else value


def _as_words(title: str, found: Any) -> str:
    lines = [f"{title}: {found.status.value}", f"  total      {'not given' if found.total is None else found.total}"]
    lines += [f"  {name:<10} {'not given' if value is None else value}" for name, value in found.subscales.items()]
    lines += [f"  band       {found.band or 'not given'}"]
    lines += [f"  flags      {', '.join(sorted(found.flags))}"] if found.flags else []
    return "\n".join(lines) + "\n"


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "score", args)
