"""Patient, Practitioner and Organization: who somebody is, and by which identifiers they are known elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fanlight.exchange.fhir.check_digits import is_npi
from fanlight.exchange.fhir.concepts import NPI, text_of
from fanlight.exchange.fhir.dates import Precision, parse_date
from fanlight.exchange.fhir.values import Fate, Identifier, Mapped, PatientValue, ProviderValue, kept, quarantined

_NAME_ORDER = ("official", "usual", "", "temp", "anonymous", "nickname", "old", "maiden")
_SEXES = ("female", "male", "other", "unknown")
_LONGEST_NAME = 120
_LONGEST_IDENTIFIER = 255


def identifiers_of(resource: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """Identifiers that name both their system and their value; the others identify nobody."""
    listed = resource.get("identifier")
    if isinstance(listed, Mapping):
        listed = [listed]
    if not isinstance(listed, list):
        return ()
    found = (Identifier(text_of(item.get("system")), text_of(item.get("value"))) for item in listed if isinstance(item, Mapping))
    return tuple(dict.fromkeys(i for i in found if i.system and i.value and max(len(i.system), len(i.value)) <= _LONGEST_IDENTIFIER))


def map_patient(resource: Mapping[str, Any], today: date) -> Mapped:
    """A person to treat. `today` is the clinic's date: nobody is born after it."""
    replacing = _replaced_by(resource)
    if replacing:
        return Mapped(Fate.KEPT, "it was merged into another record", replaced_by=replacing)
    if resource.get("active") is False:
        return kept("its sender no longer uses this record (active is false)")
    family, given = _name(resource)
    if not family:
        return kept("no name is given; enter the person by hand")
    if max(len(family), len(given)) > _LONGEST_NAME:
        return quarantined(f"the name is longer than {_LONGEST_NAME} characters")
    born = parse_date(resource.get("birthDate"))
    if born is None:
        return kept("no birth date is given; enter the person by hand")
    if born.precision is not Precision.DAY or born.day is None:
        return kept(f"the birth date is partial ({born.precision}); it is not completed by guessing, enter the person by hand")
    if born.day > today or today.year - born.day.year > 130:
        return quarantined("the birth date is in the future or too long ago")
    sex = text_of(resource.get("gender"))
    is_deceased = resource.get("deceasedBoolean") is True or "deceasedDateTime" in resource
    value = PatientValue(
        identifiers=identifiers_of(resource),
        family_name=family,
        given_names=given,
        birth_date=born,
        sex=sex if sex in _SEXES else "unknown",
        phone=_phone(resource)[:40],
        is_deceased=is_deceased,
    )
    return Mapped(Fate.IMPORTED, value=value, attention="is recorded as deceased" if is_deceased else "")


def map_provider(resource: Mapping[str, Any]) -> Mapped:
    """A practitioner or an organisation, for the directory."""
    kind = str(resource["resourceType"])
    family, given = _name(resource) if kind == "Practitioner" else (text_of(resource.get("name")), "")
    name = f"{given} {family}".strip()
    if not name:
        return kept("no name is given")
    identifiers = identifiers_of(resource)
    numbers = [item.value for item in identifiers if item.system == NPI]
    sound = [number for number in numbers if is_npi(number)]
    value = ProviderValue(
        kind=kind,
        name=name[:240],
        identifiers=identifiers,
        npi=sound[0] if sound else "",
        phone=_phone(resource)[:40],
        is_active=resource.get("active") is not False,
    )
    warnings = ("the NPI fails its check digit and is kept as a plain identifier",) if numbers and not sound else ()
    return Mapped(Fate.IMPORTED, value=value, warnings=warnings)


def _name(resource: Mapping[str, Any]) -> tuple[str, str]:
    listed = resource.get("name")
    names = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    named = [item for item in names if item.get("family") or item.get("text")]
    if not named:
        return "", ""
    best = min(named, key=lambda item: _NAME_ORDER.index(use) if (use := text_of(item.get("use"))) in _NAME_ORDER else len(_NAME_ORDER))
    given = best.get("given")
    given_names = " ".join(text_of(part) for part in given if part) if isinstance(given, list) else ""
    family = text_of(best.get("family"))
    return (family.strip(), given_names.strip()) if family else (text_of(best.get("text")).strip(), "")


def _phone(resource: Mapping[str, Any]) -> str:
    listed = resource.get("telecom")
    lines = [item for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    phones = [item for item in lines if item.get("system") == "phone" and item.get("use") != "old" and text_of(item.get("value"))]
    phones.sort(key=lambda item: item.get("use") != "mobile")
    return text_of(phones[0].get("value")).strip() if phones else ""


def _replaced_by(resource: Mapping[str, Any]) -> str:
    links = resource.get("link")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, Mapping) and link.get("type") == "replaced-by" and isinstance(link.get("other"), Mapping):
            return text_of(link["other"].get("reference")) or "another record"
    return ""
