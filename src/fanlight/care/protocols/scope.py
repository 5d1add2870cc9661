"""What the rules need to know of a protocol: its scope, and the ceilings it is held to with their own source."""

from __future__ import annotations

from decimal import Decimal

from fanlight.care.protocols.declared import declared_parameters
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.rules.scope import ParameterValue, ProtocolScope


def rule_scope(protocol: Protocol, jurisdiction: str | None = None, signed_by: str | None = None) -> ProtocolScope:
    """The protocol as the rules see it, in one jurisdiction (the first it is written for, when none is given)."""
    return ProtocolScope(
        id=protocol.id,
        version=protocol.version,
        drug=protocol.drug,
        route=protocol.route,
        use=protocol.use,
        jurisdiction=jurisdiction or protocol.jurisdictions[0],
        setting=protocol.setting,
        title=protocol.title,
        signed_by=signed_by,
        definitions=protocol.indication.definition_ids,
        parameters=rule_parameters(protocol),
        criteria=protocol.discharge.criteria,
        observation_minutes=protocol.monitoring.observation.minutes,
    )


def rule_parameters(protocol: Protocol) -> dict[str, ParameterValue]:
    """The numbers a protocol declares in place of a rule's defaults, by parameter name."""
    found = declared_parameters(protocol)
    for ceiling in protocol.ceilings:
        held = found.get(ceiling.parameter)
        if not isinstance(held, Decimal) or ceiling.value.value < held:
            found[ceiling.parameter] = ceiling.value.value
    return found
