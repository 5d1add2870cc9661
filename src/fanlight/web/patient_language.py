"""The language of a patient's pages: which one, how it is remembered, and what it says.

A sentence is written in English where it is used; content names it in the other languages. The language of a page is, in this order:
the one chosen on this link, the one the patient agreed to be written in, the browser's own, English.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation.trans_real import parse_accept_lang_header

from fanlight.core.errors import FanlightError, InputError
from fanlight.records.actions.form_links import AnyLink
from fanlight.records.contact import agreements_of
from fanlight.records.library import library
from fanlight.web.locked_tablet import KEY
from fanlight.web.words import day_words

PLAIN = "en"
COOKIE = "fanlight_language"
_ASKED = "language"
_REMEMBERED_FOR_SECONDS = 72 * 60 * 60  # a link lives no longer


@dataclass(frozen=True, slots=True)
class Language:
    """One word of the switch: a link to this page in that language."""

    code: str
    name: str
    href: str
    is_here: bool


def here() -> str:
    """The language this page is written in."""
    code = (get_language() or PLAIN).partition("-")[0]
    return code if code in library().patient_words else PLAIN


def say(english: str, **places: object) -> str:
    """A sentence in the language of this page; in English where that language lacks it."""
    words = library().patient_words.get(here())
    text = english if words is None else words.phrases.get(english, english)
    return text.format(**places) if places else text


def say_day(day: date, today: date) -> str:
    """A day as this language writes it."""
    return day_words(day, today) if here() == PLAIN else date_format(day, r"l j \d\e F" if day.year == today.year else r"l j \d\e F \d\e Y")


def refusal(problem: FanlightError) -> str:
    """Why something was not taken, to be read by a patient."""
    words = library().patient_words.get(here())
    if words is not None:
        return words.refusals.get(problem.code, words.any_refusal)
    if isinstance(problem, InputError):
        return "This was not saved: " + "; ".join(f"{fault.path} {fault.reason}" for fault in problem.faults)
    return f"{problem.why[:1].upper()}{problem.why[1:].rstrip('.')}. {problem.next_step}".strip()


def script_words() -> str:
    """What the page's script says, as JSON: English to the language of this page; empty for English."""
    words = library().patient_words.get(here())
    return json.dumps({} if words is None else dict(words.scripts), ensure_ascii=False)


def languages(request: HttpRequest) -> list[Language]:
    """The switch: every language there is, each a link that needs no script."""
    known = {PLAIN: "English"} | {code: words.name for code, words in library().patient_words.items()}
    kept = {key: value for key, value in request.GET.items() if key != _ASKED}
    if request.method == "POST" and request.POST.get("step", "").isdigit():
        kept["step"] = request.POST["step"]
    return [Language(code, name, "?" + urlencode(kept | {_ASKED: code}), code == here()) for code, name in known.items()]


def language_of(request: HttpRequest, link: AnyLink | None) -> str:
    """The language to write this page in."""
    known = library().patient_words
    locked = request.session[KEY].get(_ASKED, "") if KEY in request.session else ""
    chosen = locked or request.COOKIES.get(COOKIE, "")
    if chosen == PLAIN or chosen in known:
        return chosen
    if link is not None:
        last = max(agreements_of(link.form.patient).values(), key=lambda row: (row.said_at, row.pk), default=None)
        if last is not None:
            return last.language if last.language in known else PLAIN
    for code, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if code.partition("-")[0] in (PLAIN, *known):
            return code.partition("-")[0]
    return PLAIN


def chosen(request: HttpRequest, token: str) -> HttpResponse | None:
    """The same page after a choice of language, which this link then remembers; None where nothing is chosen."""
    code = request.GET.get(_ASKED, "")
    if request.method != "GET" or (code != PLAIN and code not in library().patient_words):
        return None
    kept = urlencode({key: value for key, value in request.GET.items() if key != _ASKED})
    response = HttpResponseRedirect(request.path + (f"?{kept}" if kept else ""))
    if KEY in request.session:
        request.session[KEY] |= {_ASKED: code}
        request.session.modified = True
    if token:
        response.set_cookie(
            COOKIE,
            code,
            max_age=_REMEMBERED_FOR_SECONDS,
            path=reverse("phone_form", args=[token]),
            httponly=True,
            secure=request.is_secure(),
            samesite="Strict",
        )
    return response
