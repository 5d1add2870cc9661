"""What the REMS patient monitoring form asks of an esketamine session (treatment protocols 4.4), from the stream.

Content only: what each field would say and from which events. What the stream does not know is said to be missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fanlight.care.documents.document import Document, Line, Row, Section, Signature, Table
from fanlight.care.documents.header import SessionHeader
from fanlight.care.documents.warnings import warnings_of
from fanlight.care.sessions import EventKind, Reading, SessionState, alerts, occurrences
from fanlight.care.sessions.words import amount
from fanlight.core.instants import elapsed_minutes
from fanlight.core.quantities import plain
from fanlight.core.session_plan import Drug, Measure, SessionPlan

_K = EventKind
_MISSING = "not recorded"


class NotThisDrugError(ValueError):
    """The form is for esketamine alone."""


def monitoring_form(
    state: SessionState, plan: SessionPlan, header: SessionHeader, now: datetime, signatures: tuple[Signature, ...] = ()
) -> Document:
    """The form's fields. Raises `NotThisDrugError` for any other drug."""
    if plan.drug is not Drug.ESKETAMINE:
        raise NotThisDrugError("the monitoring form is for esketamine")
    begun = state.dosing.first_at or now
    return Document(
        id="monitoring_form",
        kind="Patient monitoring form, content",
        title=f"esKETAmine monitoring, {header.session}",
        clinic=header.clinic,
        tagline=header.tagline,
        dated=header.day(begun),
        facts=(
            (("Patient", header.patient), ("Born", header.birth(begun)), ("Sex", header.sex or _MISSING)),
            (("First treatment", "yes" if header.number == 1 else "no"), ("Site", header.clinic), ("Phone", header.phone or _MISSING)),
        ),
        sections=(
            Section("Medicines today", table=_table(_medicines(state))),
            Section("Dose", table=_table(_dose(state, header))),
            Section("Vital signs", table=_table(_pressures(state, plan, now))),
            Section("Events", table=_table([*_effects(state, header), *_serious(state, plan, now)])),
        ),
        warnings=(
            Line("Not sent: this is the content of the form. The site signs it and sends it itself."),
            *warnings_of(state, plan, header, now),
        ),
        signatures=signatures,
        footer=f"Content for the form, from session {header.reference}. Send within 7 days of the session, signed by the site.",
    )


def _table(rows: Sequence[Row]) -> Table:
    return Table(("Field", "Answer"), tuple(rows), (0, 1))


def _medicines(state: SessionState) -> list[Row]:
    check = state.last(_K.PRE_DOSE_CHECK)
    said = check.payload if check is not None else None
    fields = (
        ("Benzodiazepine or non-benzodiazepine hypnotic", "sedative_today"),
        ("Stimulant", "stimulant_today"),
        ("MAO inhibitor", "maoi_today"),
        ("Opioid", "opioid_today"),
    )
    ids = check.sources if check is not None else ()
    return [Row((name, {True: "yes", False: "no", None: _MISSING}[getattr(said, key, None)]), ids) for name, key in fields]


def _dose(state: SessionState, header: SessionHeader) -> list[Row]:
    dosing = state.dosing
    taken = dosing.devices_taken
    ids = tuple(name for entry in taken for name in entry.sources)
    lots = tuple(dict.fromkeys(entry.payload.lot for entry in taken if entry.payload.lot))
    given = state.given_by(taken[-1].at).given_mg if taken else None
    end = state.end.at if state.end is not None else None
    minutes = str(elapsed_minutes(taken[0].at, end)) if taken and end is not None else _MISSING
    return [
        Row(("Dose", f"{amount(given)} mg" if given is not None else _MISSING), ids),
        Row(("Lot", ", ".join(lots) or _MISSING), ids),
        Row(("First device", header.clock(taken[0].at) if taken else _MISSING), ids),
        Row(("Minutes from first device to end of monitoring", minutes), (*ids, *(state.end.sources if state.end else ()))),
    ]


def _pressures(state: SessionState, plan: SessionPlan, now: datetime) -> list[Row]:
    rows = []
    base = [state.baseline(measure) for measure in (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG)]
    rows.append(_pair("Blood pressure before", base))
    for name, reading_id in (("Blood pressure at 40 minutes", "forty_minutes"), ("Blood pressure before leaving", "before_leaving")):
        found = [item for item in occurrences(state, plan, now) if item.reading.id == reading_id]
        readings = [_in_window(state, measure, found) for measure in (Measure.SYSTOLIC_MMHG, Measure.DIASTOLIC_MMHG)]
        rows.append(_pair(name, readings))
    return rows


def _in_window(state: SessionState, measure: Measure, found: Sequence[object]) -> Reading | None:
    for item in found:
        taken = {event for kind, closing, event in getattr(item, "settled", ()) if kind is measure and closing.value == "taken"}
        match = [value for value in state.readings.get(measure, ()) if value.entry.id in taken]
        if match:
            return match[-1]
    return None


def _pair(name: str, readings: Sequence[Reading | None]) -> Row:
    systolic, diastolic = readings
    if systolic is None or diastolic is None:
        return Row((name, _MISSING))
    ids = tuple(dict.fromkeys((*systolic.entry.sources, *diastolic.entry.sources)))
    return Row((name, f"{plain(systolic.value)}/{plain(diastolic.value)} mmHg"), ids)


def _effects(state: SessionState, header: SessionHeader) -> list[Row]:
    rows = []
    for name, measure, calm in (("Sedation", Measure.SEDATION_MOAAS, 5), ("Dissociation", Measure.DISSOCIATION_0_10, 0)):
        first = state.dosing.first_at
        values = [value for value in state.readings.get(measure, ()) if first is not None and value.at > first]
        felt = [value for value in values if value.value != calm]
        if not values:
            rows.append(Row((name, _MISSING)))
        elif not felt:
            rows.append(Row((name, "no"), tuple(value.entry.id for value in values)))
        else:
            over = next((value for value in values if value.at > felt[-1].at), None)
            resolved = f", resolved by {header.clock(over.at)}" if over else ", not recorded as resolved"
            rows.append(Row((name, f"yes, from {header.clock(felt[0].at)}{resolved}"), tuple(value.entry.id for value in felt)))
    breaths = [reading for reading in state.readings.get(Measure.RESPIRATORY_RATE_PER_MIN, ()) if reading.is_signal]
    lowest = min(breaths, key=lambda reading: reading.value, default=None)
    shown = f"lowest {plain(lowest.value)} breaths a minute" if lowest else _MISSING
    rows.append(Row(("Respiratory depression: to be judged", shown), lowest.entry.sources if lowest else ()))
    return rows


def _serious(state: SessionState, plan: SessionPlan, now: datetime) -> list[Row]:
    judged = [entry for entry in state.of(_K.ADVERSE_EVENT) if entry.payload.is_serious]
    if judged:
        return [Row(("Serious adverse event", "yes"), tuple(name for entry in judged for name in entry.sources))]
    candidates = [alert for alert in alerts(state, plan, now) if alert.is_serious_candidate]
    if candidates:
        ids = tuple(name for alert in candidates for name in alert.event_ids)
        return [Row(("Serious adverse event", "not judged yet"), ids)]
    return [Row(("Serious adverse event", "none recorded"))]
