"""A form read back: the exact edition it was opened on, and its answers as they stand."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

from fanlight.care.scales import Instrument
from fanlight.content import read_text
from fanlight.records.audit import change
from fanlight.records.canonical import sha256
from fanlight.records.instruments import instruments_folder, shipped_instrument
from fanlight.records.models import InstrumentEdition, ScaleForm

CSSRS = ("cssrs_screener", "cssrs_since_last_visit")


@functools.cache
def _shipped_text(instrument_id: str) -> tuple[str, str]:
    """The shipped file of an instrument and its hash."""
    text = (instruments_folder() / f"{instrument_id}.yaml").read_text(encoding="utf-8")
    return text, sha256(text)


@functools.lru_cache(maxsize=64)
def _read(content_hash: str, text: str, name: str) -> Instrument:
    return read_text(text, Instrument, name)


def edition_of(instrument_id: str, at: datetime) -> tuple[InstrumentEdition, Instrument]:
    """The edition of an instrument in force now, kept when it is first used."""
    instrument = shipped_instrument(instrument_id)
    text, content_hash = _shipped_text(instrument.id)
    found = InstrumentEdition.objects.filter(content_hash=content_hash).first()
    if found is None:
        with change("keep_edition", at=at, by=None, instrument=instrument.id, version=instrument.version) as entry:
            found = InstrumentEdition(
                instrument_id=instrument.id, instrument_version=instrument.version, content_hash=content_hash, text=text, kept_at=at
            )
            entry.add(found)
    return found, instrument


def instrument_of(form: ScaleForm) -> Instrument:
    """The instrument of a form, by the exact text it was opened on."""
    edition = form.edition
    if edition.instrument_id in _known() and _shipped_text(edition.instrument_id)[1] == edition.content_hash:
        return shipped_instrument(edition.instrument_id)
    return _read(edition.content_hash, edition.text, f"{edition.instrument_id} as asked")


def answers_of(form: ScaleForm) -> dict[str, Any]:
    """The answers of a form as they stand: the last tap of each item; one taken back is not there."""
    found: dict[str, Any] = {}
    for item, value in form.taps.order_by("pk").values_list("item", "value"):
        found[item] = value
    return {item: value for item, value in found.items() if value is not None}


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(path.stem for path in instruments_folder().glob("*.yaml"))
