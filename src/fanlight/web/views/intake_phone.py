"""The patient's own form before the first visit: one group a screen, saved as it goes, read over, handed in once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.core.errors import FanlightError
from fanlight.records.actions.intake import TAKEN_BACK, UNSURE, answers_so_far, finish_intake, groups_of, not_safe_on_intake, save_answers
from fanlight.records.intake_content import PhoneGroup, PhoneQuestion
from fanlight.records.library import library
from fanlight.records.models import IntakeLink, Task
from fanlight.web.pages.duty import promise, reading
from fanlight.web.patient_language import refusal, say


def intake_page(request: HttpRequest, link: IntakeLink, path: str, now: datetime, about: dict[str, Any], task: Task | None) -> HttpResponse:
    """The screen asked for, or the first with something open; after the last, everything to be read over."""
    form = link.form
    groups = groups_of(form)
    error = ""
    step = _step(request, groups, answers_so_far(form))
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "unsafe":
            not_safe_on_intake(form=form, content=library(), at=now)
            return redirect(f"{path}?step={step}#help")
        try:
            if act == "finish":
                finish_intake(form=form, at=now)
                return redirect(path)
            if step < len(groups):
                save_answers(form=form, given=_given(request, groups[step]), at=now)
                return redirect(f"{path}?step={max(step - 1, 0) if act == 'back' else step + 1}")
        except FanlightError as problem:
            error = refusal(problem)
    answers = answers_so_far(form)
    context = about | {
        "steps": range(len(groups) + 1),
        "step": step,
        "count": len(groups),
        "group": groups[step] if step < len(groups) else None,
        "questions": [_shown(question, answers) for question in groups[step].questions] if step < len(groups) else [],
        "read_over": [(at, group.title, [_answer(question, answers) for question in group.questions]) for at, group in enumerate(groups)],
        "unanswered": sum(question.fact not in answers for group in groups for question in group.questions),
        "reading": reading(form.patient.site, library(), now),
        "promise": promise(task, form.patient, library(), now) if task is not None else None,
        "error": error,
    }
    return render(request, "phone_intake.html", context, status=422 if error else 200)


def says_something_new(request: HttpRequest, link: IntakeLink) -> bool:
    """True where a screen still open elsewhere is sent after the form was handed in, with answers that are not those handed in."""
    groups, answers = groups_of(link.form), answers_so_far(link.form)
    step = _step(request, groups, answers)
    if request.method != "POST" or request.POST.get("act") not in ("next", "back") or step >= len(groups):
        return False
    return any(value != answers.get(fact, TAKEN_BACK) for fact, value in _given(request, groups[step]).items())


def _step(request: HttpRequest, groups: tuple[PhoneGroup, ...], answers: dict[str, Any]) -> int:
    asked = request.POST.get("step", request.GET.get("step", ""))
    if asked.isdigit():
        return min(int(asked), len(groups))
    waiting = (at for at, group in enumerate(groups) if any(question.fact not in answers for question in group.questions))
    return next(waiting, len(groups))


def _given(request: HttpRequest, group: PhoneGroup) -> dict[str, Any]:
    """What was answered on this screen; a question left open is left out, and stays open."""
    found: dict[str, Any] = {}
    for question in group.questions:
        text = request.POST.get(question.fact, "").strip()
        if question.kind == "lines":
            lines = [line for line in text.splitlines() if line.strip()]
            if lines or request.POST.get(f"{question.fact}-none"):
                found[question.fact] = lines
                continue
        elif text:
            found[question.fact] = text
            continue
        if question.kind != "yes_no" and request.POST.get(f"{question.fact}-shown"):
            found[question.fact] = TAKEN_BACK  # the answer stood on this very page: an old page in another tab clears nothing
    return found


def _words() -> dict[str, str]:
    return {"yes": say("Yes"), "no": say("No"), UNSURE: say("Not sure")}


def _shown(question: PhoneQuestion, answers: dict[str, Any]) -> dict[str, Any]:
    value = answers.get(question.fact)
    return {
        "fact": question.fact,
        "kind": question.kind,
        "wording": question.wording,
        "hint": question.hint,
        "none": question.none,
        "choices": [(key, words, value == key) for key, words in _words().items()],
        "text": "\n".join(value) if isinstance(value, list) else value or "",
        "is_none": value == [],
        "is_answered": value is not None,
    }


def _answer(question: PhoneQuestion, answers: dict[str, Any]) -> tuple[str, str]:
    value = answers.get(question.fact)
    if value is None:
        return question.wording, ""
    if isinstance(value, list):
        return question.wording, "; ".join(value) or question.none
    return question.wording, _words().get(value, value)
