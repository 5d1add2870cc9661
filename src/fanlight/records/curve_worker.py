"""A process of its own that works out expected courses: one case a line in, one answer a line out.

`python -m fanlight.records.curve_worker`. The engine compiles once and stays warm here, away from the process that serves pages.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

from fanlight.content import content_folder, read, read_text
from fanlight.core.errors import FanlightError
from fanlight.records.expected_curves import Case, simulate_case

_SHIPPED = re.compile(r'\{"shipped": "([a-z0-9_]+)"\}')


def answer(line: str) -> dict[str, Any]:
    """The curves of a case given as JSON, or of one shipped by name; or why there are none. Never an exception: the next line waits."""
    try:
        shipped = _SHIPPED.fullmatch(line.strip())
        if shipped:
            return {"curves": simulate_case(read(content_folder() / "pharmacology" / "cases" / f"{shipped[1]}.yaml", Case))}
        return {"curves": simulate_case(read_text(line, Case, "the planned dose"))}
    except FanlightError as problem:
        return {"code": problem.code, "why": [fault.reason for fault in getattr(problem, "faults", ())] or [problem.why]}
    except Exception as problem:  # noqa: BLE001 - the worker goes on; the page says that there is no curve
        return {"code": "FAN-CURVE-001", "why": [f"the engine stopped ({type(problem).__name__})"]}


def main() -> None:
    """Answer lines until there are no more. Pages come first: the process is the patient one."""
    if hasattr(os, "nice"):
        os.nice(5)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(line), allow_nan=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
