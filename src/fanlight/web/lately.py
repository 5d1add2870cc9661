"""What a whole clinic's past adds up to, for pages that show it: worked out anew while that is quick, else kept for a while.

A small clinic never meets this: its sums are quick and always of this moment. Where a sum takes long it is kept, the page says of
when it is, and a thread works it out again behind the page. Nothing that acts on a danger or opens a gate is read from here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

_QUICK_SECONDS = 0.1
"""Processor time below which nothing is kept."""
_KEPT_PER_SECOND = timedelta(minutes=2)
"""How long a sum is kept for each second it takes, so that working it out never takes more than about a hundredth of the machine."""
_KEPT_AT_MOST = timedelta(minutes=5)
_TOO_OLD = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Sum:
    """A value and the moment it is of; `is_kept` where it is not of this one."""

    value: Any
    as_of: datetime
    is_kept: bool = False


_KEPT: dict[tuple[str, str], tuple[Sum, float]] = {}
_LONG: set[tuple[str, str]] = set()
"""Sums that took long once. The first time may have read content besides: only what takes long again is kept."""
_AT_WORK: set[tuple[str, str]] = set()
_LOCK = threading.Lock()


def lately(name: str, work: Callable[[datetime], Any], now: datetime) -> Sum:
    """What `work(now)` gives, or gave a short while ago where it takes long. `name` tells one sum of one clinic from every other."""
    key = (str(connection.settings_dict["NAME"]), name)
    with _LOCK:
        kept = _KEPT.get(key)
    if kept is None:
        return _anew(key, work, now)
    found, cost = kept
    age = now - found.as_of
    if not timedelta() <= age <= _TOO_OLD:
        return _anew(key, work, now)
    if age > min(_KEPT_PER_SECOND * cost, _KEPT_AT_MOST):
        _behind_the_page(key, work, now)
    return found


def _anew(key: tuple[str, str], work: Callable[[datetime], Any], now: datetime) -> Sum:
    started = time.thread_time()
    found = Sum(work(now), now)
    cost = time.thread_time() - started
    with _LOCK:
        if cost <= _QUICK_SECONDS:
            _KEPT.pop(key, None)
            _LONG.discard(key)
        elif key in _LONG:
            _KEPT[key] = (Sum(found.value, now, is_kept=True), cost)
        else:
            _LONG.add(key)
    return found


def _behind_the_page(key: tuple[str, str], work: Callable[[datetime], Any], now: datetime) -> None:
    with _LOCK:
        if key in _AT_WORK:
            return
        _AT_WORK.add(key)

    def run() -> None:
        try:
            _anew(key, work, now)
        finally:
            connection.close()
            with _LOCK:
                _AT_WORK.discard(key)

    threading.Thread(target=run, name=f"lately-{key[1]}", daemon=True).start()
