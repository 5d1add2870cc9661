"""How long a session of 200 entries takes: read from plain values, folded, and asked what is due, what alarms, who may leave.

The yardstick is Python's own JSON reader on the same entries as text, in the same minute. Times are processor times; medians of
several runs.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fanlight.care.sessions import alerts, due, fold, parse_events, readiness
from fanlight.care.sessions.events import dump_event
from fanlight.care.sessions.fold import KINDS_OF_THE_DRUG, fold_drug

ENTRIES = 200


def median_ms(work: Callable[[], Any], times: int = 10, runs: int = 9) -> float:
    """Median over runs of the mean time of one call, in milliseconds of processor time."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - start) / times * 1000)
    return statistics.median(found)


def main() -> int:
    """Print the table."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
    from chair import at, iv_plan, whole_infusion

    chair, plan, now = whole_infusion(), iv_plan(), at(175)
    for number in range(ENTRIES - len(chair.events)):
        chair.vitals(66 + number * 0.4)
    written = [dump_event(event) for event in chair.events]
    text = json.dumps(written)
    events = parse_events(written)
    state = fold(events, plan)
    drug = [event for event in events if event.kind in KINDS_OF_THE_DRUG]
    yardstick = median_ms(lambda: json.loads(text))
    rows: list[tuple[str, Callable[[], Any]]] = [
        ("read", lambda: parse_events(written)),
        ("fold", lambda: fold(events, plan)),
        ("fold, the drug alone", lambda: fold_drug(drug, plan)),
        ("what is due", lambda: due(state, plan, now)),
        ("alerts", lambda: alerts(state, plan, now)),
        ("criteria of leaving", lambda: readiness(state, plan, now)),
    ]
    sys.stdout.write(f"{len(events)} entries; their text read as JSON: {yardstick:.2f} ms\n{'work':<22} {'ms':>8} {'x JSON':>8}\n")
    for name, work in rows:
        took = median_ms(work)
        sys.stdout.write(f"{name:<22} {took:>8.2f} {took / yardstick:>8.1f}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
