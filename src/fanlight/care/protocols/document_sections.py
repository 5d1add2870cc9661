"""The sections of a written protocol, in a clinician's words."""

from __future__ import annotations

from fanlight.care.protocols.cited import Cited
from fanlight.care.protocols.entries import Entry, number_entry, statements
from fanlight.care.protocols.phases import DoseRule, Phase
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.protocols.wording import (
    BP_POLICIES,
    CRITERIA,
    DISCHARGE_NUMBERS,
    DOSE_NUMBERS,
    MEASURES,
    RELATIONS,
    STATUSES,
    USES,
    joined,
    route_words,
    sentence_case,
)
from fanlight.core.quantities import plain


def identity_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """What the protocol is and where it holds."""
    on = "" if protocol.enabled_by_default else "Off until a site turns it on."
    return (
        Entry("drug", "Drug and route", route_words(protocol.drug, protocol.route)),
        Entry("use", "Use and setting", f"{sentence_case(USES.get(protocol.use, protocol.use))}; {protocol.setting}. {on}".strip()),
        Entry("jurisdictions", "Jurisdictions", joined(protocol.jurisdictions)),
        Entry("reference_ids", "Regimens it follows", joined(protocol.reference_ids)),
    )


def indication_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """For whom, on what evidence, at what age."""
    given = protocol.indication
    age = protocol.age
    return (
        Entry("indication.text", "Indication", given.text, given.mark, given.source),
        Entry("indication.status", "Label", STATUSES[given.status]),
        Entry("indication.evidence_level", "Evidence", given.evidence_level, given.mark, given.source),
        *((Entry("indication.definitions", "One of these definitions", joined(given.definition_ids)),) if given.definition_ids else ()),
        *statements("indication.evidence", "Evidence", given.evidence),
        *number_entry("age.minimum", "Age from", age.minimum),
        *number_entry("age.maximum", "Age to", age.maximum),
    )


def schedule_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """How many sessions and how far apart, phase by phase."""
    return tuple(entry for phase in protocol.phases for entry in _phase_schedule(phase))


def _phase_schedule(phase: Phase) -> tuple[Entry, ...]:
    key, name, gap = f"phase.{phase.id}", phase.title, phase.interval
    usual = ", then ".join(str(days) for days in gap.usual_days)
    interval = f"usually {usual} days apart; at least {gap.minimum_days}, at most {gap.maximum_days}"
    limit = phase.at_most
    return (
        *number_entry(f"{key}.sessions", f"{name}: sessions", phase.sessions),
        *((Entry(f"{key}.open", f"{name}: sessions", "for as long as it is decided to"),) if phase.sessions is None else ()),
        Entry(f"{key}.interval", f"{name}: interval", interval, gap.mark, gap.source),
        *(
            (
                Entry(
                    f"{key}.at_most",
                    f"{name}: at most",
                    f"{limit.sessions} session{'' if limit.sessions == 1 else 's'} on any {limit.days} dates",
                    limit.mark,
                    limit.source,
                ),
            )
            if limit
            else ()
        ),
        *number_entry(f"{key}.review", f"{name}: judged again every", phase.review_every_days),
        *((Entry(f"{key}.entered_when", f"{name}: entered when", phase.entered_when),) if phase.entered_when else ()),
        *((Entry(f"{key}.note", f"{name}", phase.note),) if phase.note else ()),
    )


def dose_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """How much, phase by phase, and the ceilings it is held to."""
    basis = protocol.weight_basis
    weight = (Entry("weight_basis", "Weight in the trials", f"{basis.value}; the site's dosing policy decides"),) if basis else ()
    doses = tuple(entry for phase in protocol.phases for entry in _phase_dose(phase.id, phase.title, phase.dose))
    ceilings = tuple(
        entry
        for ceiling in protocol.ceilings
        for entry in number_entry(
            f"ceiling.{ceiling.rule}.{ceiling.parameter}", f"Held to, instead of the default of {ceiling.rule}", ceiling.value
        )
    )
    return (*weight, *doses, *ceilings, *(Entry(f"product.{name}", "Product", name) for name in protocol.products))


def _phase_dose(phase_id: str, title: str, dose: DoseRule) -> tuple[Entry, ...]:
    key = f"phase.{phase_id}.dose"
    found: list[Entry] = []
    for name, label in DOSE_NUMBERS.items():
        value: Cited | None = getattr(dose, name)
        found += number_entry(f"{key}.{name}", f"{title}: {label}", value, dose.step_when if name == "step" else "")
    if dose.allowed:
        first = dose.allowed[0]
        text = f"{joined([plain(value.value) for value in dose.allowed], 'or')} {first.unit}"
        found.append(Entry(f"{key}.allowed", f"{title}: one of", text, first.mark, first.source))
    for n, part in enumerate(dose.parts, 1):
        found += number_entry(f"{key}.part{n}", f"{title}: {part.title.lower()}", part.dose, f"over {part.minutes}")
    return tuple(found)


def monitoring_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """Readings, limits, observation and how a patient may leave."""
    found: list[Entry] = []
    for reading in protocol.monitoring.readings:
        taken = joined([MEASURES[measure] for measure in reading.measures])
        again = f", every {reading.every} min" if reading.every else ""
        text = f"{taken}; {reading.minutes} min from {reading.anchor.value.replace('_', ' ')}{again}"
        found.append(Entry(f"reading.{reading.id}", reading.label, text, reading.mark, reading.source))
    for limit in protocol.monitoring.limits:
        when = "before the dose" if limit.phase == "pre_dose" else "during the session"
        again = f", repeat within {limit.repeat_within_minutes} min" if limit.repeat_within_minutes else ""
        text = f"{RELATIONS[limit.relation]} {plain(limit.value)}: {limit.response.value}{again} ({limit.rule})"
        label = f"{sentence_case(MEASURES[limit.measure])} {when}"
        found.append(Entry(f"limit.{limit.id}", label, text, limit.mark, limit.source, limit.value))
    found.append(Entry("bp_policy", "High pressure without symptoms", BP_POLICIES[protocol.monitoring.bp_policy]))
    watch = protocol.monitoring.observation
    text = f"at least {watch.minutes} min from {watch.anchor.value.replace('_', ' ')}"
    found.append(Entry("observation", "Observation", text, watch.mark, watch.source))
    leaving = protocol.discharge
    found.append(Entry("discharge.criteria", "Leaves when all are met", joined([CRITERIA.get(name, name) for name in leaving.criteria])))
    for name, value in leaving.parameters.items():
        found += number_entry(f"discharge.{name}", f"To leave: {DISCHARGE_NUMBERS.get(name, name)}", value)
    return (*found, *statements("discharge", "On leaving", leaving.statements))
