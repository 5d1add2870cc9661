"""The instruments of this installation: the shipped ones, with a site's licensed overlay laid over them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from fanlight.care.scales import Instrument, ScaleError, same_name
from fanlight.care.scales.overlay import TextPack, lay_over
from fanlight.content import content_folder, read, read_folder


def instruments_folder() -> Path:
    """Where the shipped instruments stand."""
    return content_folder() / "instruments"


class InstrumentShelf(Mapping[str, Instrument]):
    """Every shipped instrument by id. Each file is read when it is first asked for, and once."""

    def __getitem__(self, instrument_id: str) -> Instrument:
        if instrument_id not in _ids():
            raise KeyError(instrument_id)
        return _read_once(instrument_id)

    def __iter__(self) -> Iterator[str]:
        return iter(_ids())

    def __len__(self) -> int:
        return len(_ids())


_SHELF = InstrumentShelf()


def shipped_instruments() -> Mapping[str, Instrument]:
    """Every shipped instrument by id. Asking for one reads one file; going through all reads all (under a second)."""
    return _SHELF


def shipped_instrument(instrument_id: str) -> Instrument:
    """One shipped instrument by its id; an unknown one is refused with the nearest known one."""
    found = _SHELF.get(instrument_id)
    if found is None:
        raise _unknown(instrument_id)
    return found


def find_instrument(name: str) -> Instrument:
    """The shipped instrument of that id, title or other name; an unknown name is refused with the nearest known one."""
    chosen = next((stem for stem in _ids() if same_name(stem, name)), None)
    if chosen is not None:
        return _SHELF[chosen]
    for scale in _SHELF.values():
        if any(same_name(name, other) for other in (scale.title, *scale.aliases)):
            return scale
    raise _unknown(name)


def instruments_with_overlay(folder: Path, on: date) -> dict[str, Instrument]:
    """Every instrument by id as a site has it on a date: the licensed wording of `folder` (text packs), and the site's own
    instruments of `folder`/instruments. An own instrument needs an id of its own: shipped scoring is never replaced."""
    own = read_folder(folder / "instruments", Instrument)
    taken = sorted(scale.id for scale in own.values() if scale.id in _SHELF)
    if taken:
        raise ScaleError(
            "FAN-SCALE-020",
            "Cannot add these instruments",
            f"{', '.join(taken)} ships with Fanlight, and its scoring is not replaced",
            "Give them ids of their own, as sds_items.",
        )
    return lay_over({**_SHELF, **{scale.id: scale for scale in own.values()}}, read_folder(folder, TextPack), on)


@cache
def _read_once(instrument_id: str) -> Instrument:
    return read(instruments_folder() / f"{instrument_id}.yaml", Instrument)


@cache
def _ids() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in instruments_folder().glob("*.yaml")))


def _unknown(name: str) -> ScaleError:
    near = difflib.get_close_matches(name.lower(), _ids(), n=1, cutoff=0.5)
    hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(_ids())}."
    return ScaleError("FAN-SCALE-005", f"There is no instrument {name!r}", "", hint)
