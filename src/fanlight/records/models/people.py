"""The clinic, its staff, and who may do what there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from fanlight.records.models.base import AppendOnly, Versioned

if TYPE_CHECKING:
    from fanlight.records.permissions import Permission


class Site(Versioned):
    """One clinic: its clock, its law, and the words it signs."""

    code = models.SlugField(max_length=24, unique=True)
    name = models.CharField(max_length=120)
    zone_name = models.CharField(max_length=64)
    jurisdiction = models.CharField(max_length=2)
    calendar_id = models.CharField(max_length=64)
    weight_basis = models.CharField(max_length=16, default="site_default")
    crisis_text = models.TextField()
    phone = models.CharField(max_length=40, blank=True)
    rems_certified_on = models.DateField(null=True, blank=True)
    home_use_is_open = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.zone_name)

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["StaffMember"]):
    """Finds staff by the name they sign in with."""

    def get_by_natural_key(self, username: str | None) -> StaffMember:
        """Sign-in names are compared without regard to case."""
        return self.get(username__iexact=username)


class StaffMember(AbstractBaseUser, Versioned):
    """A person who works at a site. Never shared, never deleted: switched off."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=4)
    credential = models.CharField(max_length=40, blank=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="staff")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()

    def row_content(self) -> dict[str, Any]:
        """Without the password and the last sign-in, which change outside the chain."""
        return {key: value for key, value in super().row_content().items() if key not in ("password", "last_login")}

    @property
    def roles(self) -> frozenset[str]:
        """Roles held now; read once per request."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(self.role_grants.filter(withdrawal__isnull=True).values_list("role", flat=True))
        return self._roles

    def may(self, permission: Permission) -> bool:
        """True when one of this person's roles holds the permission, and the account is on."""
        from fanlight.records.permissions import roles_hold

        return self.is_active and roles_hold(self.roles, permission)

    @property
    def is_licensed(self) -> bool:
        """True for those who may be a second licensed person."""
        return bool(self.roles & {"nurse", "prescriber", "medical_director"})

    def __str__(self) -> str:
        return f"{self.name}, {self.credential}" if self.credential else self.name


class RoleGrant(AppendOnly):
    """A role given to a person by another; nobody gives a role to themselves."""

    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=24)
    granted_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+", null=True)
    granted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("staff")), name="role_not_granted_to_oneself")
        ]


class RoleWithdrawal(AppendOnly):
    """The end of a role grant; it takes effect at once and ends the person's open sign-ins."""

    grant = models.OneToOneField(RoleGrant, on_delete=models.PROTECT, related_name="withdrawal")
    withdrawn_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField()


class Presence(AppendOnly):
    """A prescriber or nurse said to be on site, or gone: the session gates ask who is in the house."""

    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="presences")
    is_on_site = models.BooleanField()
    at = models.DateTimeField(db_index=True)
    said_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="+")
