"""How long a screening takes: one patient and one protocol with its whole trace; many patients by every protocol.

The yardstick is a loop of a million additions in plain Python on the same machine in the same minute, so that a figure from one
machine means something on another. Times are processor times; medians of several runs.
"""

from __future__ import annotations

import argparse
import random
import runpy
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from fanlight.care.protocols.scope import rule_scope
from fanlight.care.rules import Stage
from fanlight.care.screening import ScreeningResult, prepare, screen, screen_patient, screening_as_json
from fanlight.core.fact_reading import parse_facts
from fanlight.core.facts import Facts
from fanlight.records.library import library

ON = date(2026, 11, 21)
PATIENTS = Path(__file__).resolve().parent.parent / "tests" / "screening" / "patients.py"
HEALTHY: dict[str, Any] = runpy.run_path(str(PATIENTS))["HEALTHY"]


def yardstick() -> float:
    """Seconds for a million additions."""
    total = 0
    start = time.process_time()
    for number in range(1_000_000):
        total += number
    return time.process_time() - start


def median_ms(work: Callable[[], Any], times: int, runs: int = 7) -> float:
    """Median over runs of the mean time of one call, in milliseconds of processor time."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - start) / times * 1000)
    return statistics.median(found)


def read_all(result: ScreeningResult) -> int:
    """Read every sentence, input and missing fact of a result: the whole trace."""
    letters = sum(len(answer.because) for answer in result.definitions)
    for answer in result.rules:
        missing = answer.missing
        letters += len(answer.saying(missing)) + len(answer.inputs) + len(missing)
    return letters


def people(count: int, seed: int = 1) -> list[Facts]:
    """Invented patients: the healthy one with facts forgotten and dangers added by seeded chance."""
    chance = random.Random(seed)
    catalogue = library().facts
    answered = [name for name, value in HEALTHY.items() if isinstance(value, bool)]
    found = []
    for _ in range(count):
        raw = dict(HEALTHY)
        for name in chance.sample(sorted(raw), chance.randrange(0, 20)):
            del raw[name]
        for name in chance.sample(answered, chance.randrange(0, 3)):
            raw[name] = not HEALTHY[name]
        raw["weight_kg"] = chance.randrange(45, 130)
        found.append(parse_facts(raw, catalogue))
    return found


def main() -> None:
    """Run and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--patients", type=int, default=10_000)
    count = arguments.parse_args().patients
    content = library().screening
    scopes = [rule_scope(protocol) for protocol in library().protocols.values()]
    unit = statistics.median(yardstick() for _ in range(7)) * 1000
    print(f"yardstick, a million additions: {unit:.1f} ms")
    iv = next(scope for scope in scopes if scope.id == "iv-racemic-induction")
    for label, facts in (("everything answered", parse_facts(HEALTHY, library().facts)), ("nothing known", Facts())):
        result = screen(facts, iv, content, stage=Stage.SCREEN, on=ON)
        for what, work in (
            ("answers", lambda f=facts: screen(f, iv, content, stage=Stage.SCREEN, on=ON)),
            ("answers and the whole trace read", lambda f=facts: read_all(screen(f, iv, content, stage=Stage.SCREEN, on=ON))),
            ("the same as JSON", lambda r=result: screening_as_json(r)),
        ):
            spent = median_ms(work, 200)
            print(f"one patient, one protocol, {label}, {what}: {spent:.3f} ms ({spent / unit:.4f} of the yardstick)")
    patients = people(count)
    for scope in scopes:
        content.rules.for_protocol(scope)
    start = time.process_time()
    for facts in patients:
        patient = prepare(facts, content, on=ON)
        for scope in scopes:
            screen_patient(patient, scope, content, stage=Stage.SCREEN)
    spent = time.process_time() - start
    print(f"{count} patients x {len(scopes)} protocols: {spent:.1f} s ({spent / count / len(scopes) * 1000:.3f} ms each)")


if __name__ == "__main__":
    main()
