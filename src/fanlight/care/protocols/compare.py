"""Two versions of a protocol compared in clinical sentences."""

from __future__ import annotations

from dataclasses import dataclass

from fanlight.care.protocols.document import protocol_document
from fanlight.care.protocols.entries import Entry
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.quantities import plain


@dataclass(frozen=True, slots=True)
class ProtocolDifference:
    """One difference, as a sentence. `section` is the chapter of the written protocol it stands in."""

    section: str
    key: str
    sentence: str


def compare(old: Protocol, new: Protocol) -> tuple[ProtocolDifference, ...]:
    """What a clinician would notice between two versions: first what changed, then what came, then what went.

    A change of source or mark alone is a difference too: it changes how far a number may be relied on.
    """
    before, after = _by_key(old), _by_key(new)
    found = [
        ProtocolDifference(section, key, _changed(before[key][1], entry))
        for key, (section, entry) in after.items()
        if key in before and _differs(before[key][1], entry)
    ]
    found += [ProtocolDifference(section, key, f"New: {_said(entry)}") for key, (section, entry) in after.items() if key not in before]
    found += [ProtocolDifference(section, key, f"Removed: {_said(entry)}") for key, (section, entry) in before.items() if key not in after]
    named = [(name, getattr(old, name), getattr(new, name)) for name in ("title", "summary")]
    heads = [ProtocolDifference("Protocol", name, f'The {name} changes from "{was}" to "{now}".') for name, was, now in named if was != now]
    return (*heads, *found)


def _by_key(protocol: Protocol) -> dict[str, tuple[str, Entry]]:
    return {entry.key: (section.title, entry) for section in protocol_document(protocol).sections for entry in section.entries}


def _differs(old: Entry, new: Entry) -> bool:
    return (old.text, old.mark, old.source, old.label) != (new.text, new.mark, new.source, new.label)


def _said(entry: Entry) -> str:
    text = f"{entry.label}: {entry.text}" if entry.label else entry.text
    return text if text.endswith(".") else f"{text}."


def _changed(old: Entry, new: Entry) -> str:
    if old.text == new.text:
        basis = f"{_basis(old)} to {_basis(new)}"
        return f"{new.label or 'Text'} stays {new.text.rstrip('.')}; its basis changes from {basis}."
    if old.number is not None and new.number is not None and old.unit == new.unit and old.number != new.number:
        way = "rises" if new.number > old.number else "falls"
        if _rest(old) == _rest(new):
            return f"{new.label} {way} from {old.text} to {new.text}."
    return f"{new.label or 'Text'} changes from {old.text.rstrip('.')} to {new.text.rstrip('.')}."


def _rest(entry: Entry) -> str:
    assert entry.number is not None
    return entry.text.replace(plain(entry.number), "", 1)


def _basis(entry: Entry) -> str:
    return f"{entry.source or 'no source'} ({entry.mark.value if entry.mark else 'unmarked'})"
