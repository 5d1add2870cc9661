"""Patients, and the facts known about them: who said so, when it was true, when it was entered."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar, Self

from django.db import models

from fanlight.records.models.base import AppendOnly, ExactJSONField, Versioned
from fanlight.records.models.people import Site, StaffMember


class SiteQuerySet(models.QuerySet[Any]):
    """Rows are reached only through the site of the person who asks."""

    site_path: str = "site"

    def for_user(self, user: StaffMember) -> SiteQuerySet:
        """Rows of this person's site; a row of another site does not exist for them."""
        path = getattr(self.model, "site_path", "site")
        return self.filter(**{path: user.site_id})

    def filter(self, *args: Any, **kwargs: Any) -> Self:
        """As Django's; rows of a person are the rows of every record that was merged with theirs, and of no other."""
        return super().filter(*args, **{key: value for given in kwargs.items() for key, value in (_of_one_person(*given),)})


def _of_one_person(path: str, value: Any) -> tuple[str, Any]:
    """A condition on one patient, widened to the records that stand for the same person."""
    if isinstance(value, Patient) and (path == "patient" or path.endswith("__patient")):
        return f"{path}__in", value.record_ids
    return path, value


class Patient(Versioned):
    """A person treated or to be treated. Demographics may be corrected; every state is in the audit chain."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients")
    number = models.CharField(max_length=24)
    family_name = models.CharField(max_length=120, db_index=True)
    given_names = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=12)
    phone = models.CharField(max_length=40, blank=True)
    is_synthetic = models.BooleanField(default=False)
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = SiteQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["site", "number"], name="one_patient_per_number")
        ]

    @property
    def name(self) -> str:
        """Given names, then family name, as staff read it."""
        return f"{self.given_names} {self.family_name}".strip()

    @cached_property
    def merges(self) -> list[PatientMerge]:
        """Merges in force that name this record, on either side."""
        named = models.Q(merged_id=self.pk) | models.Q(survivor_id=self.pk)
        return list(PatientMerge.objects.filter(named, unmerge__isnull=True).select_related("survivor__site").order_by("pk"))

    @cached_property
    def survivor(self) -> Patient:
        """The record that stands for this person: this one, or the one it was merged into, at the end of the chain."""
        away = next((merge for merge in self.merges if merge.merged_id == self.pk), None)
        return away.survivor.survivor if away is not None else self

    @cached_property
    def record_ids(self) -> list[int]:
        """Keys of every record that stands for this person, the surviving one first. Nearly always its own alone."""
        if not self.merges:
            return [self.pk]
        found = [self.survivor.pk]
        for key in found:
            found += PatientMerge.objects.filter(survivor_id=key, unmerge__isnull=True).order_by("pk").values_list("merged_id", flat=True)
        return found

    @property
    def initials(self) -> str:
        """For the board and other public places."""
        return "".join(part[0] for part in self.name.split() if part)[:3].upper()

    def __str__(self) -> str:
        return self.number


class PatientMerge(AppendOnly):
    """Two records said to be one person, by one who proposed it and another who confirmed it.

    Nothing is moved: while it is in force, whoever reads the survivor reads the merged record's rows too, and whoever
    asks for the merged record is led to the survivor. It ends with a `PatientUnmerge`.
    """

    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_into")
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_away")
    grounds = models.CharField(max_length=240)
    proposed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(survivor=models.F("merged")), name="merge_of_two_records"),
            models.CheckConstraint(condition=~models.Q(proposed_by=models.F("confirmed_by")), name="merge_by_two_people"),
        ]


class PatientUnmerge(AppendOnly):
    """A merge taken back by two people: each record reads as it did, with what was written on it."""

    merge = models.OneToOneField(PatientMerge, on_delete=models.PROTECT, related_name="unmerge")
    reason = models.CharField(max_length=240)
    proposed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    unmerged_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~models.Q(proposed_by=models.F("confirmed_by")), name="unmerge_by_two_people"),
        ]


class TwoRecords(AppendOnly):
    """Two records looked at and found to be two people: they are not suspected again."""

    one = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    said_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()


class PatientIdentifier(AppendOnly):
    """A business identifier from elsewhere: no two patients share one."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=255)
    value = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["system", "value"], name="one_holder_per_identifier")
        ]


class PatientFact(AppendOnly):
    """One fact by its catalogue name. The newest that is not struck is the one in force.

    `value` is null only when `is_struck`: the earlier row was entered in error. `source` says where it came
    from ("asked, denied", "measured", "Condition/abc"). `true_at` is when it was true; `entered_at` when written.
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="facts")
    name = models.CharField(max_length=80)
    value = ExactJSONField(null=True)
    unit = models.CharField(max_length=24, blank=True)
    true_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=160)
    reason = models.CharField(max_length=240, blank=True)
    amends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="amended_by")
    is_struck = models.BooleanField(default=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "name", "true_at"])]


class HistoryEntry(AppendOnly):
    """One line of a list: an antidepressant trial, a medicine, an allergy, a condition.

    `details` has the keys of the catalogue's list fact of the same kind. A correction names the row it replaces;
    a struck row was entered in error.
    """

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="history")
    kind = models.CharField(max_length=40)
    details = ExactJSONField()
    true_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=160)
    reason = models.CharField(max_length=240, blank=True)
    amends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="amended_by")
    is_struck = models.BooleanField(default=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "kind"])]


class Consent(AppendOnly):
    """One signed consent to one version of one text."""

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    document_id = models.CharField(max_length=64)
    document_version = models.CharField(max_length=24)
    document_hash = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    signer = models.CharField(max_length=120)
    signer_relation = models.CharField(max_length=24, default="patient")
    taken_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")

    objects = SiteQuerySet.as_manager()


class ConsentWithdrawal(AppendOnly):
    """A consent withdrawn: it stops future use at once, and stays on record."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    recorded_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=240, blank=True)


class ScaleResponse(AppendOnly):
    """One set of answers to one instrument, with the score made from it. Answers are kept, not only totals."""

    site_path = "patient__site"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scale_responses")
    session = models.ForeignKey("records.TreatmentSession", on_delete=models.PROTECT, null=True, related_name="scale_responses")
    instrument_id = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=24)
    answers = ExactJSONField()
    score = ExactJSONField()
    answered_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    amends = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="amended_by")

    objects = SiteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["patient", "instrument_id", "answered_at"])]
