"""Numba's decorators with types. Imported only by kernel modules, which are themselves imported inside functions.

No `fastmath`: every operation is IEEE double in the order written, so that a patient's numbers do not depend
on the chunk, the thread or the vector width they were computed with.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

# Threads that wait for one another by spinning starve on a machine that has other work: a curve of 2 ms then takes 50.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numba
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
_one_at_a_time = threading.Lock()
"""Numba's own thread pool ends the whole process when two threads start parallel loops at once; a server has many threads."""


def compiled(function: F) -> F:
    """Compile on first use and keep the machine code beside the module."""
    return cast(F, numba.njit(cache=True, error_model="numpy", nogil=True)(function))


def in_parallel(function: F) -> F:
    """Compile with `numba.prange` loops spread over the machine's threads. Calls from several threads wait for one another."""
    kernel = numba.njit(cache=True, error_model="numpy", parallel=True, nogil=True)(function)

    @functools.wraps(function)
    def called(*args: Any) -> Any:
        with _one_at_a_time:
            return kernel(*args)

    return cast(F, called)


def spelled_out(function: Any) -> Any:
    """A piece of a kernel given as machine instructions (Numba's `intrinsic`)."""
    return intrinsic(function)


@contextlib.contextmanager
def on_one_thread() -> Iterator[None]:
    """Work here on one thread: for a thousand persons, waking others costs more than they save."""
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        yield
    finally:
        numba.set_num_threads(before)
