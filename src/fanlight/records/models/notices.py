"""How a patient agreed to be reached, and each message to them: meant first, then tried, with what came of every try."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from fanlight.records.models.base import AppendOnly, ExactJSONField
from fanlight.records.models.patients import Patient, SiteQuerySet
from fanlight.records.models.people import StaffMember
from fanlight.records.models.treatment import Course


class ContactAgreement(AppendOnly):
    """A patient's word on one channel: agreed to, with the address, or not. The last word of a channel holds.

    `channel` is sms or email; `why` says how it was given, or why messages stop (asked to stop, moved away, died).
    `zone_name`: the patient's own time zone, where it is not the clinic's.
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_agreements")
    channel = models.CharField(max_length=8)
    is_agreed = models.BooleanField()
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=8, default="en")
    zone_name = models.CharField(max_length=64, blank=True)
    why = models.CharField(max_length=240, blank=True)
    said_at = models.DateTimeField()
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")

    objects = SiteQuerySet.as_manager()


class Notice(AppendOnly):
    """One message meant for a patient. `key` makes it once; its forms and links are in `asks`, its words are content.

    It holds no clinical word and no address of a link: those are made when it is sent.
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notices")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, null=True, related_name="notices")
    key = models.CharField(max_length=120, unique=True)
    agreement = models.ForeignKey(ContactAgreement, on_delete=models.PROTECT, related_name="notices")
    message = models.CharField(max_length=40)
    asks = ExactJSONField()
    due_on = models.DateField()
    made_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "due_on"])]


class NoticeAttempt(AppendOnly):
    """One try at sending a notice. `outcome` is sent (the carrier took it), undeliverable, or failed (to be tried again)."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=16)
    code = models.CharField(max_length=80, blank=True)
