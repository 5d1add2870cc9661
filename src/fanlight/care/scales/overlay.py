"""A site's licensed wording, laid over an instrument: it adds text, and never touches scoring."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace
from datetime import date

from fanlight.care.scales.instrument import Instrument
from fanlight.care.scales.parts import Option, Tier, ValueSet
from fanlight.core.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class TextPack:
    """The wording of one instrument that a site holds a licence for: one file of the site's overlay folder.

    `instrument` and `version` name what it belongs to. `agreement` is the licence's own number or letter, `holder` who gave
    it, `notice` what must be shown with the form. `items` gives the wording of each item by id; `options` the wording of
    each answer, by value set and value ("0": "..."). `stem` is the opening question. `language` is a BCP 47 tag.
    """

    instrument: str
    version: str
    language: str
    holder: str
    agreement: str
    notice: str
    licensed_on: date
    items: dict[str, str]
    expires_on: date | None = None
    stem: str = ""
    options: dict[str, dict[str, str]] = field(default_factory=dict)


def with_text(instrument: Instrument, pack: TextPack, on: date) -> Instrument:
    """The instrument with a site's wording; scoring, bands and flags stay as they are.

    Raises `InputError` (FAN-SCALE-014) with every fault: another instrument or version, an expired licence, an unknown item
    or answer, wording left out, or an instrument of tier D, whose items Fanlight does not hold.
    """
    faults = [
        *_about(instrument, pack, on),
        *(
            Fault(f"items.{name}", f"is not an item of {instrument.id}", None, _near(name, instrument))
            for name in pack.items
            if not instrument.has_item(name)
        ),
        *(Fault(f"items.{name}", "is empty") for name, text in pack.items.items() if not text.strip()),
        *(
            Fault(f"items.{item.id}", "required, missing.", None, "Give every item's wording.")
            for item in instrument.items
            if item.id not in pack.items
        ),
        *_options(instrument, pack),
    ]
    if faults:
        raise InputError("FAN-SCALE-014", f"Cannot lay this wording over {instrument.id}", faults)
    items = tuple(replace(item, text=pack.items[item.id]) for item in instrument.items)
    value_sets = {name: _worded(values, pack.options.get(name, {})) for name, values in instrument.value_sets.items()}
    licence = replace(instrument.licence, holder=pack.holder, notice=pack.notice)
    return replace(instrument, items=items, value_sets=value_sets, stem=pack.stem or instrument.stem, licence=licence)


def lay_over(instruments: dict[str, Instrument], packs: dict[str, TextPack], on: date) -> dict[str, Instrument]:
    """All instruments, those named by a pack with its wording. Faults of all packs are raised together."""
    merged, faults = dict(instruments), []
    for name, pack in packs.items():
        if pack.instrument not in instruments:
            near = difflib.get_close_matches(pack.instrument, sorted(instruments), n=1)
            faults.append(
                Fault(
                    f"{name}.instrument", f"there is no instrument {pack.instrument!r}", None, f'Did you mean "{near[0]}"?' if near else ""
                )
            )
            continue
        try:
            merged[pack.instrument] = with_text(instruments[pack.instrument], pack, on)
        except InputError as problem:
            faults += [Fault(f"{name}.{fault.path}", fault.reason, fault.line, fault.suggestion) for fault in problem.faults]
    if faults:
        raise InputError("FAN-SCALE-014", "Cannot use this folder of licensed wording", faults)
    return merged


def _about(instrument: Instrument, pack: TextPack, on: date) -> list[Fault]:
    faults = []
    if pack.instrument != instrument.id:
        faults.append(Fault("instrument", f"is {pack.instrument}, not {instrument.id}"))
    if pack.version != instrument.version:
        faults.append(
            Fault(
                "version",
                f"is {pack.version!r}; the instrument here is {instrument.version!r}",
                None,
                "Wording and scoring must be of one version.",
            )
        )
    if pack.licensed_on > on:
        faults.append(Fault("licensed_on", f"lies after {on}"))
    if pack.expires_on is not None and pack.expires_on < on:
        faults.append(Fault("expires_on", f"the licence ended on {pack.expires_on}", None, "Renew it, or take the file away."))
    if instrument.licence.tier is Tier.D:
        faults.append(Fault("instrument", "is entered as scores only: its items are not held, so it has no place for wording"))
    return faults


def _options(instrument: Instrument, pack: TextPack) -> list[Fault]:
    faults = []
    for name, labels in pack.options.items():
        values = instrument.value_sets.get(name)
        if values is None:
            faults.append(Fault(f"options.{name}", "is not a set of answers here", None, f"Known: {', '.join(instrument.value_sets)}."))
            continue
        faults += [Fault(f"options.{name}.{value}", "is not an answer of this set") for value in labels if value not in _values(values)]
    return faults


def _values(values: ValueSet) -> set[str]:
    if values.only_options:
        return {str(option.value) for option in values.options}
    return {str(value) for value in range(values.low, values.high + 1)} | {str(value) for value in values.not_assessed}


def _worded(values: ValueSet, labels: dict[str, str]) -> ValueSet:
    if not labels:
        return values
    known = {option.value: option for option in values.options}
    chosen = sorted({int(value) for value in labels} | set(known))
    return replace(
        values,
        options=tuple(
            replace(known.get(value, Option(value)), label=labels.get(str(value), known.get(value, Option(value)).label))
            for value in chosen
        ),
    )


def _near(name: str, instrument: Instrument) -> str:
    near = difflib.get_close_matches(name, [item.id for item in instrument.items], n=1)
    return f'Did you mean "{near[0]}"?' if near else ""
