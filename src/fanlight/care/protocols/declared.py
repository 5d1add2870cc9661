"""A protocol's own limits, under the names by which the rules know them.

A rule brings a default for each of its numbers; what the protocol declares is held instead, so that the limit a nurse
sees and the limit the rule judges by are one.
"""

from __future__ import annotations

from decimal import Decimal

from fanlight.care.protocols.monitoring import LimitRule
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.rules.scope import ParameterValue
from fanlight.core.session_plan import Anchor, Measure, Relation, Response

_SYSTOLIC, _DIASTOLIC, _PULSE = Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG, Measure.HEART_RATE_PER_MIN
_ABOVE, _FROM, _BELOW, _DOWN_TO, _RISE = (
    Relation.ABOVE,
    Relation.AT_OR_ABOVE,
    Relation.BELOW,
    Relation.AT_OR_BELOW,
    Relation.RISE_AT_OR_ABOVE,
)

_NAMES: dict[tuple[str, Measure, Relation, bool], str] = {
    ("R05", _SYSTOLIC, _ABOVE, False): "label_hold_systolic_mmhg",
    ("R05", _DIASTOLIC, _ABOVE, False): "label_hold_diastolic_mmhg",
    ("R05", _SYSTOLIC, _FROM, False): "hold_systolic_mmhg",
    ("R05", _DIASTOLIC, _FROM, False): "hold_diastolic_mmhg",
    ("R05", _SYSTOLIC, _FROM, True): "no_dose_systolic_mmhg",
    ("R05", _DIASTOLIC, _FROM, True): "no_dose_diastolic_mmhg",
    ("M01", _SYSTOLIC, _FROM, False): "alert_systolic_mmhg",
    ("M01", _DIASTOLIC, _FROM, False): "alert_diastolic_mmhg",
    ("M01", _SYSTOLIC, _RISE, False): "alert_systolic_rise_mmhg",
    ("M01", _DIASTOLIC, _RISE, False): "alert_diastolic_rise_mmhg",
    ("R19", _SYSTOLIC, _FROM, True): "stop_systolic_mmhg",
    ("R19", _DIASTOLIC, _FROM, True): "stop_diastolic_mmhg",
    ("M02", _PULSE, _FROM, False): "heart_rate_alert_high",
    ("M02", _PULSE, _BELOW, False): "heart_rate_alert_low",
    ("M02", _PULSE, _FROM, True): "heart_rate_stop_high",
    ("M02", _PULSE, _BELOW, True): "heart_rate_stop_low",
    ("M03", Measure.SPO2_PERCENT, _BELOW, False): "spo2_alert_percent",
    ("R18", Measure.SPO2_PERCENT, _DOWN_TO, True): "spo2_stop_percent",
    ("M04", Measure.RESPIRATORY_RATE_PER_MIN, _BELOW, False): "respiratory_rate_alert",
    ("R18", Measure.RESPIRATORY_RATE_PER_MIN, _BELOW, True): "respiratory_rate_stop",
    ("M05", Measure.SEDATION_MOAAS, _DOWN_TO, False): "moaas_alert",
    ("R18", Measure.SEDATION_MOAAS, _DOWN_TO, True): "moaas_stop",
    ("R20", Measure.DISTRESS_0_10, _FROM, False): "distress_limit",
}


def declared_parameters(protocol: Protocol) -> dict[str, ParameterValue]:
    """Limits, discharge numbers, observation and ages that the protocol declares, by the rules' names."""
    found: dict[str, ParameterValue] = {}
    for limit in protocol.monitoring.limits:
        name = parameter_of(limit)
        if name is not None:
            found[name] = limit.value
    found.update({name: cited.value for name, cited in protocol.discharge.parameters.items()})
    minutes = protocol.monitoring.observation.minutes
    found["observation_minutes"] = Decimal(minutes)
    if protocol.monitoring.observation.anchor is Anchor.LAST_DEVICE:
        found["minutes_after_last_device"] = Decimal(minutes)
    found["minimum_age_years"] = protocol.age.minimum.value
    if protocol.age.maximum is not None:
        found["maximum_age_years"] = protocol.age.maximum.value
    return found


def parameter_of(limit: LimitRule) -> str | None:
    """The rule parameter that a limit of the protocol sets; None where no rule has one."""
    stops = limit.response in (Response.STOP, Response.REPEAT)
    return _NAMES.get((limit.rule, limit.measure, limit.relation, stops))
