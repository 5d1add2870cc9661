"""What every link has that opens a form to a patient, whichever form it is."""

from __future__ import annotations

from django.db import models

from fanlight.records.models.base import AppendOnly
from fanlight.records.models.people import StaffMember


class PatientLink(AppendOnly):
    """A link to one form. The address itself is not kept: it is made from `nonce` with the house's secret.

    A kind of link adds `form`, whose own `finish` says that it was handed in.
    """

    nonce = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def is_finished(self) -> bool:
        """True once its form is handed in. Asked anew each time: another window may have done it."""
        handed_in = {"form__finish__isnull": False}
        return type(self)._default_manager.filter(pk=self.pk, **handed_in).exists()


class LinkEvent(AppendOnly):
    """What happened to a link: a wrong birth date, an opening, a withdrawal. A kind of event adds `link`."""

    kind = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        abstract = True
