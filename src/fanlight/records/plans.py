"""A session plan as it is pinned in the database, and back: no digit is lost on the way."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any

import cattrs

from fanlight.core.quantities import Quantity
from fanlight.core.session_plan import SessionPlan


@functools.cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=False)
    converter.register_unstructure_hook(Decimal, lambda value: format(value, "f"))
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(str(value)))
    converter.register_unstructure_hook(Quantity, lambda value: f"{value.value:f} {value.unit}")
    converter.register_structure_hook(Quantity, lambda value, _: Quantity.parse(value))
    return converter


def dump_plan(plan: SessionPlan) -> dict[str, Any]:
    """Plain JSON values of a plan."""
    found: dict[str, Any] = _converter().unstructure(plan)
    return found


def load_plan(values: dict[str, Any]) -> SessionPlan:
    """The plan that was pinned; a field added to plans since then takes its default."""
    return _converter().structure(values, SessionPlan)
