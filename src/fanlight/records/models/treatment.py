"""Courses, decisions, treatment sessions and their append-only events."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from fanlight.records.models.base import AppendOnly, ExactJSONField, Versioned
from fanlight.records.models.patients import Patient, SiteQuerySet
from fanlight.records.models.people import Site, StaffMember


class ProtocolSignature(AppendOnly):
    """A medical director's signature under one exact version of one protocol, for one site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="protocol_signatures")
    protocol_id = models.CharField(max_length=80)
    protocol_version = models.CharField(max_length=24)
    content_hash = models.CharField(max_length=64)
    content_text = models.TextField()
    signed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["site", "protocol_id", "content_hash"], name="one_signature_per_text")
        ]


class Decision(AppendOnly):
    """What the rules answered when somebody decided, whole: inputs, reasons, content version.

    `overrides` lists each rule gone past, with the reason, by whom, and the second person.
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="decisions")
    session = models.ForeignKey("records.TreatmentSession", on_delete=models.PROTECT, null=True, related_name="decisions")
    intention = models.CharField(max_length=40)
    protocol_id = models.CharField(max_length=80)
    stage = models.CharField(max_length=24)
    outcome = models.CharField(max_length=16)
    is_passed = models.BooleanField()
    result = ExactJSONField()
    overrides = ExactJSONField(default=list)
    decided_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    second_person = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class Course(AppendOnly):
    """A treatment course, pinned to the protocol version it began with."""

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    protocol_signature = models.ForeignKey(ProtocolSignature, on_delete=models.PROTECT, related_name="courses")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    plan = ExactJSONField()
    opened_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()

    @property
    def ending(self) -> CourseEnding | None:
        """How it ended, or None while it runs."""
        return CourseEnding.objects.filter(course=self).first()


class CourseEnding(AppendOnly):
    """The end of a course: completed, stopped, transferred."""

    course = models.OneToOneField(Course, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    reason = models.CharField(max_length=240)
    ended_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField()


class TreatmentSession(Versioned):
    """One visit for one dose. Its plan is pinned when it is opened; what happens is in its events.

    `state` is one of `fanlight.care.sessions` and moves only along its transitions, which the database holds too.
    """

    site_path = "course__patient__site"
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    reference = models.CharField(max_length=8, unique=True)
    number = models.PositiveSmallIntegerField()
    planned_on = models.DateField()
    chair = models.CharField(max_length=24, blank=True)
    state = models.CharField(max_length=24)
    plan = ExactJSONField(null=True)
    dose = ExactJSONField(null=True)
    ordered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", null=True)
    ordered_at = models.DateTimeField(null=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["course", "number"], name="one_session_per_number")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["planned_on", "state"])]

    @property
    def patient(self) -> Patient:
        """The person of the course: the record that stands for them, where two were merged."""
        return self.course.patient.survivor


class DatesChange(AppendOnly):
    """Dates of a course moved together, once accepted: what they were, what they became, what it broke and why it was done.

    `before` and `after` give the date of each changed session by its reference. `undoes` names the change taken back.
    """

    site_path = "course__patient__site"
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="dates_changes")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    before = ExactJSONField()
    after = ExactJSONField()
    problems = ExactJSONField(default=list)
    reason = models.CharField(max_length=240, blank=True)
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class SessionTransition(models.Model):
    """The allowed moves between session states, as the database enforces them."""

    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["from_state", "to_state"], name="one_row_per_transition")
        ]


class SessionEvent(AppendOnly):
    """Something that happened in a session, said once. `event_id` is made by whoever saw it, so it arrives once."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    event_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=40)
    payload = ExactJSONField()
    taken_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    received_at = models.DateTimeField()
    clock_offset_seconds = models.IntegerField(null=True)
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "sequence"], name="one_event_per_sequence")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["kind"], name="event_by_kind")]


class GatePassage(AppendOnly):
    """An intention carried out once: the start of a dose, a discharge. Two hands, one winner."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="passages")
    gate = models.CharField(max_length=24)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(SessionEvent, on_delete=models.PROTECT, related_name="+")
    passed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    passed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["session", "gate"], name="one_passage_per_gate")
        ]


class DocumentSignature(AppendOnly):
    """A signature under the content of a document made from a session; a later change shows."""

    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, related_name="signatures")
    document_id = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    meaning = models.CharField(max_length=24)
    signed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()


class CourseDocumentSignature(AppendOnly):
    """A signature under the content of a document made from a whole course; a later change shows."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="signatures")
    document_id = models.CharField(max_length=40)
    content_hash = models.CharField(max_length=64)
    meaning = models.CharField(max_length=24)
    signed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
