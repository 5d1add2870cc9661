"""Facts out of order: each recorded as said, named in a sentence, and owed an explanation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from fanlight.care.sessions.entries import Corrections, Entry, TimeDoubt
from fanlight.care.sessions.infusion import delivered_ml
from fanlight.care.sessions.kinds import ENDS, EventKind
from fanlight.care.sessions.parameters import parameter
from fanlight.care.sessions.state import Dosing, Irregularity, IrregularityKind, amount_given
from fanlight.care.sessions.words import amount
from fanlight.core.quantities import plain
from fanlight.core.session_plan import SessionPlan

_K = EventKind


_I = IrregularityKind


_DRUG = frozenset({_K.STARTED, _K.RESUMED, _K.DEVICE_TAKEN, _K.DOSE_GIVEN, _K.STOPPED})


_PUMPED = frozenset({_K.STARTED, _K.RESUMED, _K.RATE_CHANGED, _K.DOSE_PREPARED})


def out_of_order(standing: Sequence[Entry], dosing: Dosing, plan: SessionPlan) -> list[Irregularity]:
    odd: list[Irregularity] = []
    if dosing.first_at is not None:
        first = next(entry for entry in standing if entry.at >= dosing.first_at and entry.kind in _DRUG)
        checked = any(entry.kind is _K.PRE_DOSE_CHECK and entry.at <= dosing.first_at for entry in standing)
        if not checked:
            odd.append(
                Irregularity(
                    _I.DRUG_BEFORE_CHECK, "Drug was given with no pre-dose check recorded before it.", first.sources, first.at, "G"
                )
            )
    end = next((entry for entry in standing if entry.kind in ENDS), None)
    if end is not None:
        for entry in standing:
            if entry.kind in _DRUG - {_K.STOPPED} and entry.at > end.at:
                odd.append(
                    Irregularity(_I.DRUG_AFTER_END, "Drug is recorded after the session had ended.", (end.id, *entry.sources), entry.at)
                )
    odd += _amounts(standing, dosing, plan)
    return odd


def _amounts(standing: Sequence[Entry], dosing: Dosing, plan: SessionPlan) -> list[Irregularity]:
    odd = _prepared(standing, plan) + _rates(standing, dosing, plan)
    if dosing.ended_at is None:
        return odd
    given = amount_given(dosing, dosing.ended_at)
    slack = _share(plan, "ledger_tolerance_percent")
    drug = tuple(name for entry in standing if entry.kind in _DRUG for name in entry.sources)
    if given.delivered_mg is not None and plan.planned.unit == "mg" and given.delivered_mg > Fraction(plan.planned.value) * (1 + slack):
        sentence = f"{amount(given.delivered_mg, 2)} mg was given; {plain(plan.planned.value)} mg was ordered."
        odd.append(Irregularity(_I.OVER_ORDER, sentence, drug, dosing.ended_at, "R13"))
    computed = delivered_ml(dosing.segments, dosing.ended_at, dosing.bag_ml) if dosing.segments else None
    if dosing.pump_ml is not None and computed is not None and abs(Fraction(dosing.pump_ml) - computed) > computed * slack:
        worked = amount(computed, 2)
        sentence = f"The pump says {plain(dosing.pump_ml)} mL; its rates and times give {worked} mL. The pump's figure is used."
        odd.append(Irregularity(_I.PUMP_DIFFERS, sentence, drug, dosing.ended_at, "R25"))
    return odd


def _share(plan: SessionPlan, name: str) -> Fraction:
    """A percentage as a fraction; nothing is allowed where nobody gave it."""
    percent = parameter(plan, name)
    return Fraction(percent) / 100 if percent is not None else Fraction(0)


def _prepared(standing: Sequence[Entry], plan: SessionPlan) -> list[Irregularity]:
    """Drawn against ordered, and milligrams against millilitres times strength: the slip of a decimal point."""
    odd: list[Irregularity] = []
    slack, step = _share(plan, "ledger_tolerance_percent"), parameter(plan, "ledger_tolerance_ml") or Decimal(0)
    for entry in standing:
        if entry.kind is not _K.DOSE_PREPARED:
            continue
        said = entry.payload
        ordered = Fraction(plan.planned.value)
        if plan.planned.unit == "mg" and Fraction(said.drawn_mg) > ordered * (1 + slack):
            sentence = f"{plain(said.drawn_mg)} mg was drawn; {plain(plan.planned.value)} mg is ordered."
            odd.append(Irregularity(_I.DRAWN_DIFFERS, sentence, entry.sources, entry.at, "R13"))
        if said.drawn_ml is not None and said.concentration_mg_per_ml is not None:
            by_volume = Fraction(said.drawn_ml) * Fraction(said.concentration_mg_per_ml)
            allowed = max(by_volume * slack, Fraction(step) * Fraction(said.concentration_mg_per_ml))
            if abs(by_volume - Fraction(said.drawn_mg)) > allowed:
                product = f"{plain(said.drawn_ml)} mL of {plain(said.concentration_mg_per_ml)} mg/mL is {amount(by_volume)} mg"
                sentence = f"{product}; {plain(said.drawn_mg)} mg is written. Check the volume and the strength."
                odd.append(Irregularity(_I.DRAWN_DIFFERS, sentence, entry.sources, entry.at, "R14"))
    return odd


def _rates(standing: Sequence[Entry], dosing: Dosing, plan: SessionPlan) -> list[Irregularity]:
    """A pump set faster than the plan allows: "750 mL/h would give 36 mg in 4 min"."""
    odd: list[Irregularity] = []
    if dosing.bag_ml is None or plan.infusion_minutes is None:
        return odd
    planned = Fraction(dosing.bag_ml) * 60 / plan.infusion_minutes
    most = planned * (1 + _share(plan, "rate_excess_max_percent"))
    for entry in standing:
        rate = getattr(entry.payload, "rate_ml_per_h", None) if entry.kind in _PUMPED else None
        if rate is not None and Fraction(rate) > most:
            minutes = amount(Fraction(dosing.bag_ml) * 60 / Fraction(rate), 1)
            what = f"the {plain(plan.planned.value)} {plan.planned.unit}"
            sentence = f"{plain(rate)} mL/h would give {what} in {minutes} min. "
            sentence += f"The plan is {plan.infusion_minutes} min: {amount(planned, 1)} mL/h. Check the pump."
            odd.append(Irregularity(_I.TOO_FAST, sentence, entry.sources, entry.at, "R13"))
    return odd


def one_person_twice(by_kind: Mapping[EventKind, Sequence[Entry]]) -> list[Irregularity]:
    """A witness, a checker or a second person is somebody else."""
    odd: list[Irregularity] = []
    for entry in by_kind.get(_K.WASTED, ()):
        if entry.payload.mg > 0 and entry.payload.witness is None:
            odd.append(Irregularity(_I.WASTE_UNWITNESSED, "Waste is recorded without a witness.", entry.sources, entry.at, "R25"))
        if entry.payload.witness == entry.event.by.id:
            odd.append(Irregularity(_I.SAME_PERSON_TWICE, "The witness of waste is the person who wasted.", entry.sources, entry.at, "R25"))
    for entry in by_kind.get(_K.OVERRIDE, ()):
        if entry.payload.second_person == entry.event.by.id:
            odd.append(Irregularity(_I.SAME_PERSON_TWICE, "The second person of an override is the first.", entry.sources, entry.at))
    prepared = by_kind.get(_K.DOSE_PREPARED, ())
    for entry in by_kind.get(_K.SECOND_CHECK, ()):
        earlier = [
            other for other in prepared if other.id == entry.payload.checks or (entry.payload.checks is None and other.at <= entry.at)
        ]
        if earlier and earlier[-1].event.by.id == entry.event.by.id:
            odd.append(Irregularity(_I.SAME_PERSON_TWICE, "The second check is by the person who prepared.", entry.sources, entry.at))
    return odd


_DOUBTS = {
    TimeDoubt.CLOCK_OFF: "the device's clock was {minutes} min {way}; the time was set right",
    TimeDoubt.IN_FUTURE: "its time lies after it was received; say when it was taken",
    TimeDoubt.BEFORE_ARRIVAL: "its time lies before the patient arrived; say when it was taken",
}


def clocks_in_doubt(standing: Sequence[Entry]) -> list[Irregularity]:
    odd: list[Irregularity] = []
    for entry in standing:
        for doubt in entry.doubts:
            offset = entry.event.clock_offset_seconds or 0
            why = _DOUBTS[doubt].format(minutes=round(abs(offset) / 60), way="fast" if offset > 0 else "slow")
            label = entry.kind.value.replace("_", " ")
            odd.append(Irregularity(_I.CLOCK, f"{label.capitalize()}: {why}.", entry.sources, entry.at))
    return odd


def failed_corrections(corrections: Corrections) -> list[Irregularity]:
    why = "A correction names an event that is not in this session."
    odd = [Irregularity(_I.CORRECTION_FAILED, why, (event.id,), event.known_at) for event in corrections.dangling]
    why = "A correction does not fit the event it names, and was not applied."
    return odd + [Irregularity(_I.CORRECTION_FAILED, why, (event.id,), event.known_at) for event in corrections.invalid]
