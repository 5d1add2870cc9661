"""The front page: owed by the clock and by owner, who is in the house, what was settled."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from fanlight.core.instants import clinic_date, clinic_day
from fanlight.records import clock
from fanlight.records.actions.people import on_site, say_presence
from fanlight.records.models import Task, TreatmentSession
from fanlight.records.permissions import Permission, Role
from fanlight.web.access import page, person, signed_in
from fanlight.web.pages.today import DANGER_FIRST, by_owner, headline, owed_rows, visit_rows
from fanlight.web.words import day_words

_SHOWN = 40


@signed_in
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """Today's list; an administrator, who sees nothing clinical, is sent to the staff."""
    user = person(request)
    if not user.may(Permission.SEE_TODAY):
        return redirect("staff" if user.may(Permission.MANAGE_STAFF) else "protocols")
    return render(request, "today_part.html" if request.headers.get("HX-Request") else "today.html", today_values(request))


def today_values(request: HttpRequest) -> dict[str, object]:
    """Everything the front page shows at this instant."""
    user, now = person(request), clock.now()
    site = user.site
    day = clinic_date(now, site.zone)
    since, _ = clinic_day(day, site.zone)
    tasks = (
        Task.objects.for_user(user)
        .filter(closed_at__isnull=True)
        .select_related("owner", "next_owner", "patient", "session")
        .order_by(*DANGER_FIRST)[:_SHOWN]
    )
    owed = owed_rows(tasks, now, user.pk) if user.may(Permission.SEE_TASKS) else ()
    sessions = (
        TreatmentSession.objects.for_user(user).filter(planned_on=day).select_related("course__patient__site").order_by("chair", "pk")
    )
    visits = visit_rows(sessions, now, may_see=user.may(Permission.SEE_SESSION))
    settled = Task.objects.for_user(user).filter(closed_at__gte=since).select_related("closed_by").order_by("-closed_at")[:12]
    present = [(someone, role) for role in (Role.PRESCRIBER, Role.NURSE) for someone in on_site(site, role, at=now, since=since)]
    here = list({someone.pk: (someone, role.label) for someone, role in reversed(present)}.values())[::-1]
    whose = Task.objects.for_user(user).filter(closed_at__isnull=True).values_list("owner__name", "due_at")
    owners = by_owner(whose, now) if user.may(Permission.SEE_TASKS) else ()
    return {
        "owners": owners,
        "not_shown": max(sum(count for _, count, _ in owners) - _SHOWN, 0),
        "headline": headline(visits, owed, now),
        "day": day_words(day, day),
        "now": timezone.localtime(now),
        "owed": owed,
        "risk": next((row for row in owed if row.is_risk), None),
        "visits": visits,
        "settled": settled if user.may(Permission.SEE_TASKS) else (),
        "here": here,
        "is_here": any(someone.pk == user.pk for someone, _ in here),
        "may_be_here": bool(user.roles & {Role.PRESCRIBER.value, Role.NURSE.value}),
    }


@page(Permission.SEE_TODAY)
@require_POST
def presence(request: HttpRequest) -> HttpResponse:
    """Say that you are in the house, or have left it: the gates before a dose ask for it."""
    user = person(request)
    is_on_site = request.POST.get("is_on_site") == "yes"
    say_presence(staff=user, is_on_site=is_on_site, by=user, at=clock.now())
    messages.success(request, "You are in the house." if is_on_site else "You have left the house.")
    return redirect("today")
