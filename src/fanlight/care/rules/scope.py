"""What a rule governs, and what it needs to know of a protocol to be asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from fanlight.core.session_plan import Drug, Route

ParameterValue = Decimal | bool | str


@dataclass(frozen=True, slots=True)
class ProtocolScope:
    """As much of a treatment protocol as the rules need.

    `use` is the protocol's purpose (``trd``, ``mdsi``, ``pain``, ...). `definitions` are the definition ids of its
    indication: one of them must be met. `parameters` are the numbers it is held to instead of a rule's
    own defaults (its published ceiling, thresholds). `criteria` are the discharge criteria it asks.
    """

    id: str
    version: str
    drug: Drug
    route: Route
    use: str
    jurisdiction: str
    setting: str = "clinic"
    title: str = ""
    signed_by: str | None = None
    definitions: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    criteria: tuple[str, ...] = ()
    observation_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The drugs, routes, uses, jurisdictions, settings and protocols a rule governs; an empty list means all.

    `declares` narrows it to protocols that declare these parameters, `not_declares` to those that do not,
    `with_definition` to those whose indication names a definition.
    """

    drugs: tuple[Drug, ...] = ()
    routes: tuple[Route, ...] = ()
    uses: tuple[str, ...] = ()
    not_uses: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    declares: tuple[str, ...] = ()
    not_declares: tuple[str, ...] = ()
    with_definition: bool = False

    def governs(self, protocol: ProtocolScope) -> bool:
        """True when the rule is to be asked of this protocol."""
        return (
            (not self.drugs or protocol.drug in self.drugs)
            and (not self.routes or protocol.route in self.routes)
            and (not self.uses or protocol.use in self.uses)
            and protocol.use not in self.not_uses
            and (not self.jurisdictions or protocol.jurisdiction in self.jurisdictions)
            and (not self.settings or protocol.setting in self.settings)
            and (not self.protocols or protocol.id in self.protocols)
            and all(name in protocol.parameters for name in self.declares)
            and not any(name in protocol.parameters for name in self.not_declares)
            and (not self.with_definition or bool(protocol.definitions))
        )


EVERYWHERE = Scope()
"""The scope that governs every protocol."""
