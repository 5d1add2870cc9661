"""What a patient may truthfully be told: who reads answers now, and who is to speak with them by when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fanlight.core.instants import clinic_date
from fanlight.records.duty import next_opening, readers_on_duty
from fanlight.records.library import Library, library
from fanlight.records.models import Patient, Site, Task
from fanlight.web.patient_language import here, say, say_day

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
        return Reading(
            True, say("Somebody at {clinic} is on duty now and has this answer in front of them as soon as it is saved.", clinic=site.name)
        )
    opens = next_opening(site, content, at)
    if opens is None:
        return Reading(False, say("Nobody at {clinic} is on duty now, and we cannot say when this answer is read.", clinic=site.name))
    when = _when(opens, site, at)
    return Reading(
        False, say("Nobody at {clinic} is on duty now. This answer is read when the clinic opens: {when}.", clinic=site.name, when=when)
    )


def promise(task: Task, patient: Patient, content: Library, at: datetime) -> tuple[str, str]:
    """What happens next, in two sentences: who is to speak with the patient by when, and what if not."""
    site, name = patient.site, task.owner.name
    if not readers_on_duty(site, at):
        opens = next_opening(site, content, at)
        until = (
            say(
                "{name} finds your answer when the clinic opens, {when}. Until then please use the numbers above.",
                name=name,
                when=_when(opens, site, at),
            )
            if opens
            else say("{name} finds your answer when the clinic opens. Until then please use the numbers above.", name=name)
        )
        return say("Nobody at {clinic} is on duty now.", clinic=site.name), until
    is_next = task.next_owner is not None and task.escalated_at is None  # once passed on, the other is who had it before
    then = say("If that does not happen, {name} is told.", name=task.next_owner.name) if task.next_owner and is_next else ""
    return _told(name, None if task.due_at <= at else _when(task.due_at, site, at), patient.phone), then


def _told(name: str, when: str | None, phone: str) -> str:
    if len(phone) <= 4:
        if when is None:
            return say("{name} is told now, and is to speak with you now.", name=name)
        return say("{name} is told now, and is to speak with you before {when}.", name=name, when=when)
    digits = phone[-2:]
    if when is None:
        return say("{name} is told now, and is to speak with you now on the number ending in {digits}.", name=name, digits=digits)
    return say(
        "{name} is told now, and is to speak with you before {when} on the number ending in {digits}.", name=name, when=when, digits=digits
    )


def crisis(site: Site | None) -> dict[str, Any]:
    """What `parts/crisis.html` shows: the clinic's crisis text in the language of this page, else as the clinic wrote it first."""
    translated = library().crisis_text(site.code, here()) if site else ""
    text = translated or (site.crisis_text if site else "")
    return {
        "crisis_text": text,
        "crisis_language": here() if translated else "en",
        "crisis_lines": crisis_lines(site, text) if site else [],
    }


def crisis_lines(site: Site, text: str) -> list[CrisisLine]:
    """The numbers of a crisis text in its order, those of the clinic's first text that it leaves out, and the clinic's own telephone."""
    found = dict.fromkeys(_NUMBER.findall(text) + _NUMBER.findall(site.crisis_text))
    lines = [CrisisLine(say("Call {number}", number=number), _tel(number)) for number in found]
    if site.phone and site.phone not in found:
        lines.append(CrisisLine(say("Call the clinic, {number}", number=site.phone), _tel(site.phone)))
    return lines


def _tel(number: str) -> str:
    return "tel:" + re.sub(r"[^\d+]", "", number)


def _when(moment: datetime, site: Site, at: datetime) -> str:
    local, today = moment.astimezone(site.zone), clinic_date(at, site.zone)
    if local.date() == today:
        return say("{clock} today", clock=f"{local:%H:%M}")
    return say("{day} at {clock}", day=say_day(local.date(), today), clock=f"{local:%H:%M}")
