"""Is this the first dose by a new route? Milligrams mean another thing by another route, and are never converted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from fanlight.care.dosing.findings import DoseFinding, danger
from fanlight.care.dosing.policy import DosingPolicy
from fanlight.care.protocols import Protocol
from fanlight.core.answers import Severity
from fanlight.core.facts import Facts, records
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Route


def route_findings(facts: Facts, protocol: Protocol, policy: DosingPolicy) -> tuple[DoseFinding, ...]:
    """A warning when the last dose of this drug went in by another route; nothing where no dose or no route is recorded."""
    given = [row for row in records(facts, "sessions_given") or () if row.get("drug") == protocol.drug.value]
    if not given:
        return ()
    last = max(given, key=_day).get("route")
    if last is None or last == protocol.route.value:
        return ()
    before, now = _words(Route(str(last)), policy), _words(protocol.route, policy)
    message = f"The last dose was {before}; this one is {now}. Doses are never converted between routes: start as this protocol starts."
    return (danger("HAZ-05", Severity.WARN, message),)


def _words(route: Route, policy: DosingPolicy) -> str:
    share = policy.bioavailability.get(route)
    return route.value if share is None else f"{route.value} (about {plain(share.value)}% reaches the blood)"


def _day(row: Mapping[str, object]) -> date:
    value = row["on"]
    assert isinstance(value, date)
    return value
