"""What an import leaves beside the exact text: names a resource goes by, the directory of providers, files and what they said."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from fanlight.records.models.base import AppendOnly, ExactJSONField
from fanlight.records.models.patients import Patient, SiteQuerySet
from fanlight.records.models.people import Site, StaffMember
from fanlight.records.models.work import ImportBatch, ImportedResource


class ImportedIdentifier(AppendOnly):
    """A business identifier of a received resource, so that references by identifier find it later."""

    site_path = "resource__site"
    resource = models.ForeignKey(ImportedResource, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=255, blank=True)
    value = models.CharField(max_length=255)

    objects = SiteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["system", "value"])]


class DirectoryEntry(AppendOnly):
    """A practitioner or an organisation elsewhere: who refers, who is written to. A newer row names the one it replaces.

    `npi` is filled only with a number that passes its check digit.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="directory")
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=240)
    npi = models.CharField(max_length=10, blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    source = models.CharField(max_length=160)
    entered_at = models.DateTimeField()
    amends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="amended_by")

    objects = SiteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["site", "kind", "name"])]


class CsvUpload(AppendOnly):
    """A delimited file as it was uploaded, byte for byte (as base64), so that what was dry-run is what is written."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="csv_uploads")
    name = models.CharField(max_length=160)
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class CsvMapping(AppendOnly):
    """What the columns of a sender's files mean, kept under a name. The newest of a name is the one offered."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="csv_mappings")
    name = models.CharField(max_length=80)
    mapping = ExactJSONField()
    kept_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class ReceivedFact(AppendOnly):
    """A fact somebody elsewhere said: a file, or the patient on a phone. It answers no rule until a person here takes it over.

    `name` is of the catalogue, or `phone`; a line of a list is a record with the list's keys, or `asked_none`.
    `said_on` is the day it was true where the sender said one.
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="received_facts")
    name = models.CharField(max_length=80)
    value = ExactJSONField()
    unit = models.CharField(max_length=24, blank=True)
    as_given = models.CharField(max_length=80, blank=True)
    said_on = models.DateField(null=True)
    source = models.CharField(max_length=160)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, null=True, related_name="received_facts")
    received_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()


class ReceivedFactSettled(AppendOnly):
    """A received fact looked at: taken over as it stands, or left aside, by whom and when."""

    received = models.OneToOneField(ReceivedFact, on_delete=models.PROTECT, related_name="settled")
    is_taken = models.BooleanField()
    settled_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()
