"""The instruments of this installation: the shipped ones, with a site's licensed overlay laid over them."""

from __future__ import annotations

import difflib
from datetime import date
from functools import cache
from pathlib import Path

from fanlight.care.scales import Instrument, ScaleError, same_name
from fanlight.care.scales.overlay import TextPack, lay_over
from fanlight.content import content_folder, read, read_folder


def instruments_folder() -> Path:
    """Where the shipped instruments stand."""
    return content_folder() / "instruments"


@cache
def shipped_instrument(instrument_id: str) -> Instrument:
    """One shipped instrument by its id, read once."""
    path = instruments_folder() / f"{instrument_id}.yaml"
    if not path.is_file():
        raise _unknown(instrument_id)
    return read(path, Instrument)


@cache
def shipped_instruments() -> dict[str, Instrument]:
    """Every shipped instrument by id, read once (about a second)."""
    return read_folder(instruments_folder(), Instrument)


def find_instrument(name: str) -> Instrument:
    """The shipped instrument of that id, title or other name; an unknown name is refused with the nearest known one."""
    chosen = next((stem for stem in _ids() if same_name(stem, name)), None)
    if chosen is not None:
        return shipped_instrument(chosen)
    for scale in shipped_instruments().values():
        if any(same_name(name, other) for other in (scale.title, *scale.aliases)):
            return scale
    raise _unknown(name)


def _ids() -> list[str]:
    return sorted(path.stem for path in instruments_folder().glob("*.yaml"))


def _unknown(name: str) -> ScaleError:
    near = difflib.get_close_matches(name.lower(), _ids(), n=1, cutoff=0.5)
    hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(_ids())}."
    return ScaleError("FAN-SCALE-005", f"There is no instrument {name!r}", "", hint)


def instruments_with_overlay(folder: Path, on: date) -> dict[str, Instrument]:
    """Every instrument by id as a site has it on a date: the licensed wording of `folder` (text packs), and the site's own
    instruments of `folder`/instruments. An own instrument needs an id of its own: shipped scoring is never replaced."""
    own = read_folder(folder / "instruments", Instrument)
    shipped = shipped_instruments()
    taken = sorted(scale.id for scale in own.values() if scale.id in shipped)
    if taken:
        raise ScaleError(
            "FAN-SCALE-020",
            "Cannot add these instruments",
            f"{', '.join(taken)} ships with Fanlight, and its scoring is not replaced",
            "Give them ids of their own, as sds_items.",
        )
    return lay_over(shipped | {scale.id: scale for scale in own.values()}, read_folder(folder, TextPack), on)
