"""Owed work, imports, keys of writes, and the audit chain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from fanlight.records.models.base import AppendOnly, ExactJSONField, Versioned
from fanlight.records.models.patients import Patient, SiteQuerySet
from fanlight.records.models.people import Site, StaffMember
from fanlight.records.models.treatment import TreatmentSession


class Task(Versioned):
    """Something owed: what, by whom, by when, and who gets it next. Nothing is without an owner."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="tasks")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="tasks")
    session = models.ForeignKey(TreatmentSession, on_delete=models.PROTECT, null=True, related_name="tasks")
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    why = models.CharField(max_length=400, blank=True)
    owner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="tasks")
    due_at = models.DateTimeField()
    next_owner = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", null=True)
    escalates_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", null=True)
    closing_note = models.CharField(max_length=400, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["site", "key"], condition=models.Q(closed_at__isnull=True), name="one_open_task_per_key"),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="task_closed_when_and_by_whom",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["site", "closed_at", "due_at"])]


class ImportBatch(AppendOnly):
    """One import: where from, by whom, and its report."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="imports")
    source = models.CharField(max_length=255)
    imported_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    report = ExactJSONField()

    objects = SiteQuerySet.as_manager()


class ImportedResource(AppendOnly):
    """The exact text of a resource as received. The newest of one identity is the current one.

    `became` says what it was made into ("patient", "history", "fact", "scale", "kept"), with the row's id where one was made.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="imported_resources")
    source_system = models.CharField(max_length=255, blank=True)
    resource_type = models.CharField(max_length=64)
    resource_id = models.CharField(max_length=255)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="imported_resources")
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    became = models.CharField(max_length=24)
    became_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["site", "resource_type", "resource_id"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "source_system", "resource_type", "resource_id", "text_hash"], name="one_row_per_resource_text"
            )
        ]


class WriteKey(AppendOnly):
    """The key of a write from outside and the answer it got: the same key with the same body gets the same answer."""

    key = models.UUIDField()
    endpoint = models.CharField(max_length=80)
    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    request_hash = models.CharField(max_length=64)
    response_status = models.PositiveSmallIntegerField()
    response = ExactJSONField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "endpoint", "staff"], name="one_answer_per_key")
        ]


class AuditEvent(models.Model):
    """One link of the chain: who did what to which record, and the hashes of every row it wrote.

    `hash` = SHA-256(previous hash + canonical text of this entry). Holds identifiers only: no names, no free text.
    """

    sequence = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    action = models.CharField(max_length=64)
    actor = models.ForeignKey(StaffMember, on_delete=models.PROTECT, null=True, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="+")
    details = ExactJSONField()
    rows = ExactJSONField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    is_append_only: ClassVar[bool] = True
