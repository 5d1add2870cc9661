"""Scales for staff: a patient's scores, a form opened and entered, one answer set item by item, a risk assessed."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from fanlight.care.scales import Instrument
from fanlight.core.errors import FanlightError
from fanlight.core.instants import clinic_date
from fanlight.records import clock
from fanlight.records.actions.form_links import make_link, state_of, token_of, withdraw_link
from fanlight.records.actions.risk import close_risk, gravest
from fanlight.records.actions.scale_forms import answers_of, instrument_of
from fanlight.records.actions.scales import ALONE, TOO_LATE, Saved, finish_form, open_form, save_answer
from fanlight.records.actions.tasks import RISK_KIND, roster
from fanlight.records.audit import note
from fanlight.records.carried_answers import window_of
from fanlight.records.instruments import shipped_instruments
from fanlight.records.library import library
from fanlight.records.models import FormLink, Patient, ScaleFinish, ScaleForm, ScaleResponse, StaffMember, Task
from fanlight.records.permissions import Permission, roles_hold
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import KeyedForm, do_once
from fanlight.web.locked_tablet import lock
from fanlight.web.pages.scale_bundle import forms_bundle
from fanlight.web.pages.scales import questions, scale_charts, score_lines
from fanlight.web.pages.time_windows import carried_line, time_windows
from fanlight.web.pages.who import who_of
from fanlight.web.words import counted

_FIRST = ("phq9", "gad7", "qids_sr16", "madrs", "cssrs_screener", "cssrs_since_last_visit")
_WAY_WORDS = {
    "read_aloud": "read aloud",
    "rated": "rated",
    "typed": "typed in",
    "phone": "on the patient’s phone",
    "kiosk": "on the clinic’s tablet",
}

_BY_ITSELF = {"phone": "by itself for a message"}
"""Why the house opened a form that nobody opened."""


class OpenForm(KeyedForm):
    """Which scale, and how it is asked."""

    instrument = forms.ChoiceField(label="Scale", error_messages={"required": "Choose a scale."})
    way = forms.ChoiceField(
        label="How",
        choices=[
            ("read_aloud", "With the patient, now"),
            ("typed", "From paper or elsewhere"),
            ("phone", "On the patient’s own phone"),
            ("kiosk", "On this tablet, handed to the patient"),
        ],
        widget=forms.RadioSelect,
        initial="read_aloud",
        error_messages={"required": "Choose one."},
    )
    rater = forms.ModelChoiceField(
        label="Rater, for a scale that a clinician rates", queryset=StaffMember.objects.none(), required=False, empty_label="nobody"
    )


@page(Permission.SEE_SCALES)
def scales(request: HttpRequest, pk: int) -> HttpResponse:
    """A patient's scores: the chart, the table beside it, what is under way; and a new form."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    note("see_scales", at=now, by=user, patient=row)
    today = clinic_date(now, row.site.zone)
    if request.method == "POST" and "hand_over" in request.POST and user.may(Permission.RECORD_SCALES):
        return _hand_over_again(request, row)
    form = _open_form(request, row) if user.may(Permission.RECORD_SCALES) else None
    if request.method == "POST" and form is not None and form.is_valid():
        answer = do_once(request, form, f"open_form:{pk}", lambda: _opened(form.cleaned_data, row, user))
        if answer is not None and answer["way"] == "kiosk":
            return _hand_over(request, answer["form"])
        if answer is not None:
            return redirect("scale_link" if answer["way"] == "phone" else "scale_form", answer["form"])
    lines = score_lines(list(row.scale_responses.filter(amended_by__isnull=True).select_related("entered_by")))
    context = {
        "patient": who_of(row, today),
        "pk": pk,
        "sentence": _sentence(lines),
        "lines": lines,
        "charts": [drawn for _, drawn in scale_charts(row, today, missing_days(row, now))],
        "waiting": [_waiting(one, now) for one in _unfinished(row)],
        "form": form,
        "may_record": user.may(Permission.RECORD_SCALES),
    }
    return render(request, "scales.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)


@page(Permission.SEE_SCALES)
@require_GET
def scales_fhir(request: HttpRequest, pk: int) -> HttpResponse:
    """Every answer set of a patient as FHIR R4: the forms, the answers, and the scores made from them."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    note("export_scales", at=now, by=user, patient=row)
    bundle = forms_bundle(row, base=request.build_absolute_uri("/fhir"))
    response = HttpResponse(json.dumps(bundle, indent=1, ensure_ascii=False), content_type="application/fhir+json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="scales-{row.number}.json"'
    return response


def missing_days(row: Patient, now: Any) -> dict[str, list[Any]]:
    """The days on which a scale was due and never came, by instrument."""
    from fanlight.records.owed_scales import missing_of

    return missing_of(row, library(), now)


def _open_form(request: HttpRequest, row: Patient) -> OpenForm:
    form = OpenForm(request.POST or None, initial={"instrument": request.GET.get("scale", "")})
    form.fields["instrument"].choices = [("", "choose a scale"), *_choices()]  # type: ignore[attr-defined]
    by_role = roster(row.site)
    raters = {one.pk for role, people in by_role.items() if roles_hold([role], Permission.RECORD_SCALES) for one in people}
    form.fields["rater"].queryset = StaffMember.objects.filter(pk__in=raters).order_by("name")  # type: ignore[attr-defined]
    last = ScaleForm.objects.filter(patient=row, rater__isnull=False).order_by("-pk").values_list("rater", flat=True).first()
    form.fields["rater"].initial = last
    return form


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    known = shipped_instruments()
    often = [(name, known[name].title) for name in _FIRST if name in known]
    rest = sorted(((name, _title(known[name])) for name in known if name not in _FIRST), key=lambda pair: pair[1].lower())
    return [("Asked most", often), ("All others", rest)]


def _title(instrument: Instrument) -> str:
    if instrument.is_score_entry:
        return f"{instrument.title} (scores only)"
    return instrument.title if instrument.has_full_text else f"{instrument.title} (without its wording)"


def _opened(given: dict[str, Any], row: Patient, user: StaffMember) -> dict[str, Any]:
    instrument = shipped_instruments()[given["instrument"]]
    way = "rated" if instrument.needs_rater and given["way"] == "read_aloud" else given["way"]
    made = open_form(patient=row, instrument_id=instrument.id, way=way, rater=given["rater"], by=user, at=clock.now())
    if way in ALONE:
        make_link(form=made, by=user, at=clock.now())
    return {"form": made.pk, "way": way}


def _hand_over(request: HttpRequest, form: int) -> HttpResponse:
    """The tablet goes to the patient: the member of staff is signed out on it, so that it opens this one form and nothing else."""
    link = FormLink.objects.filter(form=form).select_related("form__patient").latest("pk")
    return lock(request, link, person(request), clock.now())


def _hand_over_again(request: HttpRequest, row: Patient) -> HttpResponse:
    """A form left in the middle goes back to the patient, where it was."""
    wanted = request.POST.get("hand_over", "")
    found = next((one for one in _unfinished(row) if str(one.pk) == wanted and one.way == "kiosk"), None)
    if found is None:
        raise Http404
    link = found.links.order_by("-pk").first()
    if link is None or not state_of(link, clock.now()).is_live:
        make_link(form=found, by=person(request), at=clock.now())
    return _hand_over(request, found.pk)


def _sentence(lines: list[Any]) -> str:
    if not lines:
        return "No scale is answered yet."
    last = lines[0]
    value = f"{last.title}: {last.total} {last.of}".strip() if last.total else f"{last.title}, {last.status}"
    moved = f"; {last.change} since the first" if last.change and last.change != "no change" else ""
    return f"{value}{', ' + last.band if last.band else ''}{moved}."


def _unfinished(row: Patient) -> list[ScaleForm]:
    return list(ScaleForm.objects.filter(patient=row, finish__isnull=True).select_related("edition", "opened_by").order_by("-pk")[:12])


def _waiting(form: ScaleForm, now: Any) -> dict[str, Any]:
    instrument = instrument_of(form)
    link = form.links.order_by("-pk").first()
    state = state_of(link, now) if link is not None else None
    return {
        "pk": form.pk,
        "title": instrument.title,
        "way": _WAY_WORDS[form.way],
        "is_kiosk": form.way == "kiosk",
        "answered": f"{len(answers_of(form))} of {len(instrument.items)} answered",
        "opened_at": form.opened_at,
        "opened_by": f"by {form.opened_by.name}" if form.opened_by.is_active else _BY_ITSELF.get(form.way, "by itself after a risk answer"),
        "link": link,
        "state": state,
    }


def _form_or_404(request: HttpRequest, pk: int) -> ScaleForm:
    found = ScaleForm.objects.for_user(person(request)).filter(pk=pk).select_related("patient__site", "edition", "rater").first()
    if not isinstance(found, ScaleForm):
        note("refused:no_such_form", at=clock.now(), by=person(request))
        raise Http404
    return found


@page(Permission.RECORD_SCALES)
def scale_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter one form. Each answer is saved as it is tapped; handing in scores it."""
    user, now = person(request), clock.now()
    row = _form_or_404(request, pk)
    finish = getattr(row, "finish", None)
    if finish is not None:
        return _handed_in_meanwhile(request, finish)
    instrument = instrument_of(row)
    faults: list[str] = []
    if request.method == "POST":
        faults = _keep_all(request, row, instrument, user)
        meanwhile = ScaleFinish.objects.filter(form=row).first()
        if meanwhile is not None:
            return _handed_in_meanwhile(request, meanwhile)
        context, wrong = _context(request, instrument)
        faults += wrong
        if not faults and request.POST.get("act") == "later":
            messages.success(request, "Kept as it is. It can be taken up again from the patient’s scales.")
            return redirect("scales", row.patient_id)
        if not faults:
            try:
                response = finish_form(form=row, content=library(), context=context, by=user, at=clock.now())
                return redirect("scale_answers", response.pk)
            except FanlightError as problem:
                faults = [f"{problem.what}: {problem.why}. {problem.next_step}"]
    today = clinic_date(now, row.patient.site.zone)
    lines = questions(instrument, answers_of(row), library().risk_table)
    context_values = {
        "patient": who_of(row.patient, today),
        "row": row,
        "instrument": instrument,
        "questions": lines,
        "faults": [{"words": words} for words in faults],
        "needs": [_need(key, row, today) for key in instrument.context],
        "windows": time_windows(row.patient, instrument, today, request.POST.get("recall", "")),
        "last": ScaleResponse.objects.filter(patient=row.patient, instrument_id=instrument.id).order_by("-answered_at").first(),
        "now_iso": now.isoformat(),
    }
    return render(request, "scale_form.html", context_values, status=422 if faults else 200)


def _handed_in_meanwhile(request: HttpRequest, finish: ScaleFinish) -> HttpResponse:
    """Somebody else, or another window, handed the form in while this page was open."""
    if request.method == "POST":
        messages.warning(
            request,
            "This form was handed in while your page was open. It stands as it was handed in; what you entered after that is not part "
            "of it. To enter something else, open a new form.",
        )
    return redirect("scale_answers", finish.response_id)


def _keep_all(request: HttpRequest, row: ScaleForm, instrument: Instrument, user: StaffMember) -> list[str]:
    """Save what the page holds and the server does not yet."""
    have, faults = answers_of(row), []
    for item in instrument.items:
        typed = request.POST.get(item.id, "").strip()
        try:
            value = None if typed == "" else _typed(typed)
            if value != have.get(item.id):
                now = clock.now()
                save_answer(
                    form=row, answer_id=uuid.uuid4(), item=item.id, value=value, answered_at=now, content=library(), by=user, at=now
                )
        except FanlightError as problem:
            faults.append(f"{item.topic}: {'; '.join(str(f.reason) for f in getattr(problem, 'faults', ())) or problem.why}")
    return faults


def _typed(text: str) -> Any:
    from fanlight.core.quantities import parse_decimal

    value = parse_decimal(text)
    return int(value) if value == value.to_integral_value() else value


def _need(key: Any, row: ScaleForm, today: Any) -> dict[str, Any]:
    start = row.patient.sex if key.key == "sex" and row.patient.sex in key.choices else ""
    return {"key": key, "start": start}


def _context(request: HttpRequest, instrument: Instrument) -> tuple[dict[str, Any], list[str]]:
    found: dict[str, Any] = {}
    faults = []
    for key in instrument.context:
        typed = request.POST.get(f"context_{key.key}", "").strip()
        if not typed:
            continue
        if key.is_number and not typed.isdigit():
            faults.append(f"{key.meaning}: is not a whole number.")
        else:
            found[key.key] = int(typed) if key.is_number else typed if key.choices else typed == "yes"
    if any(window.id == request.POST.get("recall") for window in instrument.recall_forms):
        found["recall"] = request.POST["recall"]
    return found, faults


@page(Permission.RECORD_SCALES)
@require_POST
def scale_say(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer, saved as it is tapped. JSON in, JSON out."""
    row = _form_or_404(request, pk)
    now = clock.now()
    try:
        said = json.loads(request.body)
        saved = save_answer(
            form=row,
            answer_id=uuid.UUID(str(said["id"])),
            item=str(said["item"]),
            value=said["value"],
            answered_at=now,
            content=library(),
            by=person(request),
            at=now,
        )
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"message": "This is no answer."}, status=422)
    except FanlightError as problem:
        return JsonResponse({"message": str(problem)}, status=422)
    return JsonResponse({"saved": True, "at": f"{timezone.localtime(now):%H:%M}", "risk": _risk(saved)})


def _risk(saved: Saved) -> dict[str, str] | None:
    task = saved.task
    if task is None:
        return None
    return {"title": task.title, "why": f"{task.why} Owner: {task.owner.name}.", "href": reverse("task_risk", args=[task.pk])}


@page(Permission.SEE_SCALES)
def scale_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer set: its score and what it means, then every item; changed taps beside them."""
    user, now = person(request), clock.now()
    row = ScaleResponse.objects.for_user(user).filter(pk=pk).select_related("patient__site", "entered_by").first()
    if not isinstance(row, ScaleResponse):
        note("refused:no_such_answers", at=now, by=user)
        raise Http404
    note("see_answers", at=now, by=user, patient=row.patient, response=row.pk)
    finish = getattr(row, "finish", None)
    form = finish.form if finish is not None else None
    instrument = instrument_of(form) if form is not None else shipped_instruments().get(row.instrument_id)
    today = clinic_date(now, row.patient.site.zone)
    lines = score_lines(list(row.patient.scale_responses.filter(instrument_id=row.instrument_id).select_related("entered_by")))
    taps: dict[str, list[Any]] = {}
    for tap in form.taps.order_by("pk") if form is not None else ():
        taps.setdefault(tap.item, []).append(tap)
    items = [] if instrument is None else [_item(q, row, taps) for q in questions(instrument, row.answers, library().risk_table)]
    meanings = {flag.id.replace("_", " "): flag.meaning for flag in instrument.flags} if instrument else {}
    context = {
        "patient": who_of(row.patient, today),
        "row": row,
        "rater": form.rater if form is not None else None,
        "instrument": instrument,
        "line": next(line for line in lines if line.pk == row.pk),
        "items": items,
        "subscales": [(name.replace("_", " "), value) for name, value in (row.score.get("subscales") or {}).items()],
        "meanings": meanings,
        "window": None if instrument is None else window_of(row, instrument),
        "carried": None if instrument is None else carried_line(row, instrument, today),
        "zone_today": today,
    }
    return render(request, "scale_answers.html", context)


def _item(question: Any, row: ScaleResponse, taps: dict[str, list[Any]]) -> dict[str, Any]:
    value = row.answers.get(question.id)
    label = next((choice.label for choice in question.choices if choice.value == value), "")
    changed = list(taps.get(question.id, [])[:-1])
    return {
        "question": question,
        "value": value,
        "label": "" if label == str(value) else label,
        "changed": [("taken back" if tap.value is None else str(tap.value), tap.answered_at) for tap in changed],
    }


@page(Permission.RECORD_SCALES)
def scale_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The patient's link to a form: make it, copy it, take it back, and see how it stands."""
    user, now = person(request), clock.now()
    row = _form_or_404(request, pk)
    form = KeyedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        act = request.POST.get("act", "")
        if do_once(request, form, f"scale_link:{pk}:{act}", lambda: _link(row, act, user)) is not None:
            messages.success(request, "The link is taken back." if act == "withdraw" else "A new link is made.")
            return redirect("scale_link", pk)
    link = row.links.order_by("-pk").first()
    state = state_of(link, now) if link is not None else None
    address = request.build_absolute_uri(reverse("phone_form", args=[token_of(link)])) if link is not None and state.is_live else ""  # type: ignore[union-attr]
    today = clinic_date(now, row.patient.site.zone)
    instrument = instrument_of(row)
    context = {
        "patient": who_of(row.patient, today),
        "row": row,
        "instrument": instrument,
        "link": link,
        "state": state,
        "address": address,
        "form": form,
        "answered": f"{counted(len(answers_of(row)), 'answer')} of {len(instrument.items)} so far",
    }
    return render(request, "scale_link.html", context)


def _link(row: ScaleForm, act: str, user: StaffMember) -> dict[str, Any]:
    if act == "withdraw":
        link = row.links.order_by("-pk").first()
        if isinstance(link, FormLink):
            withdraw_link(link=link, by=user, at=clock.now())
        return {"withdrawn": True}
    return {"link": make_link(form=row, by=user, at=clock.now()).pk}


@page(Permission.SEE_SCALES)
def task_risk(request: HttpRequest, pk: int) -> HttpResponse:
    """One open risk: what raised it, whose it is, and the assessment that closes it."""
    user, now = person(request), clock.now()
    task = (
        Task.objects.for_user(user)
        .filter(pk=pk, kind=RISK_KIND)
        .select_related("patient__site", "owner", "next_owner", "closed_by")
        .first()
    )
    if not isinstance(task, Task) or task.patient is None:
        raise Http404
    note("see_risk", at=now, by=user, patient=task.patient, task=task.pk)
    content = library()
    grade = gravest(task, content.risk_table)
    may_close = task.closed_at is None and user.may(Permission.ASSESS_RISK)
    form = _assessment_form(request, grade.close_needs) if may_close else None
    if request.method == "POST" and form is not None and form.is_valid():
        found = {need: form.cleaned_data[_field(need)] for need in grade.close_needs}

        def close() -> dict[str, Any]:
            return {"assessment": close_risk(task=task, found=found, content=content, by=user, at=now).pk}

        if do_once(request, form, f"close_risk:{pk}", close) is not None:
            messages.success(request, "Assessed, and closed.")
            return redirect("patient", task.patient_id)
    cssrs = ScaleForm.objects.filter(patient=task.patient, edition__instrument_id__startswith="cssrs", opened_at__gte=task.opened_at)
    context = {
        "patient": who_of(task.patient, clinic_date(now, task.patient.site.zone)),
        "pk": task.patient_id,
        "task": task,
        "grade": grade,
        "more": task.why.removeprefix(f"{grade.label}. {grade.instruction}").strip(),
        "signs": [_sign(risk) for risk in task.risks.select_related("form__edition", "tap").order_by("pk")],
        "cssrs": cssrs.filter(finish__isnull=True).order_by("-pk").first(),
        "cssrs_done": cssrs.filter(finish__isnull=False).select_related("finish").order_by("-pk").first(),
        "form": form,
        "assessment": getattr(task, "assessment", None),
        "may_record": user.may(Permission.RECORD_SCALES),
    }
    return render(request, "task_risk.html", context, status=422 if form is not None and form.is_bound and form.errors else 200)


def _assessment_form(request: HttpRequest, needs: tuple[str, ...]) -> KeyedForm:
    form = KeyedForm(request.POST or None)
    for need in needs:
        form.fields[_field(need)] = forms.CharField(
            label=need.capitalize(),
            widget=forms.Textarea(attrs={"class": "textarea", "rows": "3"}),
            max_length=2000,
            error_messages={"required": "is needed before this can be closed."},
        )
    return form


def _field(need: str) -> str:
    return need.replace(" ", "_").replace("-", "_")


def _sign(risk: Any) -> dict[str, Any]:
    if risk.form is None:
        return {"what": risk.event.replace("_", " "), "at": risk.raised_at, "grade": risk.grade.replace("_", " ")}
    instrument = instrument_of(risk.form)
    if risk.event.startswith(TOO_LATE):
        item_id, _, value = risk.event.removeprefix(TOO_LATE).rpartition(":")[0].partition("=")
        topic = instrument.item(item_id).topic if instrument.has_item(item_id) else item_id
        what = f"{instrument.title}, {topic}: {value}, said when the form took no answer any more, and not kept with it"
    elif risk.tap is None:
        what = f"{instrument.title}: {risk.event.replace('_', ' ') if risk.event else 'the finished form'}"
    else:
        item = instrument.item(risk.tap.item)
        label = next((option.label for option in instrument.answers_of(item.id).options if option.value == risk.tap.value), "")
        what = f"{instrument.title}, {item.topic}: {risk.tap.value}{' (' + label.lower() + ')' if label else ''}"
    return {
        "what": what,
        "at": risk.raised_at,
        "grade": risk.grade.replace("_", " "),
        "answered_at": risk.tap.answered_at if risk.tap else None,
    }
