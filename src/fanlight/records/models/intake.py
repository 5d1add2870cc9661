"""The patient's own form before the first visit: what was asked, each answer, its end, and the link that opens it."""

from __future__ import annotations

from django.db import models

from fanlight.records.models.base import AppendOnly, ExactJSONField
from fanlight.records.models.links import LinkEvent, PatientLink
from fanlight.records.models.patients import Patient, SiteQuerySet
from fanlight.records.models.people import StaffMember


class IntakeForm(AppendOnly):
    """One form sent to one patient, with the questions as they stood (`questions`) and the version they are of."""

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="intake_forms")
    version = models.CharField(max_length=24)
    questions = ExactJSONField()
    opened_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class IntakeAnswer(AppendOnly):
    """One answer. A changed one is another row, and both stay; the last stands."""

    form = models.ForeignKey(IntakeForm, on_delete=models.PROTECT, related_name="answers")
    fact = models.CharField(max_length=80)
    value = ExactJSONField()
    answered_at = models.DateTimeField()


class IntakeFinish(AppendOnly):
    """A form handed in, once."""

    form = models.OneToOneField(IntakeForm, on_delete=models.PROTECT, related_name="finish")
    finished_at = models.DateTimeField()


class IntakeLink(PatientLink):
    """A patient's link to their intake form."""

    form = models.ForeignKey(IntakeForm, on_delete=models.PROTECT, related_name="links")


class IntakeLinkEvent(LinkEvent):
    """What happened to such a link."""

    link = models.ForeignKey(IntakeLink, on_delete=models.PROTECT, related_name="events")
