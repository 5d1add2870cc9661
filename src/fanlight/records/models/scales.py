"""Scales under way: the form asked, each tap of it, its finish, the patient's link, and what a risk answer set going."""

from __future__ import annotations

from django.db import models

from fanlight.records.models.base import AppendOnly, ExactJSONField
from fanlight.records.models.links import LinkEvent, PatientLink
from fanlight.records.models.patients import Patient, ScaleResponse, SiteQuerySet
from fanlight.records.models.people import StaffMember
from fanlight.records.models.treatment import TreatmentSession
from fanlight.records.models.work import Task


class InstrumentEdition(AppendOnly):
    """The exact file of an instrument as it was when a form of it was opened: what the form is scored by, whatever comes later."""

    instrument_id = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=24)
    content_hash = models.CharField(max_length=64, unique=True)
    text = models.TextField()
    kept_at = models.DateTimeField()


class ScaleForm(AppendOnly):
    """One form of one instrument, asked of one patient. Its answers are its taps; it ends with a finish, or stays unfinished.

    `way`: read_aloud, rated (by `rater`), typed (from paper or elsewhere), phone (by link), or kiosk (the clinic's tablet, handed over).
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scale_forms")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="scale_forms")
    edition = models.ForeignKey(InstrumentEdition, on_delete=models.PROTECT, related_name="forms")
    way = models.CharField(max_length=16)
    rater = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    opened_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class ScaleItemAnswer(AppendOnly):
    """One tap. A changed answer is another row, and both stay. `value` null: the answer was taken back.

    `answer_id` is made by the device, so that one sent twice is kept once.
    """

    form = models.ForeignKey(ScaleForm, on_delete=models.PROTECT, related_name="taps")
    answer_id = models.UUIDField(unique=True)
    item = models.CharField(max_length=24)
    value = ExactJSONField(null=True)
    answered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")


class ScaleFinish(AppendOnly):
    """A form handed in, once, and the scored answer set it became."""

    form = models.OneToOneField(ScaleForm, on_delete=models.PROTECT, related_name="finish")
    response = models.OneToOneField(ScaleResponse, on_delete=models.PROTECT, related_name="finish")
    finished_at = models.DateTimeField()


class FormLink(PatientLink):
    """A patient's link to one form of a scale."""

    form = models.ForeignKey(ScaleForm, on_delete=models.PROTECT, related_name="links")


class FormLinkEvent(LinkEvent):
    """What happened to such a link."""

    link = models.ForeignKey(FormLink, on_delete=models.PROTECT, related_name="events")


class RiskRaised(AppendOnly):
    """A sign of risk and the task that owns it. `urgency` orders the grades, 1 the gravest; a task keeps its gravest."""

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="risks")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="risks")
    grade = models.CharField(max_length=40)
    urgency = models.PositiveSmallIntegerField()
    table_version = models.CharField(max_length=24)
    form = models.ForeignKey(ScaleForm, on_delete=models.PROTECT, null=True, related_name="risks")
    tap = models.ForeignKey(ScaleItemAnswer, on_delete=models.PROTECT, null=True, related_name="risks")
    event = models.CharField(max_length=64, blank=True)
    raised_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class RiskAssessment(AppendOnly):
    """What somebody found on speaking with the patient: it alone closes a task of risk. `found`: each thing asked for, in words."""

    site_path = "patient__site"
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="assessment")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="risk_assessments")
    grade = models.CharField(max_length=40)
    found = ExactJSONField()
    assessed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class PatientMessage(AppendOnly):
    """What a patient said between questions, in their own words: on a form's page, or told to staff. Owned by a task of risk.

    `message_id` is made by whoever sends it, so that one sent twice is kept once. `way` is form, telephone or in_person.
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="messages")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="messages")
    message_id = models.UUIDField(unique=True)
    way = models.CharField(max_length=16)
    text = models.TextField()
    received_at = models.DateTimeField()
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")

    objects = SiteQuerySet.as_manager()
