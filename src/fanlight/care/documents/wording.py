"""Amounts, drugs and measures as documents write them."""

from __future__ import annotations

from fractions import Fraction

from fanlight.care.sessions import EVENT_KINDS, Entry, EventKind, SessionState
from fanlight.care.sessions.words import amount
from fanlight.core.session_plan import Drug, Route, SessionPlan

DRUGS = {Drug.RACEMIC_KETAMINE: "ketamine", Drug.ESKETAMINE: "esKETAmine", Drug.PSILOCYBIN: "psilocybin"}
"""Drug names in tall-man lettering, so that the two are told apart."""

_ROUTES = {
    Route.INTRAVENOUS: "infusion",
    Route.INTRAMUSCULAR: "injection into muscle",
    Route.SUBCUTANEOUS: "injection under the skin",
    Route.NASAL: "nasal spray",
    Route.ORAL: "by mouth",
    Route.SUBLINGUAL: "under the tongue",
}


def treatment(plan: SessionPlan) -> str:
    """Drug and route as a title: "Ketamine infusion", "esKETAmine nasal spray"."""
    name = DRUGS[plan.drug]
    shown = name[:1].upper() + name[1:] if name != "esKETAmine" else name
    return f"{shown} {_ROUTES[plan.route]}"


def milligrams(value: Fraction | None) -> str:
    """An amount of base: "36 mg", "18.75 mg", "unknown"."""
    return "unknown" if value is None else f"{amount(value)} mg"


def corrected(state: SessionState) -> tuple[Entry, ...]:
    """Entries that were corrected or struck, in the order they happened."""
    return tuple(entry for entry in state.entries if entry.amended_by)


def kind_label(kind: EventKind) -> str:
    """The event's label inside a sentence."""
    text = EVENT_KINDS[kind].label
    return text if text[1:2].isupper() or text[:2] == "C-" else text[:1].lower() + text[1:]
