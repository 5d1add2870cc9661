"""Every worked vector of the reference, by `score` on one form and by `score_frame` on a frame of one row."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from fanlight.care.scales import score, score_frame
from fanlight.content import read
from fanlight.records.instruments import shipped_instrument


@dataclass(frozen=True, slots=True)
class Vector:
    number: int
    instrument: str
    answers: dict[str, int | None]
    status: str
    total: Decimal | None = None
    subscales: dict[str, Decimal | None] = field(default_factory=dict)
    band: str | None = None
    flags: tuple[str, ...] = ()
    context: dict[str, str] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Vectors:
    vectors: tuple[Vector, ...]


VECTORS = read(Path(__file__).parent / "vectors.yaml", Vectors).vectors


def test_all_45_vectors_of_the_reference_are_here():
    assert [vector.number for vector in VECTORS] == list(range(1, 46))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v.number}-{v.instrument}")
def test_score(vector: Vector):
    found = score(shipped_instrument(vector.instrument), vector.answers, vector.context)
    assert (found.status, found.total, dict(found.subscales), found.band, found.flags) == (
        vector.status,
        vector.total,
        vector.subscales,
        vector.band,
        frozenset(vector.flags),
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v.number}-{v.instrument}")
def test_score_frame(vector: Vector):
    frame = score_frame(shipped_instrument(vector.instrument), {name: [answer] for name, answer in vector.answers.items()}, vector.context)
    row = frame.to_dicts()[0]
    kept = {name: value for name, value in row.items() if name not in ("status", "total", "band", "flags")}
    assert (row["status"], row["total"], row["band"], set(row["flags"])) == (
        vector.status,
        _plain(vector.total),
        vector.band,
        set(vector.flags),
    )
    assert kept == {name: _plain(value) for name, value in vector.subscales.items()}


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
