"""The public pages, open without signing in. They read content alone: no patient, no record, no cookie but the form's own."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from fanlight.records import clock
from fanlight.science.evidence.ledger import tally
from fanlight.science.evidence.public_pages import PublicPage
from fanlight.science.evidence.tables import Verdict
from fanlight.science.evidence.text_check import check_text
from fanlight.web.evidence.library import entries, evidence
from fanlight.web.evidence.page_parts import answer_part, choices_of, claims_of, harms_of, rows_of, sections_of, verdict_state
from fanlight.web.evidence.teaching import taught, teaching_curves

MOST_CHARACTERS = 40_000
CURVE_WAIT_SECONDS = 1.0
"""A warm worker answers well within this; until then the page says that the curve is being worked out."""
View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page for everybody; it says so, as every page says who may see it."""

    @functools.wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    inner.permissions = ()  # type: ignore[attr-defined]
    inner.is_public = True  # type: ignore[attr-defined]
    return inner


def today() -> date:
    """The day the pages are read."""
    return clock.now().date()


def page_context(on: date, slug: str = "") -> dict[str, Any]:
    """What every public page holds: the menu and the date."""
    menu = [(page.slug, page.title, reverse("evidence_page", args=[page.slug])) for page in evidence().pages]
    return {"menu": menu, "here": slug, "on": on}


def condition_context(page: PublicPage, on: date) -> dict[str, Any]:
    """Everything one page shows."""
    base = evidence()
    harms, harms_unknown = harms_of(base, page)
    return page_context(on, page.slug) | {
        "page": page,
        "part": answer_part(base, page.question, on) if page.question else None,
        "more": [answer_part(base, name, on) for name in page.more_questions],
        "sections": sections_of(page),
        "harms": harms,
        "harms_unknown": harms_unknown,
        "claims": claims_of(page, on),
        "rows": rows_of(base, page),
        "curves": taught(page, CURVE_WAIT_SECONDS),
        "teaching": teaching_curves() if page.curves else None,
    }


@public
def index(request: HttpRequest) -> HttpResponse:
    """The door. A benefit in numbers is named by its question alone: its figures stand beside their harms, on its page."""
    on = today()
    base = evidence()
    lines = [(page, page.sentence or base.questions[page.question].title, page.certainty) for page in base.pages]
    return render(request, "evidence/index.html", page_context(on) | {"lines": lines})


@public
def condition(request: HttpRequest, slug: str) -> HttpResponse:
    """One public page."""
    found = next((page for page in evidence().pages if page.slug == slug), None)
    if found is None:
        raise Http404
    return render(request, "evidence/page.html", condition_context(found, today()))


@public
def what_you_may_have_read(request: HttpRequest) -> HttpResponse:
    """All claims found in the five articles, with verdicts."""
    on = today()
    wanted = request.GET.get("verdict", "")
    all_entries = entries(on)
    shown = [(verdict_state(entry.claim.verdict), entry) for entry in all_entries if wanted in ("", entry.claim.verdict.value)]
    counts = [(verdict, verdict.words, count) for verdict, count in tally(all_entries).items()]
    context = page_context(on, "claims") | {"entries": shown, "counts": counts, "articles": evidence().base.articles, "wanted": wanted}
    return render(request, "evidence/claims.html", context | {"total": len(all_entries), "verdicts": list(Verdict)})


@public
def tables(request: HttpRequest) -> HttpResponse:
    """For clinicians: every answer with its forest, its numbers and what was left out."""
    on = today()
    parts = [answer_part(evidence(), name, on, with_plots=True) for name in evidence().questions]
    return render(request, "evidence/tables.html", page_context(on, "tables") | {"parts": parts})


@public
def study_rows(request: HttpRequest) -> HttpResponse:
    """For clinicians: every study row with its provenance."""
    return render(request, "evidence/studies.html", page_context(today(), "studies") | {"rows": evidence().base.studies})


@public
def decide(request: HttpRequest) -> HttpResponse:
    """For patient and clinician together: each choice with both sides, harms and what is not known."""
    on = today()
    base = evidence()
    unknown = next(page.not_known for page in base.pages if page.slug == base.choices.not_known_from)
    context = page_context(on, "decide") | {"choices": choices_of(base, on), "not_known": unknown}
    return render(request, "evidence/decide.html", context)


@public
def check(request: HttpRequest) -> HttpResponse:
    """Paste a leaflet; each sentence that says too much is marked. Nothing pasted is kept."""
    text = request.POST.get("text", "")[:MOST_CHARACTERS] if request.method == "POST" else ""
    marked = check_text(text, evidence().text_rules) if text.strip() else ()
    context = page_context(today(), "check") | {"text": text, "marked": marked, "asked": request.method == "POST"}
    return render(request, "evidence/check.html", context | {"count": len({item.sentence for item in marked})})


@public
def sitemap(request: HttpRequest) -> HttpResponse:
    """The public addresses, for search engines."""
    names = ["evidence", "evidence_claims", "evidence_tables", "evidence_studies", "evidence_decide", "evidence_check"]
    paths = [reverse(name) for name in names] + [reverse("evidence_page", args=[page.slug]) for page in evidence().pages]
    lines = "".join(f"<url><loc>{request.build_absolute_uri(path)}</loc></url>" for path in paths)
    body = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>'
    return HttpResponse(body, content_type="application/xml")
