"""A patient's word on how they may be reached. It is added to, never changed: the last word of a channel holds."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import available_timezones

from fanlight.core.errors import Fault, InputError
from fanlight.records.audit import change
from fanlight.records.contact import CHANNELS
from fanlight.records.models import ContactAgreement, Patient, StaffMember
from fanlight.records.permissions import Permission
from fanlight.records.policies import check_may

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def say_contact(
    *,
    patient: Patient,
    channel: str,
    is_agreed: bool,
    address: str,
    by: StaffMember,
    at: datetime,
    language: str = "en",
    zone_name: str = "",
    why: str = "",
) -> ContactAgreement:
    """Record what the patient said of one channel. Raises `InputError` (FAN-CONT-110) with every fault; a stop needs a reason."""
    check_may(by, Permission.EDIT_DEMOGRAPHICS, at=at, patient=patient)
    written = re.sub(r"[\s().-]", "", address) if channel == "sms" else address.strip()
    faults = []
    if channel not in CHANNELS:
        faults.append(Fault("channel", f"{channel!r} is no way of reaching a patient.", suggestion="Choose text message or e-mail."))
    if is_agreed and channel == "sms" and not _NUMBER.fullmatch(written):
        faults.append(Fault("address", "is no mobile number with its country code.", suggestion="Write it as +1 555 0100 123."))
    if is_agreed and channel == "email" and not _EMAIL.fullmatch(written):
        faults.append(Fault("address", "is no e-mail address.", suggestion="Write it as name@example.org."))
    if not is_agreed and not why.strip():
        faults.append(Fault("why", "is needed.", suggestion="Say why messages stop: asked to stop, moved away, died."))
    if zone_name and zone_name not in available_timezones():
        faults.append(Fault("zone_name", f"{zone_name!r} is no time zone.", suggestion="Choose one as America/Chicago."))
    if faults:
        raise InputError("FAN-CONT-110", "This cannot be recorded", faults)
    with change("say_contact", at=at, by=by, patient=patient, channel=channel, is_agreed=is_agreed) as entry:
        row = ContactAgreement(
            patient=patient,
            channel=channel,
            is_agreed=is_agreed,
            address=written if is_agreed else "",
            language=language,
            zone_name=zone_name,
            why=why.strip(),
            said_at=at,
            entered_by=by,
        )
        entry.add(row)
    return row
