"""Sections of a written protocol on the care around the doses, and on the gates it stands behind."""

from __future__ import annotations

from collections.abc import Mapping

from fanlight.care.protocols.entries import Entry, number_entry, statements
from fanlight.care.protocols.protocol import Protocol
from fanlight.care.protocols.wording import joined, when_words
from fanlight.core.quantities import plain


def care_entries(protocol: Protocol, scale_titles: Mapping[str, str] | None = None) -> tuple[Entry, ...]:
    """Scales, decisions, therapy, missed visits, stop rules."""
    follow = protocol.follow_up
    found: list[Entry] = []
    for rule in follow.measures:
        around = f", within {rule.within_days} days" if rule.within_days else ""
        text = f"{when_words(rule)}{around}{f'; {rule.note}' if rule.note else ''}"
        label = (scale_titles or {}).get(rule.scale, rule.scale)
        found.append(Entry(f"measure.{rule.scale}.{rule.when.value}", label, text, rule.mark, rule.source))
    for decision in follow.decisions:
        after = f"after session {decision.after_session} of" if decision.after_session else "at the end of"
        text = f"{decision.question} ({after} {decision.phase}; {decision.owner}: {joined(decision.choices, 'or')})"
        found.append(Entry(f"decision.{decision.id}", "Decision", text, decision.mark, decision.source))
    for therapy in follow.therapy:
        window = f"{plain(therapy.opens.value)} to {plain(therapy.closes.value)} hours"
        side = "before the first dose" if therapy.kind.value == "preparation" else "after a dose"
        count = f"{plain(therapy.count.value)} x " if therapy.count else ""
        text = f"{count}{therapy.minutes}, {window} {side}{f'; {therapy.note}' if therapy.note else ''}"
        found.append(Entry(f"therapy.{therapy.id}", f"Therapy: {therapy.kind.value}", text, therapy.closes.mark, therapy.closes.source))
    for missed in follow.missed_visits:
        found.append(Entry(f"missed.{missed.id}", "Missed visit", missed.text, missed.mark, missed.source))
    return (*found, *statements("stop", "Stop rule", follow.stop_rules))


def requirement_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """Staff, equipment, requirements, consents, what the patient is told."""
    return (
        *statements("staffing", "Staff", protocol.monitoring.staffing),
        *statements("equipment", "Equipment", protocol.monitoring.equipment),
        *statements("requirement", "Requirement", protocol.requirements),
        *(Entry(f"consent.{name}", "Consent", name.replace("_", " ")) for name in protocol.consents),
        *statements("instruction", "The patient is told", protocol.instructions),
    )


def emergency_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """What to do at once, and the medicines usually listed; a clinician chooses."""
    return (
        *statements("emergency", "At once", protocol.emergencies),
        *statements("rescue", "Usually at hand (listed, never chosen here)", protocol.rescue),
    )


def gate_entries(protocol: Protocol) -> tuple[Entry, ...]:
    """Home, trial and youth gates, where the protocol stands behind one."""
    found: list[Entry] = []
    if protocol.trial is not None:
        names = joined(protocol.trial.registrations) or "none is named here"
        found.append(Entry("trial", "Only under an active, approved trial identifier", f"registrations: {names}"))
        for arm in protocol.trial.arms:
            found += number_entry(f"trial.arm.{arm.id}", f"Arm {arm.title}", arm.dose)
        found += number_entry("trial.monitors", "Monitors through the session", protocol.trial.monitors)
        found += statements("trial", "Trial", protocol.trial.rules)
    if protocol.youth is not None:
        found += statements("youth", "Under 18", protocol.youth.rules)
    if protocol.home is not None:
        home = protocol.home
        found += statements("home.gate", "Before each home dose", home.gates)
        for name, value in home.numbers.items():
            found += number_entry(f"home.{name}", f"Home: {name.replace('_', ' ')}", value)
        for rung in home.rungs:
            moves = f"up when {joined(rung.up_when) or '-'}; down when {joined(rung.down_when) or '-'}"
            text = f"{rung.place}; watched by {rung.watched_by}; {moves}"
            found.append(Entry(f"home.rung{rung.number}", f"Home ladder, rung {rung.number}", text))
        found += statements("home.supply", "Supply", home.supply)
        found += statements("home.law", "Law, dated", home.law)
    return tuple(found)
