"""Numba's decorators with types. Imported only by kernel modules, which are themselves imported inside functions.

No `fastmath`: every operation is IEEE double in the order written, so that a patient's numbers do not depend
on the chunk, the thread or the vector width they were computed with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile on first use and keep the machine code beside the module."""
    return cast(F, numba.njit(cache=True, error_model="numpy", nogil=True)(function))


def in_parallel(function: F) -> F:
    """Compile with `numba.prange` loops spread over the machine's threads."""
    return cast(F, numba.njit(cache=True, error_model="numpy", parallel=True, nogil=True)(function))


def spelled_out(function: Any) -> Any:
    """A piece of a kernel given as machine instructions (Numba's `intrinsic`)."""
    return intrinsic(function)
