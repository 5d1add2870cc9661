"""Sites, staff, roles, and who is in the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session

from fanlight.core.errors import FanlightError
from fanlight.records.audit import change
from fanlight.records.models import Presence, RoleGrant, RoleWithdrawal, Site, StaffMember
from fanlight.records.permissions import Permission, Role
from fanlight.records.policies import check_may


class StaffError(FanlightError):
    """A change of staff or roles that cannot be made."""


def create_site(*, at: datetime, **values: Any) -> Site:
    """The first act at a new installation, done from the command line; there is nobody to ask yet."""
    with change("create_site", at=at, by=None) as entry:
        site = Site(**values)
        entry.add(site)
    return site


def create_staff(
    *, site: Site, username: str, name: str, initials: str, password: str, credential: str = "", by: StaffMember | None, at: datetime
) -> StaffMember:
    """A new account. `by` is None only for the first, made from the command line."""
    if by is not None:
        check_may(by, Permission.MANAGE_STAFF, at=at)
    if StaffMember.objects.filter(username__iexact=username).exists():
        raise StaffError("FAN-STAFF-001", "Cannot make this account", "the sign-in name is taken", "Choose another sign-in name.")
    with change("create_staff", at=at, by=by) as entry:
        person = StaffMember(site=site, username=username.strip().lower(), name=name, initials=initials, credential=credential)
        person.set_password(password)
        entry.add(person)
        entry.details["staff"] = person.pk
    return person


def command_line_account(*, site: Site, at: datetime) -> StaffMember:
    """The account under which commands write, made when first needed. It is switched off: nobody signs in with it."""
    found = StaffMember.objects.filter(username=f"command-line-{site.code}").first()
    if found is not None:
        return found
    with change("create_command_line_account", at=at, by=None) as entry:
        account = StaffMember(site=site, username=f"command-line-{site.code}", name="Command line", initials="CMD", is_active=False)
        account.set_unusable_password()
        entry.add(account)
        entry.details["staff"] = account.pk
    return account


def grant_role(*, staff: StaffMember, role: Role, by: StaffMember | None, at: datetime) -> RoleGrant:
    """Give a role. Nobody gives one to themselves; the first roles come from the command line (`by` None)."""
    if by is not None:
        check_may(by, Permission.MANAGE_STAFF, at=at)
        if by.pk == staff.pk:
            raise StaffError("FAN-STAFF-002", "Cannot give a role to yourself", "another administrator must do it", "Ask one.")
    with change("grant_role", at=at, by=by, staff=staff.pk, role=role.value) as entry:
        grant = RoleGrant(staff=staff, role=role.value, granted_by=by, granted_at=at)
        entry.add(grant)
    _end_sign_ins(staff)
    return grant


def withdraw_role(*, grant: RoleGrant, by: StaffMember, at: datetime) -> RoleWithdrawal:
    """Take a role away; it holds from the next request on."""
    check_may(by, Permission.MANAGE_STAFF, at=at)
    with change("withdraw_role", at=at, by=by, staff=grant.staff_id, role=grant.role) as entry:
        withdrawal = RoleWithdrawal(grant=grant, withdrawn_by=by, withdrawn_at=at)
        entry.add(withdrawal)
    _end_sign_ins(grant.staff)
    return withdrawal


def set_active(*, staff: StaffMember, is_active: bool, by: StaffMember, at: datetime) -> None:
    """Switch an account on or off; off ends its sign-ins."""
    check_may(by, Permission.MANAGE_STAFF, at=at)
    with change("set_active", at=at, by=by, staff=staff.pk, is_active=is_active) as entry:
        entry.update(staff, is_active=is_active)
    _end_sign_ins(staff)


def say_presence(*, staff: StaffMember, is_on_site: bool, by: StaffMember, at: datetime) -> Presence:
    """Somebody is in the house, or has left it."""
    if by.pk != staff.pk:
        check_may(by, Permission.CHECK_IN, at=at)
    with change("say_presence", at=at, by=by, staff=staff.pk, is_on_site=is_on_site) as entry:
        presence = Presence(staff=staff, is_on_site=is_on_site, at=at, said_by=by)
        entry.add(presence)
    return presence


def on_site(site: Site, role: Role, *, at: datetime, since: datetime) -> list[StaffMember]:
    """People of a role whose last word since `since` (start of the clinic's day) is that they are in the house."""
    return on_site_by_role(site, [role], at=at, since=since)[role]


def on_site_by_role(site: Site, roles: Sequence[Role], *, at: datetime, since: datetime) -> dict[Role, list[StaffMember]]:
    """The same for several roles at once; a person who holds two of them is in both lists."""
    latest: dict[int, Presence] = {}
    for presence in Presence.objects.filter(staff__site=site, at__gte=since, at__lte=at).select_related("staff").order_by("at", "pk"):
        latest[presence.staff_id] = presence
    here = {p.staff_id: p.staff for p in latest.values() if p.is_on_site and p.staff.is_active}
    held: set[tuple[int, str]] = set()
    if here:
        grants = RoleGrant.objects.filter(staff__in=here, role__in=[role.value for role in roles], withdrawal__isnull=True)
        held = set(grants.values_list("staff_id", "role"))
    return {role: [person for key, person in here.items() if (key, role.value) in held] for role in roles}


def _end_sign_ins(staff: StaffMember) -> None:
    for session in Session.objects.all().iterator():
        if session.get_decoded().get("_auth_user_id") == str(staff.pk):
            session.delete()
