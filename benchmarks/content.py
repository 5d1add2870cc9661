"""How long the clinical content takes to be there when a process starts: from its compiled form, and from the files themselves.

Each figure is a process of its own, so that nothing is warm that would not be. Run: .venv/bin/python benchmarks/content.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

PARTS = "facts sources consents protocols products dosing_policy ceilings calendars session_parameters risk_table asking_policy screening"
PROGRAM = f"""
import time
from fanlight.records.library import library
wall, work = time.perf_counter(), time.process_time()
shelf = library()
for part in {PARTS!r}.split():
    getattr(shelf, part)
print(time.perf_counter() - wall, time.process_time() - work)
"""


def once(cache: str) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor, to have every part of the content."""
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=os.environ | {"FANLIGHT_CACHE": cache}, capture_output=True, text=True, check=True
    )
    wall, work = said.stdout.split()
    return float(wall) * 1000, float(work) * 1000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as cache:
        whole = once(cache)
        compiled = [once(cache) for _ in range(7)]
    wall, work = (statistics.median(run[index] for run in compiled) for index in (0, 1))
    print(f"content at start, compiled     {wall:8.0f} ms on the clock, {work:6.0f} ms of processor   (promised under 150 ms)")
    print(
        f"content at start, from files   {whole[0]:8.0f} ms on the clock, {whole[1]:6.0f} ms of processor   (once, until content changes)"
    )


if __name__ == "__main__":
    main()
