"""Content in a form that loads in milliseconds: kept in the user's cache, keyed by everything it was made from.

The key covers the bytes of every content file (the content version) and of the code that reads them, so what is loaded is never
stale. A missing, torn or foreign file is simply made again. The folder is the owner's alone.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import fanlight

T = TypeVar("T")
_KEPT = 10
"""Versions of one part that stay: several installations of one user do not take each other's away."""


def cache_folder() -> Path:
    """Where compiled content is kept: FANLIGHT_CACHE, else the user's cache folder."""
    home = os.environ.get("FANLIGHT_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "fanlight")
    return Path(home)


@functools.cache
def _code_hash() -> str:
    digest = hashlib.sha256()
    root = Path(fanlight.__file__).parent
    for part in ("core", "care", "content", "exchange", "records"):
        for path in sorted((root / part).rglob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def compiled(version: str, name: str, make: Callable[[], T]) -> T:
    """What `make` gives, from the cache where it was made before from the same bytes. `version` is the hash of the content read."""
    key = hashlib.sha256(f"{version}{_code_hash()}".encode()).hexdigest()[:32]
    path = cache_folder() / f"{name}-{key}.pickle"
    with contextlib.suppress(Exception):  # anything unreadable is made again
        if path.stat().st_uid == os.getuid():
            return cast(T, _load(path))
    if sys.stderr.isatty():
        sys.stderr.write(f"Reading {name} (once, until content changes)\n")
    made = make()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = sorted(path.parent.glob(f"{name}-*.pickle"), key=lambda old: old.stat().st_mtime, reverse=True)
        for old in kept[_KEPT - 1 :]:
            old.unlink(missing_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(made, protocol=5))
        part.replace(path)
    return made


def _load(path: Path) -> object:
    """The pickled value. Nothing read here is garbage, so the collector waits: it would look at every new object many times."""
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(path.read_bytes())  # noqa: S301 - the owner's own file, checked by the caller
    finally:
        if is_collecting:
            gc.enable()
