"""The walls of the house: who may import whom, what the pure rooms may not touch, what may not enter the repository."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "fanlight"
PURE = [
    *(SOURCE / "core").rglob("*.py"),
    *(SOURCE / "care").rglob("*.py"),
    *(SOURCE / "science").rglob("*.py"),
    *(SOURCE / "exchange").rglob("*.py"),
]
FILE_READERS_ALLOWED = ("science/registry",)


def test_the_import_contract_holds():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def _calls(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            found.add(ast.unparse(node.func))
    return found


CLOCKS = re.compile(r"(^|\.)(now|utcnow|today|time|monotonic|perf_counter|time_ns)$")
CLOCK_OWNERS = ("datetime", "date", "time", "clock")
FILES = {"open", "Path.open", "io.open", "os.open"}
FILE_METHODS = re.compile(r"\.(read_text|write_text|read_bytes|write_bytes|open)$")


@pytest.mark.parametrize("path", PURE, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_pure_room_reads_no_clock_and_opens_no_file(path):
    calls = _calls(ast.parse(path.read_text(encoding="utf-8")))
    clocks = {c for c in calls if "." in c and CLOCKS.search(c) and c.split(".")[0] in CLOCK_OWNERS}
    clocks |= {c for c in calls if c in ("time.time", "time.monotonic", "datetime.now", "datetime.today", "date.today", "datetime.utcnow")}
    files = {c for c in calls if c in FILES or FILE_METHODS.search(c)}
    if any(part in str(path) for part in FILE_READERS_ALLOWED):
        files = set()
    assert not clocks, f"reads a clock: {clocks}"
    assert not files, f"opens a file: {files}"


def test_the_walls_would_notice():
    calls = _calls(ast.parse("import datetime\ndatetime.datetime.now()\nopen('x')\np.read_text()"))
    assert {"datetime.datetime.now", "open", "p.read_text"} <= calls
    assert CLOCKS.search("datetime.datetime.now")
    assert FILE_METHODS.search("p.read_text")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_index_address_and_no_path_of_a_machine_enters_the_repository():
    wrong = []
    machine = re.compile("/" + "work/|/" + "root/|/" + "opt/py" + "pi|files\\.python" + "hosted|index-" + "url|pypi\\." + "org/simple")
    for path in _tracked():
        if path.suffix in (".png", ".pdf", ".svg", ".gz"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.name not in ("lock.py",) and machine.search(text):
            wrong.append(f"{path.relative_to(ROOT)}: {machine.search(text).group(0)}")
    assert not wrong, wrong


def test_heavy_libraries_stay_out_of_the_web_process():
    """Loading every page's address must not load what takes seconds."""
    code = (
        "import os, sys, tempfile; os.environ.update(FANLIGHT_DATA=tempfile.mkdtemp(), FANLIGHT_TEST='1',"
        "DJANGO_SETTINGS_MODULE='fanlight.records.settings');"
        "import django; django.setup(); import fanlight.web.urls, fanlight.web.asgi;"
        "names='numba scipy pandas statsmodels matplotlib polars typst lifelines'.split();"
        "heavy=[m for m in names if m in sys.modules]; print(heavy); sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_every_public_module_says_what_it_is():
    silent = [
        str(p.relative_to(SOURCE))
        for p in SOURCE.rglob("*.py")
        if p.stat().st_size and not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))
    ]
    assert not [name for name in silent if "migrations" not in name], silent
