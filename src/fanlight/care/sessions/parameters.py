"""The numbers a session is judged by, by name. They come with the plan; none stands in code.

The names are those of ``content/sessions/parameters.yaml``. A protocol may give its own value for any of them in
`SessionPlan.discharge_parameters`; `with_session_parameters` fills what it does not give from the content file.
A number that nobody gave is None, and what needs it is then unknown, never passed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from fanlight.core.session_plan import Drug, SessionPlan
from fanlight.core.sources import Mark


@dataclass(frozen=True, slots=True)
class SessionParameter:
    """One named number with its unit, its source and how surely it was seen there. `drugs` empty: all."""

    name: str
    value: Decimal
    unit: str
    meaning: str
    source: str
    mark: Mark
    drugs: tuple[Drug, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionParametersFile:
    """The content file of session parameters."""

    title: str
    read_on: str
    parameters: tuple[SessionParameter, ...]


def with_session_parameters(plan: SessionPlan, file: SessionParametersFile) -> SessionPlan:
    """The plan with every parameter it does not itself give taken from the content file; done when it is pinned."""
    found = {item.name: item.value for item in file.parameters if not item.drugs or plan.drug in item.drugs}
    return replace(plan, discharge_parameters={**found, **plan.discharge_parameters})


def parameter(plan: SessionPlan, name: str) -> Decimal | None:
    """A number by name, or None where neither protocol nor content gave it."""
    return plan.discharge_parameters.get(name)
