"""Run the benchmarks, each in a process of its own: all of them, or those named. `python -m benchmarks [NAME ...]`."""

from __future__ import annotations

import difflib
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """0 when every one ran to its end; 2 where one is not known."""
    known = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
            sys.stderr.write(f"There is no benchmark {name!r}. {hint}\n")
            return 2
    failed = []
    for name in names or known:
        sys.stdout.write(f"==> {name}\n")
        sys.stdout.flush()
        started = time.monotonic()
        if subprocess.run([sys.executable, str(HERE / f"{name}.py")], check=False).returncode:
            failed.append(name)
        sys.stdout.write(f"    {time.monotonic() - started:.0f} s\n\n")
    if failed:
        sys.stderr.write(f"Not finished: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
