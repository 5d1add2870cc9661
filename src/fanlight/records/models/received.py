"""What an import leaves beside the exact text: the names a resource goes by, and the directory of providers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from fanlight.records.models.base import AppendOnly
from fanlight.records.models.patients import SiteQuerySet
from fanlight.records.models.people import Site
from fanlight.records.models.work import ImportedResource


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
