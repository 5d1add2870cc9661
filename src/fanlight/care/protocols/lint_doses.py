"""Contradictions in how much a protocol gives."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from fanlight.care.protocols.ceilings import DefaultCeilings
from fanlight.care.protocols.cited import Cited
from fanlight.care.protocols.lint_types import LintFault
from fanlight.care.protocols.phases import DoseBasis, DoseRule, Phase
from fanlight.care.protocols.protocol import Protocol
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Drug, Route

_PER_KG = (DoseBasis.PER_KG, DoseBasis.PER_KG_PER_HOUR)


def dose_faults(protocol: Protocol, ceilings: DefaultCeilings) -> Iterator[LintFault]:
    """Doses that break their own protocol's bounds, its devices, or the ceiling of a rule."""
    for index, phase in enumerate(protocol.phases):
        path = f"phases[{index}].dose"
        dose = phase.dose
        if dose.basis is None:
            yield LintFault("dose-unit", f"{path}.start", f"{dose.start.unit} is no unit of a dose. Use mg, mg/kg, mg/h or mg/kg/h.")
            continue
        strange = tuple(_units(dose, path))
        if strange:
            yield from strange
            continue
        yield from _bounds(phase, path, is_first_phase=index == 0)
        yield from _devices(dose, path)
        yield from _parts(dose, path)
        if protocol.drug is Drug.RACEMIC_KETAMINE:
            yield from _against_r13(protocol, phase, path, ceilings, is_first_phase=index == 0)


def _units(dose: DoseRule, path: str) -> Iterator[LintFault]:
    for name in ("minimum", "maximum", "first", "step"):
        value: Cited | None = getattr(dose, name)
        if value is not None and value.unit != dose.start.unit:
            yield LintFault("dose-unit", f"{path}.{name}", f"is in {value.unit}, and the dose is in {dose.start.unit}.")
    for n, value in enumerate(dose.allowed):
        if value.unit != dose.start.unit:
            yield LintFault("dose-unit", f"{path}.allowed[{n}]", f"is in {value.unit}, and the dose is in {dose.start.unit}.")
    if dose.cap is not None and dose.cap.unit != "mg":
        yield LintFault("dose-unit", f"{path}.cap", f"is in {dose.cap.unit}; the most of a session is in mg.")


def _bounds(phase: Phase, path: str, *, is_first_phase: bool) -> Iterator[LintFault]:
    dose = phase.dose
    if dose.maximum is not None and dose.start.value > dose.maximum.value:
        yield LintFault("dose-above-maximum", f"{path}.start", f"The starting dose {dose.start} is above its own maximum {dose.maximum}.")
    if dose.minimum is not None and dose.start.value < dose.minimum.value:
        yield LintFault("dose-below-minimum", f"{path}.start", f"The starting dose {dose.start} is below its own minimum {dose.minimum}.")
    if dose.minimum is not None and dose.maximum is not None and dose.minimum.value > dose.maximum.value:
        yield LintFault("bounds-crossed", f"{path}.minimum", f"The least dose {dose.minimum} is above the most {dose.maximum}.")
    if dose.first is not None and is_first_phase and dose.start.value > dose.first.value:
        yield LintFault(
            "dose-above-first-cap", f"{path}.start", f"The starting dose {dose.start} is above the first-dose cap {dose.first}."
        )
    if dose.allowed and dose.start.value not in [value.value for value in dose.allowed]:
        yield LintFault("start-not-allowed", f"{path}.start", f"The starting dose {dose.start} is not one of the doses allowed.")
    top = dose.maximum
    for n, value in enumerate(dose.allowed):
        if top is not None and value.value > top.value:
            yield LintFault("dose-above-maximum", f"{path}.allowed[{n}]", f"{value} is above the maximum {top}.")
    yield from _cap(dose, path)


def _cap(dose: DoseRule, path: str) -> Iterator[LintFault]:
    if dose.cap is None or dose.basis in _PER_KG:
        return
    hours = Fraction(1) if dose.basis is not DoseBasis.PER_HOUR or dose.minutes is None else dose.minutes.exact / 60
    doses = [("start", dose.start), *((f"allowed[{n}]", value) for n, value in enumerate(dose.allowed))]
    if dose.maximum is not None and dose.maximum.value >= dose.start.value:
        doses.append(("maximum", dose.maximum))
    for name, value in doses:
        if value.exact * hours > dose.cap.exact:
            yield LintFault("dose-above-cap", f"{path}.{name}", f"{value} is above the session's own cap of {dose.cap}.")


def _devices(dose: DoseRule, path: str) -> Iterator[LintFault]:
    if dose.device is None:
        return
    for name, value in [("start", dose.start), *((f"allowed[{n}]", value) for n, value in enumerate(dose.allowed))]:
        if (value.exact / dose.device.exact).denominator != 1:
            yield LintFault("devices-not-whole", f"{path}.{name}", f"{value} is no whole number of devices of {dose.device}.")
    if dose.rest_minutes is None:
        yield LintFault("rest-missing", path, "Devices are given without saying how long to rest between them.")


def _parts(dose: DoseRule, path: str) -> Iterator[LintFault]:
    if not dose.parts:
        return
    total = sum((part.dose.exact for part in dose.parts), Fraction(0))
    minutes = sum((part.minutes.exact for part in dose.parts), Fraction(0))
    if total != dose.start.exact:
        yield LintFault("parts-do-not-sum", f"{path}.parts", f"The parts add up to {plain(_decimal(total))}, and the dose is {dose.start}.")
    if dose.minutes is not None and minutes != dose.minutes.exact:
        yield LintFault(
            "parts-do-not-sum", f"{path}.parts", f"The parts take {plain(_decimal(minutes))} min, and the dose takes {dose.minutes}."
        )


def _against_r13(protocol: Protocol, phase: Phase, path: str, ceilings: DefaultCeilings, *, is_first_phase: bool) -> Iterator[LintFault]:
    def held_to(parameter: str) -> Decimal | None:
        return ceilings.value(protocol, "R13", parameter)

    dose, hours = phase.dose, Fraction(1)
    if dose.basis is DoseBasis.PER_KG_PER_HOUR or dose.basis is DoseBasis.PER_HOUR:
        hours = Fraction(0) if dose.minutes is None else dose.minutes.exact / 60
    checks: list[tuple[str, Fraction | None, Decimal | None]] = []
    if dose.basis in _PER_KG:
        most = max([dose.start.exact, *([dose.maximum.exact] if dose.maximum else []), *(value.exact for value in dose.allowed)]) * hours
        checks.append(("maximum", most, held_to("maximum_mg_per_kg")))
        if is_first_phase and protocol.route is Route.INTRAVENOUS:
            first = dose.start.exact if dose.first is None else dose.first.exact
            checks.append(("first", first * hours, held_to("first_dose_mg_per_kg")))
        if dose.step is not None and dose.basis is DoseBasis.PER_KG:
            checks.append(("step", dose.step.exact, held_to("step_mg_per_kg")))
    elif not dose.allowed:
        most = (dose.maximum or dose.start).exact * hours
        checks.append(("maximum", most, held_to("session_mg")))
    if dose.cap is not None:
        checks.append(("cap", dose.cap.exact, held_to("session_mg")))
    for name, value, limit in checks:
        if value is not None and limit is not None and value > Fraction(limit):
            message = (
                f"{plain(_decimal(value))} is above the ceiling of R13, {plain(limit)}. Declare the protocol's own ceiling with its source."
            )
            yield LintFault("above-rule-ceiling", f"{path}.{name}", message)


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.0001"))
