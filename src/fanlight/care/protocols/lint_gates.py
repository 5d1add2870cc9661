"""Contradictions with what a drug, an age or a place demands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from fanlight.care.protocols.lint_types import LintFault, LintSeverity
from fanlight.care.protocols.protocol import LabelStatus, Protocol
from fanlight.core.session_plan import Drug, Route

_ADULT_YEARS = 18
JURISDICTIONS = ("US", "EU", "UK", "CA", "AU", "NZ")


def gate_faults(protocol: Protocol, products: Mapping[str, Drug], consents: Collection[str] | None) -> Iterator[LintFault]:
    """A gate left out: trial, youth, home, label, consent, product, jurisdiction."""
    if protocol.drug is Drug.PSILOCYBIN and protocol.trial is None:
        yield LintFault("trial-gate-missing", "trial", "Psilocybin is given only under an active, approved trial identifier.")
    if protocol.age.minimum.value < _ADULT_YEARS and (protocol.trial is None or protocol.youth is None):
        yield LintFault("youth-gate-missing", "youth", "Under 18 only inside an approved trial, with permission and assent.")
    yield from _home(protocol)
    if protocol.drug is not Drug.ESKETAMINE and protocol.indication.status is LabelStatus.LABELLED:
        yield LintFault("label-status", "indication.status", "No product of this drug is labelled for a psychiatric or pain use.")
    if not protocol.consents:
        yield LintFault("no-consent", "consents", "No consent is named.")
    for index, name in enumerate(protocol.consents):
        if consents is not None and name not in consents:
            message = f"No consent text {name!r} is shipped: the site supplies its own before a course may start."
            yield LintFault("unknown-consent", f"consents[{index}]", message, LintSeverity.WARNING)
    for index, name in enumerate(protocol.products):
        if name not in products:
            yield LintFault("unknown-product", f"products[{index}]", f"There is no product {name!r}.")
        elif products[name] is not protocol.drug:
            yield LintFault(
                "product-of-another-drug", f"products[{index}]", f"{name} is {products[name].value}, not {protocol.drug.value}."
            )
    for index, name in enumerate(protocol.jurisdictions):
        if name not in JURISDICTIONS:
            yield LintFault("jurisdiction", f"jurisdictions[{index}]", f"{name!r} is not one of {', '.join(JURISDICTIONS)}.")


def _home(protocol: Protocol) -> Iterator[LintFault]:
    if protocol.setting != "home":
        return
    if protocol.drug is Drug.ESKETAMINE:
        yield LintFault("esketamine-at-home", "setting", "Esketamine is never used at home.")
    if protocol.route is Route.INTRAVENOUS:
        yield LintFault("infusion-at-home", "route", "An infusion is never given at home.")
    if protocol.enabled_by_default:
        yield LintFault("home-on-by-default", "enabled_by_default", "Home use is off until a site turns it on.")
    if protocol.home is None:
        yield LintFault("home-gate-missing", "home", "Home use needs its gates, ladder and supply rules.")
