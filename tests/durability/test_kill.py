"""SIGKILL at any instruction: what was acknowledged is there once, what was not is there whole or not at all (DUR-2)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_fifty_kills_in_the_middle_of_writes_lose_and_double_nothing(tmp_path):
    script = Path(__file__).with_name("kill_scenario.py")
    done = subprocess.run([sys.executable, str(script), str(tmp_path), "50"], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    print(found)
    assert found["kills"] == 50
    assert found["acknowledged"] > 50, found
    assert (found["lost"], found["doubled"], found["gaps"], found["without_link"], found["foreign"]) == (0, 0, False, 0, 0), found
    assert found["fault"] == ""
