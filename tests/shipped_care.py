"""The shipped protocols, products, policy, calendars and facts, read once for all tests."""

from __future__ import annotations

import functools
from datetime import date

from fanlight.care.dosing import DoseAnswer, DosingPolicy, Product, ProductsFile, dose_for, products_by_id
from fanlight.care.protocols import ClinicCalendar, DefaultCeilings, LintAgainst, Protocol
from fanlight.care.rules import RulesFile, SourcesFile
from fanlight.content import content_folder, read, read_folder
from fanlight.core.fact_reading import parse_facts
from fanlight.core.facts import FactCatalogue, Facts, FactsFile

TODAY = date(2026, 11, 21)


@functools.cache
def protocols() -> dict[str, Protocol]:
    return read_folder(content_folder() / "protocols", Protocol)


@functools.cache
def products() -> dict[str, Product]:
    return products_by_id(tuple(read_folder(content_folder() / "products", ProductsFile).values()))


@functools.cache
def policy() -> DosingPolicy:
    return read(content_folder() / "dosing" / "policy.yaml", DosingPolicy)


@functools.cache
def catalogue() -> FactCatalogue:
    return FactCatalogue.of(read_folder(content_folder() / "facts", FactsFile).values())


@functools.cache
def sources() -> dict[str, str]:
    files = read_folder(content_folder() / "sources", SourcesFile).values()
    return {key: words for file in files for key, words in file.sources.items()}


@functools.cache
def ceilings() -> DefaultCeilings:
    return DefaultCeilings.of(read_folder(content_folder() / "rules", RulesFile).values())


@functools.cache
def calendar() -> ClinicCalendar:
    return read(content_folder() / "calendars" / "demo.yaml", ClinicCalendar)


def lint_against() -> LintAgainst:
    scales = frozenset(path.stem for path in (content_folder() / "instruments").glob("*.yaml"))
    return LintAgainst(sources(), ceilings(), {name: product.drug for name, product in products().items()}, None, scales)


def facts(**given: object) -> Facts:
    """Facts as a person would write them in a file."""
    return parse_facts(given, catalogue())


def dose(protocol_id: str, phase: str | None = None, /, **given: object) -> DoseAnswer:
    """One dose from shipped content on the day the tests live in."""
    return dose_for(facts(**given), protocols()[protocol_id], products(), policy(), on=TODAY, phase_id=phase)
