"""What a patient may truthfully be told: who reads answers now, and who is to speak with them by when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from fanlight.core.instants import clinic_date
from fanlight.records.duty import next_opening, readers_on_duty
from fanlight.records.library import Library
from fanlight.records.models import Patient, Site, Task
from fanlight.web.words import day_words

_NUMBER = re.compile(r"(?<![\w-])(\+?\d[\d -]{1,16}\d)(?![\w-])")


@dataclass(frozen=True, slots=True)
class Reading:
    """Whether somebody reads answers now, and the sentence that says so."""

    is_read_now: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class CrisisLine:
    """One number of the clinic's own crisis text, to be called with one tap."""

    label: str
    href: str


def reading(site: Site, content: Library, at: datetime) -> Reading:
    """When answers are read. That nobody said they are in the house counts as nobody being there."""
    if readers_on_duty(site, at):
        return Reading(True, f"Somebody at {site.name} is on duty now and has this answer in front of them as soon as it is saved.")
    opens = next_opening(site, content, at)
    if opens is None:
        return Reading(False, f"Nobody at {site.name} is on duty now, and we cannot say when this answer is read.")
    return Reading(False, f"Nobody at {site.name} is on duty now. This answer is read when the clinic opens: {_when(opens, site, at)}.")


def promise(task: Task, patient: Patient, content: Library, at: datetime) -> tuple[str, str]:
    """What happens next, in two sentences: who is to speak with the patient by when, and what if not."""
    site = patient.site
    number = f" on the number ending in {patient.phone[-2:]}" if len(patient.phone) > 4 else ""
    if not readers_on_duty(site, at):
        opens = next_opening(site, content, at)
        when = f"when the clinic opens, {_when(opens, site, at)}" if opens else "when the clinic opens"
        return (
            f"Nobody at {site.name} is on duty now.",
            f"{task.owner.name} finds your answer {when}. Until then please use the numbers above.",
        )
    by = "now" if task.due_at <= at else f"before {_when(task.due_at, site, at)}"
    then = f"If that does not happen, {task.next_owner.name} is told." if task.next_owner else ""
    return f"{task.owner.name} is told now, and is to speak with you {by}{number}.", then


def crisis_lines(site: Site) -> list[CrisisLine]:
    """The numbers of the clinic's crisis text, in its order, and the clinic's own telephone."""
    found = dict.fromkeys(_NUMBER.findall(site.crisis_text))
    lines = [CrisisLine(f"Call {number}", _tel(number)) for number in found]
    if site.phone and site.phone not in found:
        lines.append(CrisisLine(f"Call the clinic, {site.phone}", _tel(site.phone)))
    return lines


def _tel(number: str) -> str:
    return "tel:" + re.sub(r"[^\d+]", "", number)


def _when(moment: datetime, site: Site, at: datetime) -> str:
    local, today = moment.astimezone(site.zone), clinic_date(at, site.zone)
    return f"{local:%H:%M} today" if local.date() == today else f"{day_words(local.date(), today)} at {local:%H:%M}"
