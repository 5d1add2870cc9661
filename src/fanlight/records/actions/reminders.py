"""Invitations and reminders: meant in one transaction, sent after it, each try on record. Run as often as one likes.

A message is made once by its key. The house may stop at any point: what was meant is tried again, what was sent is not made anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError

from fanlight.care.scales.asking import Owed, Stage, next_allowed
from fanlight.care.scales.messages import next_try
from fanlight.core.instants import as_utc
from fanlight.records.actions.form_links import link_for_message, token_of
from fanlight.records.actions.scales import form_for_message, may_go_to_a_phone
from fanlight.records.audit import change
from fanlight.records.carriers import UNDELIVERABLE, Carrier, Outcome, Outgoing, send
from fanlight.records.contact import channel_of, notice_key, tries_of, way_to
from fanlight.records.library import Library
from fanlight.records.models import ContactAgreement, Course, Notice, NoticeAttempt, ScaleForm, Site
from fanlight.records.owed_scales import CourseOwed, standings


def send_due(*, site: Site, content: Library, at: datetime, carrier: Carrier = send) -> int:
    """Make every message that is due at this site, and try every one that is not settled; how many tries were made.

    Nothing is sent where no public address of the forms is set, in the patient's quiet hours, or without the patient's word.
    """
    if not settings.PUBLIC_URL:
        return 0
    for one in standings(site, content, at):
        _make_due(one, content, at)
    unsettled = Notice.objects.filter(patient__site=site).exclude(attempts__outcome__in=("sent", UNDELIVERABLE))
    count = 0
    for notice in unsettled.select_related("patient__site", "agreement", "course").prefetch_related("attempts"):
        count += _try(notice, content, at, carrier)
    return count


def _make_due(one: CourseOwed, content: Library, at: datetime) -> None:
    days: dict[date, list[Owed]] = defaultdict(list)
    for standing in one.standings:
        due = standing.next_message_at
        if standing.stage is Stage.MESSAGES and due is not None and due <= as_utc(at) and may_go_to_a_phone(standing.ask.scale):
            days[standing.ask.due_on].append(standing)
    if not days:
        return
    patient = one.course.patient.survivor
    way = way_to(patient)
    if way is None or next_allowed(at, content.asking_policy, channel_of(patient).zone) != as_utc(at):
        return
    for due_on, of_day in days.items():
        _make(one.course, way, due_on, [standing.ask.scale for standing in of_day], at)


def _make(course: Course, way: ContactAgreement, due_on: date, scales: Sequence[str], at: datetime) -> None:
    """The next message of a day's asks, with a form for each; made by another process meanwhile, it is not made again."""
    number = Notice.objects.filter(course=course, due_on=due_on).count()
    message = "reminder" if number else "invitation"
    try:
        with change("make_notice", at=at, by=None, patient=course.patient, course=course.pk, number=number, channel=way.channel) as entry:
            asks = {scale: form_for_message(patient=course.patient, instrument_id=scale, since=due_on, at=at).pk for scale in scales}
            key = notice_key(course.pk, due_on, number)
            entry.add(
                Notice(patient=course.patient, course=course, key=key, agreement=way, message=message, asks=asks, due_on=due_on, made_at=at)
            )
    except IntegrityError:
        return


def _try(notice: Notice, content: Library, at: datetime, carrier: Carrier) -> int:
    texts, patient = content.message_texts, notice.patient
    due = next_try(notice.made_at, tries_of(notice), texts, as_utc(at))
    if due is None or due > as_utc(at) or next_allowed(at, content.asking_policy, channel_of(patient).zone) != as_utc(at):
        return 0
    forms = [form for form in ScaleForm.objects.filter(pk__in=list(notice.asks.values())).order_by("pk") if not hasattr(form, "finish")]
    if not forms or way_to(patient) is None:
        outcome = Outcome(UNDELIVERABLE, "answered" if not forms else "no_agreement")
    else:
        outcome = carrier(_outgoing(notice, forms, content, at))
    with change("try_notice", at=at, by=None, patient=patient, notice=notice.pk, outcome=outcome.outcome) as entry:
        entry.add(NoticeAttempt(notice=notice, at=at, outcome=outcome.outcome, code=outcome.code[:80]))
    return 1


def _outgoing(notice: Notice, forms: Sequence[ScaleForm], content: Library, at: datetime) -> Outgoing:
    way, site = notice.agreement, notice.patient.site
    text = content.message_texts.of(notice.message, way.language)
    links = "\n".join(f"{settings.PUBLIC_URL}/p/{token_of(link_for_message(form=form, at=at))}/" for form in forms)
    filled = {"clinic": site.name, "links": links, "phone": site.phone or "-"}
    return Outgoing(way.channel, way.address, text.subject.format(**filled), text.body.format(**filled), notice.key.replace(":", "-"))
