"""Names and identifiers drawn by lot. From the machine's own randomness, save where a made-up history must come out the same again."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SOURCE: ContextVar[random.Random | None] = ContextVar("chance", default=None)
_MACHINE = random.SystemRandom()


def letters(alphabet: str, count: int) -> str:
    """`count` letters of an alphabet."""
    source = _SOURCE.get() or _MACHINE
    return "".join(source.choice(alphabet) for _ in range(count))


def new_id() -> uuid.UUID:
    """A fresh identifier of version 4."""
    return uuid.UUID(int=(_SOURCE.get() or _MACHINE).getrandbits(128), version=4)


@contextmanager
def seeded(source: random.Random) -> Iterator[None]:
    """Draw from `source` within: for the sample clinic alone. Never for a secret, and no secret is drawn here."""
    token = _SOURCE.set(source)
    try:
        yield
    finally:
        _SOURCE.reset(token)
