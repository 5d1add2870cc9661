"""Are these two records one person? Suspected by number, by name and birth date, by near names; decided by people."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Identity:
    """What is compared of a person. `key` is whatever the caller knows it by; `numbers` are identifiers with their sender."""

    key: int
    family_name: str
    given_names: str
    birth_date: date
    phone: str = ""
    numbers: frozenset[tuple[str, str]] = frozenset()


@lru_cache(maxsize=50_000)
def letters(name: str) -> str:
    """A name as it is compared: small letters without accents, blanks, hyphens or apostrophes.

    >>> letters("O'Dell-Ångström")
    'odellangstrom'
    """
    folded = (
        name.replace("ß", "ss")
        .replace("ø", "o")
        .replace("Ø", "o")
        .replace("æ", "ae")
        .replace("Æ", "ae")
        .replace("ł", "l")
        .replace("Ł", "l")
    )
    plain = unicodedata.normalize("NFKD", folded).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def grounds(one: Identity, other: Identity) -> tuple[str, ...]:
    """Why the two may be one person, strongest first; empty where nothing says so. Symmetric, and true of no one name alone."""
    found = []
    if one.numbers & other.numbers:
        found.append("the same number")
    families = letters(one.family_name), letters(other.family_name)
    givens = letters(one.given_names), letters(other.given_names)
    same_family, same_given = families[0] == families[1], _given_alike(one.given_names, other.given_names)
    swapped = families[0] == givens[1] and families[1] == givens[0] and families[0] != families[1]
    near = not same_family and is_near(*families)
    same_birth = one.birth_date == other.birth_date
    if same_birth and swapped:
        found.append("family and given names exchanged, the same birth date")
    elif same_birth and same_family and same_given:
        found.append("the same name and birth date")
    elif same_birth and near and same_given:
        found.append("a near family name, the same birth date")
    elif same_birth and same_family and is_near(*givens):
        found.append("a near given name, the same birth date")
    elif same_family and givens[0] and givens[0] == givens[1] and births_near(one.birth_date, other.birth_date):
        found.append("the same name, a near birth date")
    phones = _digits(one.phone), _digits(other.phone)
    if phones[0] and phones[0] == phones[1] and (same_birth or (same_family and same_given)):
        found.append("the same telephone")
    return tuple(found)


def is_near(one: str, other: str) -> bool:
    """True when one slip of the pen makes one of the other: a letter changed, added, left out, or two exchanged.

    Names under four letters are near only with two exchanged: Li and Lu are two people.
    """
    if one == other or not one or not other:
        return False
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        differ = [at for at in range(len(one)) if one[at] != other[at]]
        if len(differ) == 2 and differ[1] == differ[0] + 1:
            return one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]]
        return len(differ) == 1 and len(one) >= 4
    short, long = sorted((one, other), key=len)
    return len(long) >= 4 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def births_near(one: date, other: date) -> bool:
    """True when day and month are exchanged, or one digit of the date differs."""
    if one == other:
        return False
    if one.year == other.year and one.day == other.month and one.month == other.day:
        return True
    return sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True)) == 1


def _given_alike(one: str, other: str) -> bool:
    """The first given names are the same, or one is the initial of the other, or one was never said."""
    first, second = (letters(names.split()[0]) if names.split() else "" for names in (one, other))
    if not first or not second:
        return True
    return first == second or (min(len(first), len(second)) == 1 and first[0] == second[0])


def _digits(phone: str) -> str:
    digits = "".join(letter for letter in phone if letter.isdigit())
    return digits[-9:] if len(digits) >= 7 else ""


class Likenesses:
    """People asked for likenesses of one more, without comparing each with each."""

    def __init__(self, people: Iterable[Identity] = ()) -> None:
        self._people: dict[int, Identity] = {}
        self._by: dict[tuple[str, object], list[int]] = defaultdict(list)
        self._fine: dict[date, dict[str, list[int]]] = {}
        for person in people:
            self.add(person)

    def add(self, person: Identity) -> None:
        """One more person to be found."""
        self._people[person.key] = person
        for key in self._keys(person):
            self._by[key].append(person.key)
        fine = self._fine.get(person.birth_date)
        if fine is not None:
            _add_fine(fine, person)

    def like(self, person: Identity) -> list[tuple[Identity, tuple[str, ...]]]:
        """Everybody who may be this person, with the grounds; the strongest grounds first."""
        near = {key for at in self._keys(person)[1:] for key in self._by.get(at, ())}
        near = (near | self._born_with(person)) - {person.key}
        found = [(self._people[key], grounds(self._people[key], person)) for key in sorted(near)]
        return sorted(((other, why) for other, why in found if why), key=lambda pair: (_RANK.get(pair[1][0], 9), pair[0].key))

    def _born_with(self, person: Identity) -> set[int]:
        """Whoever has the same birth date. Where that is a crowd, a placeholder date as a rule, only those whose names could be one slip
        apart, or exchanged, or whose telephone is the same: the others have no ground.
        """
        crowd = self._by.get(("born", person.birth_date), ())
        if len(crowd) <= _CROWD:
            return set(crowd)
        fine = self._fine.get(person.birth_date)
        if fine is None:
            fine = self._fine[person.birth_date] = defaultdict(list)
            for key in crowd:
                _add_fine(fine, self._people[key])
        return {key for at in _fine_keys(person) for key in fine.get(at, ())}

    @staticmethod
    def _keys(person: Identity) -> list[tuple[str, object]]:
        name = letters(person.family_name) + "|" + letters(person.given_names)
        return [("born", person.birth_date), ("name", name), *(("number", number) for number in person.numbers)]


_CROWD = 48
"""People of one birth date who are simply compared each with each."""


def _add_fine(fine: dict[str, list[int]], person: Identity) -> None:
    for at in {*_fine_keys(person), f"x{letters(person.family_name)}|{letters(person.given_names)}"}:
        fine[at].append(person.key)


def _fine_keys(person: Identity) -> set[str]:
    """Two names one slip apart share the name itself or what is left of it without one letter; exchanged ones are asked for crosswise."""
    family, given, phone = letters(person.family_name), letters(person.given_names), _digits(person.phone)
    left = {family[:at] + family[at + 1 :] for at in range(len(family))}
    return {f"n{name}" for name in {family, *left}} | {f"x{given}|{family}"} | ({f"t{phone}"} if phone else set())


_RANK = {"the same number": 0, "the same name and birth date": 1, "family and given names exchanged, the same birth date": 2}
