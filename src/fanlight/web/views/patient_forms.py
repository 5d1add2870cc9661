"""The patient's own page: one form, opened by a link and the date of birth. No sign-in, and nothing of the person in the address."""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.dates import MONTHS
from django.views.decorators.http import require_POST

from fanlight.core.errors import FanlightError
from fanlight.core.instants import parse_instant
from fanlight.records import clock
from fanlight.records.actions.form_links import AnyLink, LinkState, find_link, note_shut, state_of, try_birth_date
from fanlight.records.actions.intake import not_safe_on_intake
from fanlight.records.actions.scale_forms import answers_of, instrument_of
from fanlight.records.actions.scales import answered_too_late, finish_form, save_answer, say_not_safe
from fanlight.records.library import library
from fanlight.records.models import FormLink, IntakeLink, Site, Task
from fanlight.web.locked_tablet import held_link
from fanlight.web.pages.duty import crisis, promise, reading
from fanlight.web.pages.scales import questions
from fanlight.web.patient_language import chosen, language_of, refusal, say
from fanlight.web.views.intake_phone import intake_page, says_something_new
from fanlight.web.views.patient_messages import tell_page

_OPEN_FOR = timedelta(hours=2)
_TRIES_PER_ADDRESS = 60
_TRIES_WINDOW = timedelta(minutes=15)
_SALT = "fanlight.form-link"


def open_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page without a sign-in, in the patient's language: never kept by a cache, never named to another site, never listed."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        token = str(kwargs.get("token", ""))
        response = chosen(request, token)
        if response is None:
            with translation.override(language_of(request, find_link(token) if token else held_link(request))):
                response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    inner.permissions = ()  # type: ignore[attr-defined]
    return inner


@open_page
def phone_form(request: HttpRequest, token: str) -> HttpResponse:
    """The form, after the date of birth; before it only that question. A link that opens nothing says where to turn."""
    now = clock.now()
    link = find_link(token)
    if link is None:
        if _is_too_many(request):
            return _too_many(request)
        note_shut(link=None, at=now)
        return _shut(request, None, now)
    with timezone.override(link.form.patient.site.zone):
        state = state_of(link, now)
        task = _danger_too_late(request, link, now) if request.method == "POST" and not state.is_live else None
        if state.word == "finished" and _is_open(request, link):
            return _done(request, link, now, is_too_late=isinstance(link, IntakeLink) and says_something_new(request, link))
        if not state.is_live:
            note_shut(link=link, at=now)
            return _shut(request, link, now, task)
        if not _is_open(request, link):
            return _ask_birth(request, link, state, now)
        if isinstance(link, IntakeLink):
            return intake_page(request, link, _path(link, request), now, _about(link.form.patient.site), _risk_task(link))
        if request.method == "POST":
            return _take(request, link, now)
        return _form(request, link, now)


@open_page
def phone_tell(request: HttpRequest, token: str) -> HttpResponse:
    """A word to the clinic beside the questions, for whoever gave the date of birth; the form may be handed in already."""
    now, link = clock.now(), find_link(token)
    if link is None:
        return _shut(request, None, now)
    with timezone.override(link.form.patient.site.zone):
        state = state_of(link, now)
        if not (state.is_live or state.word == "finished") or not _is_open(request, link):
            return redirect("phone_form", token)
        return tell_page(request, link, reverse("phone_form", args=[token]), _about(link.form.patient.site))


def _ask_birth(request: HttpRequest, link: AnyLink, state: LinkState, now: datetime) -> HttpResponse:
    error = ""
    if request.method == "POST" and request.POST.get("act") == "birth":
        if _is_too_many(request):
            return _too_many(request)
        given = _date(request.POST)
        if given is None:
            error = say("That is no date. Choose the day, the month and the year of your birth.")
        else:
            after = try_birth_date(link=link, given=given, at=now)
            if after.opened_at is not None:
                response = redirect(_path(link, request))
                _let_in(response, link, request)
                return response
            if not after.is_live:
                return _shut(request, link, now)
            left = after.tries_left
            if left == 1:
                error = say("That is not the date of birth we hold. 1 try left.")
            else:
                error = say("That is not the date of birth we hold. {count} tries left.", count=left)
    site = link.form.patient.site
    context = _about(site) | {
        "error": error,
        "is_kiosk": getattr(link.form, "way", "") == "kiosk",
        "months": list(MONTHS.items()),
        "given": {key: request.POST.get(key, "") for key in ("day", "month", "year")},
        "reading": reading(site, library(), now),
    }
    return render(request, "phone_birth.html", context, status=422 if error else 200)


def _form(request: HttpRequest, link: FormLink, now: datetime, error: str = "") -> HttpResponse:
    form = link.form
    instrument, answers = instrument_of(form), answers_of(form)
    site = form.patient.site
    task = _risk_task(link)
    context = _about(site) | {
        "instrument": instrument,
        "questions": questions(instrument, answers, library().risk_table),
        "answered": len(answers),
        "reading": reading(site, library(), now),
        "promise": promise(task, form.patient, library(), now) if task is not None else None,
        "link_id": link.pk,
        "say": reverse("phone_say", kwargs={"token": request.resolver_match.kwargs["token"]}) if request.resolver_match else "",
        "error": error,
        "is_kiosk": form.way == "kiosk",
    }
    context["tell"] = _tell(request)
    return render(request, "phone_form.html", context, status=422 if error else 200)


def _take(request: HttpRequest, link: FormLink, now: datetime) -> HttpResponse:
    """The way without scripts: the whole form at once."""
    form, act = link.form, request.POST.get("act", "")
    if act == "unsafe":
        say_not_safe(form=form, content=library(), at=now)
        return redirect(f"{_path(link, request)}#help")
    have, error = answers_of(form), ""
    for item in instrument_of(form).items:
        typed = request.POST.get(item.id, "")
        if typed.lstrip("-").isdigit() and int(typed) != have.get(item.id):
            try:
                save_answer(
                    form=form, answer_id=uuid.uuid4(), item=item.id, value=int(typed), answered_at=now, content=library(), by=None, at=now
                )
            except FanlightError as problem:
                error = refusal(problem)
    if act == "finish" and not error:
        try:
            finish_form(form=form, content=library(), by=None, at=clock.now())
            return redirect(_path(link, request))
        except FanlightError as problem:
            error = refusal(problem)
    return _form(request, link, now, error)


@open_page
@require_POST
def phone_say(request: HttpRequest, token: str) -> HttpResponse:
    """One thing the patient says, sent by the page's script as often as it takes: JSON in, JSON out, kept once."""
    now = clock.now()
    link = find_link(token)
    if not isinstance(link, FormLink):
        return JsonResponse({"message": say("This link can no longer be used.")}, status=410)
    site = link.form.patient.site
    with timezone.override(site.zone):
        state = state_of(link, now)
        try:
            said = json.loads(request.body)
            kind, key = str(said["kind"]), uuid.UUID(str(said["id"]))
        except (ValueError, KeyError, TypeError):
            return JsonResponse({"message": say("This is no answer.")}, status=422)
        if state.word == "finished" and kind == "finish" and _is_open(request, link):
            return JsonResponse({"saved": True, "finished": True, "at": _clock(now)})
        if not state.is_live:
            shut: dict[str, Any] = {"message": say("This link can no longer be used.")}
            try:
                task = _say_too_late(link, kind, key, said, now) if _is_open(request, link) else None
            except (KeyError, TypeError):
                task = None
            if task is not None:
                shut["promise"] = promise(task, link.form.patient, library(), now)
            return JsonResponse(shut, status=410)
        if not _is_open(request, link):
            return JsonResponse({"message": say("Type your date of birth again.")}, status=401)
        try:
            task = _say(link, kind, key, said, now)
        except (KeyError, TypeError):
            return JsonResponse({"message": say("This is no answer.")}, status=422)
        except FanlightError as problem:
            return JsonResponse({"message": refusal(problem)}, status=422)
        answer: dict[str, Any] = {"saved": True, "at": _clock(now), "finished": kind == "finish"}
        if task is not None:
            answer["promise"] = promise(task, link.form.patient, library(), now)
        return JsonResponse(answer)


def _say_too_late(link: FormLink, kind: str, key: uuid.UUID, said: dict[str, Any], now: datetime) -> Task | None:
    """A link that takes nothing any more still hears danger, from whoever gave the date of birth on it."""
    if kind == "unsafe":
        return say_not_safe(form=link.form, content=library(), at=now)
    if kind == "answer":
        return answered_too_late(form=link.form, answer_id=key, item=str(said["item"]), value=said["value"], content=library(), at=now)
    return None


def _danger_too_late(request: HttpRequest, link: AnyLink, now: datetime) -> Task | None:
    """The same, without scripts: the button, or the whole form at once."""
    if not _is_open(request, link):
        return None
    if request.POST.get("act") == "unsafe":
        if isinstance(link, IntakeLink):
            return not_safe_on_intake(form=link.form, content=library(), at=now)
        return say_not_safe(form=link.form, content=library(), at=now)
    if isinstance(link, IntakeLink):
        return None
    have, found = answers_of(link.form), None
    for item in instrument_of(link.form).items:
        typed = request.POST.get(item.id, "")
        if typed.lstrip("-").isdigit() and int(typed) != have.get(item.id):
            key = uuid.uuid5(uuid.NAMESPACE_OID, f"{link.pk}:{item.id}:{typed}")  # the same page sent again is the same answer
            found = answered_too_late(form=link.form, answer_id=key, item=item.id, value=int(typed), content=library(), at=now) or found
    return found


def _say(link: FormLink, kind: str, key: uuid.UUID, said: dict[str, Any], now: datetime) -> Task | None:
    form, content = link.form, library()
    if kind == "answer":
        # a phone's clock may be wrong: what it says of when is moved by how far it is off as it speaks
        at = parse_instant(str(said["at"])) + (now - parse_instant(str(said["sent"])) if "sent" in said else timedelta())
        return save_answer(
            form=form, answer_id=key, item=str(said["item"]), value=said["value"], answered_at=at, content=content, by=None, at=now
        ).task
    if kind == "unsafe":
        return say_not_safe(form=form, content=content, at=now)
    if kind == "finish":
        finish_form(form=form, content=content, by=None, at=now)
        return None
    raise KeyError(kind)


def _done(request: HttpRequest, link: AnyLink, now: datetime, *, is_too_late: bool = False) -> HttpResponse:
    task = _risk_task(link)
    site = link.form.patient.site
    context = _about(site) | {
        "promise": promise(task, link.form.patient, library(), now) if task is not None else None,
        "reading": reading(site, library(), now),
        "is_kiosk": getattr(link.form, "way", "") == "kiosk",
    }
    context["tell"], context["is_too_late"] = _tell(request), is_too_late
    return render(request, "phone_done.html", context)


def _shut(request: HttpRequest, link: AnyLink | None, now: datetime, task: Task | None = None) -> HttpResponse:
    """The same words whatever the reason, the crisis text of the clinic where it is known, and who is told of a danger said too late."""
    site = link.form.patient.site if link is not None else Site.objects.first() if Site.objects.count() == 1 else None
    told = promise(task, link.form.patient, library(), now) if task is not None and link is not None else None
    return render(request, "phone_shut.html", _about(site) | {"promise": told}, status=410)


def _risk_task(link: AnyLink) -> Task | None:
    if isinstance(link, IntakeLink):
        said = link.form.patient.risks.filter(form__isnull=True, raised_at__gte=link.form.opened_at, task__closed_at__isnull=True)
        found = said.select_related("task__owner", "task__next_owner").order_by("-pk").first()
        return found.task if found is not None else None
    raised = link.form.risks.filter(task__closed_at__isnull=True).select_related("task__owner", "task__next_owner").order_by("-pk").first()
    return raised.task if raised is not None else None


def _about(site: Site | None) -> dict[str, Any]:
    return {"clinic": site} | crisis(site)


def _path(link: AnyLink, request: HttpRequest) -> str:
    return reverse("phone_form", kwargs={"token": request.resolver_match.kwargs["token"]}) if request.resolver_match else "/"


def _tell(request: HttpRequest) -> str:
    return reverse("phone_tell", kwargs={"token": request.resolver_match.kwargs["token"]}) if request.resolver_match else ""


def _cookie(link: AnyLink) -> str:
    return f"fanlight_{'intake' if isinstance(link, IntakeLink) else 'form'}_{link.pk}"


def _let_in(response: HttpResponse, link: AnyLink, request: HttpRequest) -> None:
    response.set_signed_cookie(
        _cookie(link),
        link.token_hash,
        salt=_SALT,
        max_age=_open_seconds(link),
        path=_path(link, request),
        httponly=True,
        secure=request.is_secure(),
        samesite="Strict",
    )


def _open_seconds(link: AnyLink) -> int:
    """How long a birth date once given keeps the form open: on the clinic's own tablet as long as staff may leave one idle."""
    is_kiosk = isinstance(link, FormLink) and link.form.way == "kiosk"
    return settings.IDLE_MINUTES * 60 if is_kiosk else int(_OPEN_FOR.total_seconds())


def _is_open(request: HttpRequest, link: AnyLink) -> bool:
    held = request.get_signed_cookie(_cookie(link), default="", salt=_SALT, max_age=_open_seconds(link))
    return held == link.token_hash


def _date(posted: Any) -> date | None:
    try:
        return date(int(posted.get("year", "")), int(posted.get("month", "")), int(posted.get("day", "")))
    except ValueError:
        return None


def _is_too_many(request: HttpRequest) -> bool:
    """Tries from one address, whatever the link: more than a household's worth in a quarter of an hour is too many."""
    key = f"form-link-tries:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, int(_TRIES_WINDOW.total_seconds()))
    return cache.incr(key) > _TRIES_PER_ADDRESS


def _too_many(request: HttpRequest) -> HttpResponse:
    site = Site.objects.first() if Site.objects.count() == 1 else None
    response = render(request, "phone_shut.html", _about(site) | {"is_busy": True}, status=429)
    response["Retry-After"] = str(int(_TRIES_WINDOW.total_seconds()))
    return response


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"
