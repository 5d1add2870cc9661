"""Finding a patient, a session or owed work by name, number, date or lot, within what the person who asks may see."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from fanlight.care.sessions import EventKind
from fanlight.core.instants import clinic_day
from fanlight.records.merged import survivors, with_merged
from fanlight.records.models import Patient, SessionEvent, StaffMember, Task, TreatmentSession
from fanlight.records.permissions import Permission
from fanlight.records.search_words import Asked, begun, folded, read_search, squeezed

AT_MOST = 8
"""Hits of each kind; more are counted, and asked to be narrowed."""
_WITH_LOTS = (EventKind.DOSE_PREPARED.value, EventKind.DEVICE_TAKEN.value)


@dataclass(frozen=True, slots=True)
class Found:
    """The rows found, and how many more patients the words fit."""

    patients: tuple[Patient, ...]
    sessions: tuple[TreatmentSession, ...]
    tasks: tuple[Task, ...]
    more_patients: int = 0

    @property
    def is_empty(self) -> bool:
        """True when nothing was found."""
        return not (self.patients or self.sessions or self.tasks)


def find(user: StaffMember, text: str, *, on: date | None = None) -> Found:
    """What the words fit: every word, each as the beginning of a word of the name, or as a number, a date or a lot.

    `on` is today's date, for a day written without its year.
    """
    asked = read_search(text, on=on)
    if not asked.words:
        return Found((), (), ())
    people, more = _patients(user, asked) if user.may(Permission.SEE_PATIENT) else ((), 0)
    sessions = _sessions(user, asked) if user.may(Permission.SEE_SESSION) else ()
    tasks = _tasks(user, asked, people) if user.may(Permission.SEE_TASKS) else ()
    return Found(people, sessions, tasks, more)


def fitting(user: StaffMember, asked: Asked) -> list[int]:
    """The keys of the patients a search fits, each by the record that stands for them; in the order they were entered."""
    away = survivors(user.site)
    sought = [(f" {word}", squeezed(word)) for word in asked.rest]
    all_words = [(f" {word}", squeezed(word)) for word in asked.words] if asked.days else []

    whole = asked.number  # read once: what follows is asked of every patient of the clinic
    is_figures = whole.isdecimal()

    def fits(name: str, number: str, born: date) -> bool:
        if number == whole or (is_figures and _is_tail(whole, number)):
            return True
        by_day = not asked.days or born in asked.days
        if by_day and all(begin in name or plain == number for begin, plain in sought):
            return True
        return bool(all_words) and all(begin in name or plain == number for begin, plain in all_words)

    here = Patient.objects.for_user(user)
    return list(dict.fromkeys(away.get(pk, pk) for pk, name, number, born in _index(here) if fits(name, number, born)))


def _is_tail(asked: str, number: str) -> bool:
    """True when these figures are those of a record number, with or without its noughts: 4 and 0004 for FL-0004."""
    if len(asked) > len(number):
        return False
    figures = number[len(number.rstrip("0123456789")) :]
    return bool(figures) and figures.lstrip("0") == asked.lstrip("0") != ""


def _patients(user: StaffMember, asked: Asked) -> tuple[tuple[Patient, ...], int]:
    wanted = fitting(user, asked)
    found = Patient.objects.for_user(user).filter(pk__in=wanted[: AT_MOST * 20]).order_by("family_name", "given_names", "pk")
    return tuple(found[:AT_MOST]), max(len(wanted) - AT_MOST, 0)


_Index = tuple[tuple[int, str, str, date], ...]
_INDEX: dict[tuple[str, int], tuple[tuple[Any, ...], _Index]] = {}


def _index(here: QuerySet[Patient]) -> _Index:
    """Key, searched name, squeezed number and birth date of these people. Kept until one of them is added or corrected."""
    state = here.aggregate(count=Count("pk"), last=Max("pk"), versions=Sum("row_version"), site=Max("site_id"))
    if not state["count"]:
        return ()
    key, now = (str(connection.settings_dict["NAME"]), state["site"]), tuple(state.values())
    kept = _INDEX.get(key)
    if kept is None or kept[0] != now:
        rows = here.order_by("pk").values_list("pk", "family_name", "given_names", "number", "birth_date")
        kept = _INDEX[key] = (
            now,
            tuple((pk, _spaced(family, given), squeezed(folded(number)), born) for pk, family, given, number, born in rows),
        )
    return kept[1]


@functools.lru_cache(maxsize=65_536)
def _spaced(family: str, given: str) -> str:
    """A name as it is searched, each word after one blank. A clinic's names are folded once, not once for each letter typed."""
    return begun(f"{family} {given}")


def _sessions(user: StaffMember, asked: Asked) -> tuple[TreatmentSession, ...]:
    here = TreatmentSession.objects.for_user(user).select_related("course__patient__site").order_by("-planned_on", "number")
    wanted = Q(planned_on__in=asked.days) if asked.days else Q(pk__in=[])
    if len(asked.words) == 1:
        wanted |= Q(reference=asked.words[0].upper())  # as it was made; in one case, an index answers
        if any(letter.isdigit() for letter in asked.words[0]):
            wanted |= Q(pk__in=_with_lot(user, asked.words[0]))
    return tuple(here.filter(wanted)[:AT_MOST])


def _with_lot(user: StaffMember, lot: str) -> list[int]:
    """Sessions in which this very lot was prepared or taken."""
    rows = SessionEvent.objects.filter(kind__in=_WITH_LOTS, payload__icontains=lot, session__course__patient__site=user.site)
    return list(dict.fromkeys(row.session_id for row in rows.order_by("-pk")[:200] if folded(str(row.payload.get("lot") or "")) == lot))


def _tasks(user: StaffMember, asked: Asked, people: tuple[Patient, ...]) -> tuple[Task, ...]:
    open_now = Task.objects.for_user(user).filter(closed_at__isnull=True).select_related("owner", "patient").order_by("due_at")
    known = set(with_merged(user.site, [patient.pk for patient in people]))
    spans = [clinic_day(day, user.site.zone) for day in asked.days]
    found = []
    for task in open_now.iterator(chunk_size=500):
        text = folded(f"{task.title} {task.owner.name}").split()
        by_words = all(any(part.startswith(word) for part in text) for word in asked.words)
        if by_words or task.patient_id in known or any(start <= task.due_at < end for start, end in spans):
            found.append(task)
            if len(found) == AT_MOST:
                break
    return tuple(found)
