"""Identifiers as evidence: whether a DOI, a PubMed number or a registration can belong to the work it stands beside."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DOI = re.compile(r"10\.\d{4,9}/\S+")
_REGISTRIES = re.compile(r"(NCT\d{8}|ACTRN\d{14}|ISRCTN\d{8}|EUCTR[\d-]+)")

REGISTRANTS: dict[str, tuple[str, ...]] = {
    "10.1001": ("jama", "arch gen psychiatry"),
    "10.1002": ("cochrane",),
    "10.1007": ("child adolesc", "curr treat options", "womens ment health", "archives of women"),
    "10.1016": ("biol psychiatry", "neuron", "j affect disord", "j psychiatr res", "eclinicalmedicine", "am j geriatr"),
    "10.1017": ("cns spectr", "int psychogeriatr", "int j neuropsychopharmacol"),
    "10.1038": ("mol psychiatry", "neuropsychopharmacology", "nat "),
    "10.1056": ("n engl j med",),
    "10.1080": ("j psychoactive drugs", "eur j psychotraumatol"),
    "10.1093": ("int j neuropsychopharmacol",),
    "10.1097": ("j psychiatr pract",),
    "10.1136": ("bmj open", "bmj"),
    "10.1176": ("am j psychiatry",),
    "10.1177": ("j psychopharmacol", "ther adv psychopharmacol"),
    "10.1192": ("bjpsych", "br j psychiatry"),
    "10.1213": ("anesth analg",),
    "10.1503": ("j psychiatry neurosci",),
    "10.2147": ("neuropsychiatr dis treat",),
    "10.3389": ("front",),
    "10.36131": ("clin neuropsychiatry",),
    "10.7759": ("cureus",),
}
"""Who a DOI's first part belongs to, by the journals seen with it in the tables; a prefix not listed is not judged."""

PMID_SLACK = 1_500_000
"""How far a PubMed number may stand from those of the same year: about one year's intake either way. An engineering choice."""


def doi_faults(text: str) -> tuple[str, ...]:
    """What is wrong with the DOIs in a cell (several are parted by semicolons)."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    return tuple(f"{part!r} is not a DOI" for part in parts if not _DOI.fullmatch(part))


def registrations(text: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The trial registrations in a cell, and what is wrong with the rest of it."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    good = frozenset(part for part in parts if _REGISTRIES.fullmatch(part))
    return good, tuple(f"{part!r} is not a registration number" for part in parts if part not in good)


def journal_conflicts(journal: str, doi: str) -> tuple[str, ...]:
    """Where a DOI's registrant publishes other journals than the one named; empty where either is not known."""
    prefix = doi.partition("/")[0]
    own = REGISTRANTS.get(prefix)
    named = journal.lower()
    claimed = [other for other, titles in REGISTRANTS.items() if any(_names(title, named) for title in titles)]
    if own is None or not claimed or prefix in claimed:
        return ()
    return (f"{doi} belongs to the publisher of {own[0].strip()}, not of the journal named",)


def _names(title: str, text: str) -> bool:
    return re.search(rf"(?<![a-z]){re.escape(title)}", text) is not None


def pmid_faults(rows: Sequence[tuple[str, str, int]]) -> list[tuple[str, str]]:
    """(row, problem) for PubMed numbers no work of that year can have, judged by the numbers of years around it."""
    known = [(year, int(pmid)) for _, pmid, year in rows if pmid.isdigit()]
    faults: list[tuple[str, str]] = []
    for row_id, pmid, year in rows:
        if not pmid:
            continue
        if not pmid.isdigit() or len(pmid) > 8:
            faults.append((row_id, f"{pmid!r} is not a PubMed number"))
            continue
        number = int(pmid)
        earlier = [other for when, other in known if when < year - 1 and other != number]
        later = [other for when, other in known if when > year + 1 and other != number]
        if earlier and number < _middle(earlier, high=True) - PMID_SLACK:
            faults.append((row_id, f"PubMed number {pmid} is too low for {year}"))
        elif later and number > _middle(later, high=False) + PMID_SLACK:
            faults.append((row_id, f"PubMed number {pmid} is too high for {year}"))
    return faults


def _middle(numbers: list[int], *, high: bool) -> int:
    """The third nearest number (or the last there is), so that one wrong neighbour does not condemn its row."""
    ordered = sorted(set(numbers), reverse=high)
    return ordered[min(1, len(ordered) - 1)]
