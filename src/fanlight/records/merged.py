"""Which records stand for one person: the merges in force, read at once where many people are on a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from fanlight.exchange.likeness import Identity, Likenesses, grounds
from fanlight.records.models import Patient, PatientIdentifier, PatientMerge, Site, TwoRecords

_NEAR_AT_MOST = 500


def survivors(site: Site) -> dict[int, int]:
    """Every merged-away record of a site and the one that stands for it, at the end of the chain."""
    pairs = dict(PatientMerge.objects.filter(survivor__site=site, unmerge__isnull=True).values_list("merged_id", "survivor_id"))
    found = {}
    for start in pairs:
        here = start
        while here in pairs:
            here = pairs[here]
        found[start] = here
    return found


def with_merged(site: Site, keys: Iterable[int]) -> dict[int, int]:
    """Every record that stands for one of these people, and the surviving record of each. Without merges, each is its own."""
    into = survivors(site)
    wanted = {into.get(key, key) for key in keys}
    return {key: key for key in wanted} | {away: root for away, root in into.items() if root in wanted}


def name_survivors(stands: Mapping[int, int], patients: Iterable[Patient]) -> None:
    """Say of each of these people which record stands for them (`with_merged`), so that no page asks it one after the other."""
    people = list(patients)
    away = {stands[one.pk] for one in people if stands[one.pk] != one.pk}
    roots = Patient.objects.select_related("site").in_bulk(away)
    for one in people:
        one.survivor = roots.get(stands[one.pk], one)


def identity_of(patient: Patient) -> Identity:
    """What of a record is compared."""
    numbers = frozenset(PatientIdentifier.objects.filter(patient__in=patient.record_ids).values_list("system", "value"))
    return Identity(patient.pk, patient.family_name, patient.given_names, patient.birth_date, patient.phone, numbers)


def like_this(patient: Patient) -> list[tuple[Patient, tuple[str, ...]]]:
    """Other people on record who may be this one, by birth date or by name, and nobody found to be another."""
    here, apart = identity_of(patient), _apart(patient)
    away = set(survivors(patient.site))
    alike = Q(birth_date=patient.birth_date) | Q(family_name__iexact=patient.family_name)
    near = Patient.objects.filter(alike, site=patient.site).exclude(pk__in=[*patient.record_ids, *apart, *away]).order_by("pk")
    rows = list(near.values_list("pk", "family_name", "given_names", "birth_date", "phone")[:_NEAR_AT_MOST])
    numbers: dict[int, set[tuple[str, str]]] = defaultdict(set)
    held = PatientIdentifier.objects.filter(patient_id__in=[row[0] for row in rows])
    for key, system, value in held.values_list("patient_id", "system", "value"):
        numbers[key].add((system, value))
    why = {row[0]: grounds(here, Identity(*row, frozenset(numbers[row[0]]))) for row in rows}
    found = Patient.objects.filter(pk__in=[key for key, said in why.items() if said]).select_related("site").order_by("pk")
    return [(row, why[row.pk]) for row in found]


def suspected_pairs(site: Site) -> list[tuple[int, int, tuple[str, ...]]]:
    """Every two records of a site that may be one person, and were neither merged nor found to be two; the strongest first."""
    away = set(survivors(site))
    apart = {frozenset(pair) for pair in TwoRecords.objects.filter(one__site=site).values_list("one_id", "other_id")}
    rows = Patient.objects.filter(site=site).exclude(pk__in=away).order_by("pk")
    people = [Identity(*row) for row in rows.values_list("pk", "family_name", "given_names", "birth_date", "phone")]
    alike = Likenesses()
    found = []
    for person in people:
        found += [(other.key, person.key, why) for other, why in alike.like(person) if frozenset((other.key, person.key)) not in apart]
        alike.add(person)
    return sorted(found, key=lambda item: (-len(item[2]), item[2], item[0]))


def still_suspected(site: Site, pairs: list[tuple[int, int, tuple[str, ...]]]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Of pairs found a while ago, those that nobody has merged or found to be two since."""
    away = set(survivors(site))
    apart = {frozenset(pair) for pair in TwoRecords.objects.filter(one__site=site).values_list("one_id", "other_id")}
    return [pair for pair in pairs if not away & {pair[0], pair[1]} and frozenset(pair[:2]) not in apart]


def _apart(patient: Patient) -> set[int]:
    one = TwoRecords.objects.filter(one__in=patient.record_ids).values_list("other_id", flat=True)
    return set(one) | set(TwoRecords.objects.filter(other__in=patient.record_ids).values_list("one_id", flat=True))
