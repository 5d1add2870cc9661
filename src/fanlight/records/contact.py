"""How a patient may be reached now, and what was sent to them: read from their agreements and the notices on record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from fanlight.care.scales.asking import Message, PatientChannel
from fanlight.care.scales.messages import MessageTexts, Try, is_delivered
from fanlight.records.models import ContactAgreement, Notice, Patient

CHANNELS = ("sms", "email")
"""In the order they are tried: a text message is read sooner."""


def agreements_of(patient: Patient) -> dict[str, ContactAgreement]:
    """The last word of a patient on each channel."""
    found: dict[str, ContactAgreement] = {}
    for row in ContactAgreement.objects.filter(patient=patient).order_by("said_at", "pk"):
        found[row.channel] = row
    return found


def way_to(patient: Patient) -> ContactAgreement | None:
    """The agreement by which a message goes now; None where the patient agreed to none."""
    said = agreements_of(patient)
    return next((said[channel] for channel in CHANNELS if channel in said and said[channel].is_agreed), None)


def channel_of(patient: Patient) -> PatientChannel:
    """The patient's zone, and since when and why no message goes. Nobody asked yet: the clinic's zone, and no reason against."""
    return _channel(agreements_of(patient), patient.site.zone)


def channels_of(stands: Mapping[int, int], zone: ZoneInfo) -> dict[int, PatientChannel]:
    """The same for many people of one clinic at once, by the key of the record that stands for each."""
    said: dict[int, dict[str, ContactAgreement]] = defaultdict(dict)
    roots = set(stands.values())
    for row in ContactAgreement.objects.filter(patient_id__in=roots).order_by("said_at", "pk"):
        said[row.patient_id][row.channel] = row
    plain = PatientChannel(zone)
    return {key: _channel(said[key], zone) if key in said else plain for key in roots}


def _channel(said: Mapping[str, ContactAgreement], clinic: ZoneInfo) -> PatientChannel:
    latest = max(said.values(), key=lambda row: (row.said_at, row.pk), default=None)
    zone = ZoneInfo(latest.zone_name) if latest is not None and latest.zone_name else clinic
    if latest is None or any(row.is_agreed for row in said.values()):
        return PatientChannel(zone)
    return PatientChannel(zone, latest.said_at, latest.why or "the patient wants no messages")


def messages_to(patients: Iterable[int], texts: MessageTexts) -> dict[int, tuple[Message, ...]]:
    """What was sent to each patient, ask by ask, with whether it arrived."""
    found: dict[int, list[Message]] = defaultdict(list)
    for notice in Notice.objects.filter(patient_id__in=list(patients)).prefetch_related("attempts").order_by("made_at", "pk"):
        arrived = is_delivered(tries_of(notice), texts)
        for scale in notice.asks:
            found[notice.patient_id].append(Message(scale, notice.due_on, notice.made_at, arrived))
    return {key: tuple(value) for key, value in found.items()}


def tries_of(notice: Notice) -> list[Try]:
    """The tries of a notice, in order."""
    return [Try(row.at, row.outcome) for row in sorted(notice.attempts.all(), key=lambda row: row.pk)]


def notice_key(course: int, due_on: date, number: int) -> str:
    """The identity of the n-th message of one day's asks: it can be made once."""
    return f"scales:{course}:{due_on.isoformat()}:{number}"
