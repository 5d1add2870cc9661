"""Staff and their roles, for the administrator. Nothing clinical is shown here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.records import clock
from fanlight.records.actions.people import create_staff, grant_role, set_active, withdraw_role
from fanlight.records.models import RoleGrant, StaffMember
from fanlight.records.permissions import ROLE_PERMISSIONS, Permission, Role
from fanlight.web.access import page, person
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.words import counted, listed


class StaffForm(KeyedForm):
    """A new account."""

    name = forms.CharField(label="Name", max_length=120, error_messages={"required": "Give the name."})
    initials = forms.CharField(
        label="Initials", max_length=4, help_text="Shown beside each entry.", error_messages={"required": "Give the initials."}
    )
    credential = forms.CharField(label="Credential", max_length=40, required=False, help_text="RN, MD")
    username = forms.CharField(label="Sign-in name", max_length=64, error_messages={"required": "Choose a sign-in name."})
    password = forms.CharField(
        label="First password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text="At least 12 characters; the person changes it.",
        error_messages={"required": "Give a first password."},
    )

    def clean_password(self) -> str:
        """Held to the house rules for passwords."""
        password = str(self.cleaned_data["password"])
        validate_password(password)
        return password


class RoleForm(KeyedForm):
    """A role to give."""

    role = forms.ChoiceField(label="Role", choices=[(role.value, role.label) for role in Role])


@page(Permission.MANAGE_STAFF)
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody who works here, and a new account."""
    user, now = person(request), clock.now()
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def do() -> dict[str, int]:
            made = create_staff(
                site=user.site,
                username=given["username"],
                name=given["name"],
                initials=given["initials"],
                credential=given["credential"],
                password=given["password"],
                by=user,
                at=now,
            )
            return {"staff": made.pk}

        answer = _keyed(request, form, do)
        if answer is not None:
            messages.success(request, "The account is made. Give it a role.")
            return redirect("staff_member", answer["staff"])
    people = StaffMember.objects.filter(site=user.site).order_by("-is_active", "name")
    context = {
        "people": [(someone, ", ".join(Role(role).label for role in sorted(someone.roles)) or "no role") for someone in people],
        "headline": f"{counted(len(people), 'person works', 'people work').capitalize()} here.",
        "vacant": _vacant(list(people)),
        "form": form,
        "matrix": [
            (permission.value.replace("_", " "), [permission in ROLE_PERMISSIONS[role] for role in Role]) for permission in Permission
        ],
        "roles": [role.label for role in Role],
    }
    return render(request, "staff.html", context, status=422 if form.is_bound and form.errors else 200)


_FIRST = {
    Role.MEDICAL_DIRECTOR: "a medical director, who signs the protocols",
    Role.PRESCRIBER: "a prescriber, who decides and orders",
    Role.NURSE: "a nurse, who interviews and sits at the chair",
}
"""Without these nobody can be treated."""


def _vacant(people: list[StaffMember]) -> str:
    held = {role for someone in people if someone.is_active for role in someone.roles}
    return listed([words for role, words in _FIRST.items() if role.value not in held])


def _keyed(request: HttpRequest, form: KeyedForm, do: Any) -> Any:
    secret = form.cleaned_data.pop("password", None)  # a password never enters the record of keys, not even as a hash
    try:
        return do_once(request, form, "create_staff", lambda: _with(form, secret, do))
    finally:
        form.cleaned_data["password"] = secret


def _with(form: KeyedForm, secret: Any, do: Any) -> Any:
    form.cleaned_data["password"] = secret
    return do()


@page(Permission.MANAGE_STAFF)
def staff_member(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its roles, on or off. Nobody gives a role to themselves."""
    user, now = person(request), clock.now()
    someone = StaffMember.objects.filter(pk=pk, site=user.site).first()
    if someone is None:
        raise Http404
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.fields["write_key"].clean(request.POST.get("write_key")):
        act = request.POST.get("act", "")

        def do() -> dict[str, Any]:
            if act == "grant":
                return {"grant": grant_role(staff=someone, role=Role(request.POST["role"]), by=user, at=now).pk}
            if act == "withdraw":
                grant = RoleGrant.objects.get(pk=request.POST["grant"], staff=someone)
                return {"withdrawal": withdraw_role(grant=grant, by=user, at=now).pk}
            set_active(staff=someone, is_active=act == "switch_on", by=user, at=now)
            return {"active": act == "switch_on"}

        form.is_valid()
        form.errors.pop("role", None) if act != "grant" else None
        form.cleaned_data = {**getattr(form, "cleaned_data", {}), "act": act, "grant": request.POST.get("grant", ""), "staff": pk}
        if do_once(request, form, f"staff:{pk}", do) is not None:
            messages.success(request, "Done. It holds from the next page on, and open sign-ins have ended.")
            return redirect("staff_member", pk)
    grants = someone.role_grants.filter(withdrawal__isnull=True).select_related("granted_by").order_by("granted_at")
    context = {
        "someone": someone,
        "form": form,
        "grants": [(grant, Role(grant.role).label) for grant in grants],
        "is_self": someone.pk == user.pk,
    }
    return render(request, "staff_member.html", context, status=422 if form.is_bound and form.errors else 200)
