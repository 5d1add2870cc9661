"""A site's own protocols laid over the shipped ones: whole protocols, replaced or added by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fanlight.care.protocols.compare import ProtocolDifference, compare
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class Overlaid:
    """Protocols in force at a site, and what its overlay did: ids replaced (with the differences) and added."""

    protocols: Mapping[str, Protocol]
    replaced: Mapping[str, tuple[ProtocolDifference, ...]]
    added: tuple[str, ...]


def overlay(base: Mapping[str, Protocol], site: Mapping[str, Protocol]) -> Overlaid:
    """The shipped protocols with a site's laid over them.

    A replaced protocol must carry a version of its own, because courses stay on the version they began with. Errors:
    FAN-PROT-005 names every overlay file that differs from the shipped protocol under the same version, or is named otherwise
    than its id.
    """
    faults = [
        Fault(stem, f"holds the protocol {item.id}", suggestion=f"Name the file {item.id}.yaml.")
        for stem, item in site.items()
        if stem != item.id
    ]
    replaced: dict[str, tuple[ProtocolDifference, ...]] = {}
    for item in site.values():
        shipped = base.get(item.id)
        if shipped is None:
            continue
        replaced[item.id] = compare(shipped, item)
        if shipped != item and shipped.version == item.version:
            faults.append(
                Fault(
                    item.id,
                    f"differs from the shipped protocol but is also version {item.version}",
                    suggestion="Give it a version of its own.",
                )
            )
    if faults:
        raise InputError("FAN-PROT-005", "The overlay cannot be used", faults)
    merged = {**base, **{item.id: item for item in site.values()}}
    return Overlaid(merged, replaced, tuple(item.id for item in site.values() if item.id not in base))
