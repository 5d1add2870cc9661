"""Every page says which permission it needs; without the word the page does not exist. A test walks them all."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fanlight.core.errors import FanlightError
from fanlight.records import clock
from fanlight.records.audit import note
from fanlight.records.models import Patient, StaffMember, TreatmentSession
from fanlight.records.permissions import ROLE_PERMISSIONS, Permission, whom_to_ask
from fanlight.records.policies import NotAllowedError

View = Callable[..., HttpResponseBase]


def page(permission: Permission, *more: Permission) -> Callable[[View], View]:
    """A page for those who hold the permission (or one of `more`). Times on it are the clinic's."""

    def guarded(view: View) -> View:
        @functools.wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = person(request)
            with timezone.override(user.site.zone):
                if not any(user.may(wanted) for wanted in (permission, *more)):
                    note("refused:not_allowed", at=clock.now(), by=user, permission=permission.value)
                    return refused(request, permission)
                try:
                    return view(request, *args, **kwargs)
                except _MergedAwayError as moved:
                    return _to_survivor(request, kwargs, moved)
                except _NotedAbsence:
                    raise
                except Http404:
                    note("refused:no_such_record", at=clock.now(), by=user, page=view.__name__)
                    raise
                except NotAllowedError as problem:
                    if problem.code == "FAN-ROLE-002":
                        raise Http404 from problem
                    return render(request, "refused.html", {"problem": problem}, status=403)

        inner.permissions = (permission, *more)  # type: ignore[attr-defined]
        return inner

    return guarded


def signed_in(view: View) -> View:
    """A page for everybody who is signed in, whatever their role."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(person(request).site.zone):
            return view(request, *args, **kwargs)

    inner.permissions = ()  # type: ignore[attr-defined]
    return inner


def person(request: HttpRequest) -> StaffMember:
    """The member of staff who asks; the middleware lets nobody else in."""
    user = request.user
    assert isinstance(user, StaffMember)
    return user


def refused(request: HttpRequest, permission: Permission) -> HttpResponse:
    """The page that says who may instead."""
    holders = [role.label for role, held in ROLE_PERMISSIONS.items() if permission in held]
    problem = FanlightError("FAN-ROLE-001", f"You cannot {permission.refusal}", "your roles do not include it", whom_to_ask(holders))
    return render(request, "refused.html", {"problem": problem}, status=403)


def patient_or_404(request: HttpRequest, pk: int) -> Patient:
    """A patient of this person's site. One of another site does not exist here, and the attempt is on record."""
    found = Patient.objects.for_user(person(request)).filter(pk=pk).select_related("site").first()
    if not isinstance(found, Patient):
        return _absent(request, "patient")
    if found.survivor.pk != pk:
        raise _MergedAwayError(found)
    return found


class _MergedAwayError(Exception):
    """The record asked for stands no longer for itself; it was merged into another."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient


def _to_survivor(request: HttpRequest, kwargs: dict[str, Any], moved: _MergedAwayError) -> HttpResponse:
    """The same page of the record that stands for this person, with a plain line; what was sent to the old one is not saved."""
    away, here = moved.patient, moved.patient.survivor
    words = f"{away.number} was merged into {here.number}: this is the record that stands for both."
    if request.method != "GET":
        words = f"Not saved: {words} Look at it, and enter it again."
    messages.warning(request, words)
    match = request.resolver_match
    given = {name: here.pk if value == away.pk and name in ("pk", "other") else value for name, value in kwargs.items()}
    if match is None or not match.url_name or given.get("pk") == given.get("other"):
        return redirect("patient", here.pk)
    return redirect(reverse(match.url_name, kwargs=given))


def session_or_404(request: HttpRequest, reference: str) -> TreatmentSession:
    """A treatment session of this person's site, or the same answer as for one that never was."""
    sessions = TreatmentSession.objects.for_user(person(request)).filter(reference=reference)
    found = sessions.select_related("course__patient__site", "course__protocol_signature").first()
    return found if isinstance(found, TreatmentSession) else _absent(request, "session")


class _NotedAbsence(Http404):
    """Not here, and the attempt is on record already."""


def _absent(request: HttpRequest, kind: str) -> Any:
    note(f"refused:no_such_{kind}", at=clock.now(), by=person(request))
    raise _NotedAbsence
