"""`fanlight plan FACTS --protocol ID --start DATE`: a course on the clinic's calendar, and what a change would do to it."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanlight.cli.typed import run_app

if TYPE_CHECKING:
    from fanlight.care.protocols import Change, CoursePlan, Protocol
    from fanlight.core.facts import Facts
    from fanlight.records.library import Library

app = typer.Typer(add_completion=False)


@app.command()
def plan(
    facts: Annotated[str, typer.Argument(help="file of facts, YAML or JSON; - reads standard input")],
    protocol: Annotated[str, typer.Option(help="id of the protocol, as esketamine-us-trd")],
    start: Annotated[str, typer.Option(help="wanted date of the first session, as 2026-11-23")],
    calendar: Annotated[str, typer.Option(help="id of a calendar, or a file")] = "demo",
    missed: Annotated[int, typer.Option(help="number of a session that was not held: shows what it does to the rest")] = 0,
    worse: Annotated[bool, typer.Option(help="with --missed: symptoms are returning")] = False,
    move: Annotated[str, typer.Option(help="NUMBER:DATE, as 3:2026-12-04: shows what moving a session does to the rest")] = "",
    overlay: Annotated[str, typer.Option(help="folder of the site's own protocols, laid over the shipped ones")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
) -> int:
    """Lay out a course: dates with windows, therapy, measures, decisions. It suggests, and changes nothing."""
    from fanlight.care.protocols import if_missed, if_moved
    from fanlight.care.protocols import plan as plan_course
    from fanlight.cli.fact_files import read_facts_file
    from fanlight.cli.shelf import ShelfError, calendar_named, planned_day, protocol_named
    from fanlight.records.library import library

    shelf = library()
    found, days = protocol_named(shelf, protocol, overlay), calendar_named(shelf, calendar)
    known = read_facts_file(facts, shelf.facts)
    held, elsewhere = sessions_so_far(known, found)
    course = plan_course(found, planned_day(start), days, shelf.ceilings, held=held, elsewhere=elsewhere)
    change = None
    if missed:
        lost = course.session(missed)
        change = if_missed(
            course, found, days, shelf.ceilings, number=missed, today=lost.on if lost else course.start, is_worse=worse, elsewhere=elsewhere
        )
    elif move:
        number, _, day = move.partition(":")
        if not number.isdigit() or not day:
            raise ShelfError("FAN-CLI-014", f"Cannot read the move {move!r}", "", "Write it as NUMBER:DATE, for example 3:2026-12-04.")
        change = if_moved(course, found, days, shelf.ceilings, number=int(number), to=planned_day(day), elsewhere=elsewhere)
    shape = plan_shape(shelf, found, known, course, change)
    sys.stdout.write(json.dumps(shape, ensure_ascii=False, indent=2) + "\n" if as_json else _in_words(shape))
    return 0


def sessions_so_far(known: Facts, protocol: Protocol) -> tuple[list[date], list[date]]:
    """Dates of the sessions given under this protocol, and of the drug's other sessions, here or elsewhere."""
    from fanlight.core.facts import records

    held, elsewhere = [], []
    for row in records(known, "sessions_given") or ():
        on = row["on"]
        assert isinstance(on, date)
        if row.get("protocol") == protocol.id:
            held.append(on)
        elif row.get("drug") in (protocol.drug.value, None):
            elsewhere.append(on)
    return sorted(held), sorted(elsewhere)


def plan_shape(shelf: Library, protocol: Protocol, known: Facts, course: CoursePlan, change: Change | None) -> dict[str, Any]:
    """The plan, each session with its phase's dose; with a change, the plan as it would be, and what would change."""
    from fanlight.care.protocols import plan_json

    doses = {phase.id: _dose(shelf, protocol, known, phase.id, course.start) for phase in protocol.phases}
    if change is None:
        return plan_json(course, doses)
    shape = plan_json(change.after, doses)
    shape["changes"] = [{"session": item.number, "from": _text(item.from_date), "to": _text(item.to_date)} for item in change.changes]
    shape["suggestions"] = list(change.suggestions)
    shape["problems"] = list(change.problems)
    return shape


def _dose(shelf: Library, protocol: Protocol, known: Facts, phase_id: str, on: date) -> dict[str, object]:
    """The usual dose of a phase, and in mg where the weight is known; later sessions of it may be titrated."""
    from fanlight.care.dosing import dose_for, dose_json

    phase = protocol.phase(phase_id)
    assert phase is not None
    order = known.without("dose_mg", "dose_mg_per_kg")
    worked = dose_json(dose_for(order, protocol, shelf.products, shelf.dosing_policy, on=on, phase_id=phase_id))["dose"]
    mg = worked["mg"] if isinstance(worked, dict) else None
    return {"usual": str(phase.dose.start), "mg": mg, "one_of": [str(choice) for choice in phase.dose.allowed]}


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _in_words(shape: dict[str, Any]) -> str:
    protocol = shape["protocol"]
    lines = [f"{protocol['id']} {protocol['version']} on the calendar {shape['calendar']}", ""]
    for session in shape["sessions"]:
        window = f"{session['window']['from']} to {session['window']['to']}"
        lines.append(f"{session['number']:>3}  {session['date']}  {session['phase']}, {session['dose']['usual']} (window {window})")
    for item in shape["moved"]:
        lines.append(f"     session {item['session']} moved from {item['from']} to {item['to']}: {item['why']}")
    if shape["unplaced"] is not None:
        lost = shape["unplaced"]
        lines += ["", f"Session {lost['session']} finds no date from {lost['window']['from']} to {lost['window']['to']}:"]
        lines += [f"  {why}" for why in lost["why"]]
    for name in ("changes", "suggestions", "problems"):
        items = shape.get(name) or []
        if items:
            lines += ["", f"{name.title()}:"]
            lines += [
                f"  {item}" if isinstance(item, str) else f"  session {item['session']}: {item['from']} -> {item['to']}" for item in items
            ]
    lines += ["", "Decisions:", *(f"  {item['date']}  {item['question']}" for item in shape["decisions"])]
    problems = [slot for slot in shape["therapy_slots"] if slot["problem"]]
    lines += [f"  after session {slot['after_session']}, {slot['kind']}: {slot['problem']}" for slot in problems]
    return "\n".join(lines) + "\n"


def run(args: list[str]) -> int:
    """Run the command."""
    return run_app(app, "plan", args)
