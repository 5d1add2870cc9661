"""Finding a patient, entering one by hand, the patient page, and what is known of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from fanlight.core.instants import age_on, clinic_date
from fanlight.records import clock
from fanlight.records.actions.patients import correct_demographics, lines_in_force, register_patient, suspected_duplicates
from fanlight.records.audit import note
from fanlight.records.import_details import RECEIVED_KINDS
from fanlight.records.knowledge import current_facts
from fanlight.records.library import library
from fanlight.records.merged import like_this, survivors, with_merged
from fanlight.records.models import Course, CourseEnding, HistoryEntry, Patient, Site
from fanlight.records.owed_scales import missing_of
from fanlight.records.permissions import Permission
from fanlight.records.received_facts import FROM
from fanlight.records.search import fitting
from fanlight.records.search_words import read_search
from fanlight.web.access import page, patient_or_404, person
from fanlight.web.forms import DayField, KeyedForm, do_once
from fanlight.web.pages.course_panes import session_fan
from fanlight.web.pages.known import fact_value_words
from fanlight.web.pages.scales import scale_charts
from fanlight.web.pages.today import DANGER_FIRST, owed_rows
from fanlight.web.pages.who import KeyFact, who_of
from fanlight.web.words import birth_words, counted, day_words

SEXES = [("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Not known")]
_LISTS = ("medications", "allergy", "condition")
_FOUND_AT_MOST = 50


class PatientForm(KeyedForm):
    """Who the person is: enough to begin, the rest can wait."""

    family_name = forms.CharField(
        label="Family name", max_length=120, error_messages={"required": "Give the name as on the identity paper."}
    )
    given_names = forms.CharField(label="Given names", max_length=120, required=False)
    birth_date = DayField(label="Birth date", error_messages={"required": "Give the birth date: it keeps two people of one name apart."})
    sex = forms.ChoiceField(
        label="Sex for dosing and references",
        choices=SEXES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one; “not known” is an answer."},
    )
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    is_another = forms.BooleanField(label="I have looked: this is another person", required=False)


@page(Permission.SEE_PATIENT)
def patients(request: HttpRequest) -> HttpResponse:
    """The list, and a search by name, number or birth date. The words searched for travel in the body, never in the address."""
    user = person(request)
    wanted = request.POST.get("q", "").strip()
    found = Patient.objects.for_user(user)
    if wanted:
        note("search_patients", at=clock.now(), by=user, length=len(wanted))
        found = found.filter(pk__in=fitting(user, read_search(wanted, on=clinic_date(clock.now(), user.site.zone))))
    else:
        found = found.exclude(pk__in=survivors(user.site))  # a merged record is shown as the one that stands for it
    total = found.count()
    today = clinic_date(clock.now(), user.site.zone)
    listed = list(found.order_by("family_name", "given_names")[:_FOUND_AT_MOST])
    states = _states(user.site, listed)
    rows = [
        {"href": f"/patients/{p.pk}/", "name": p.name, "born": birth_words(p.birth_date, today), "number": p.number, "state": states[p.pk]}
        for p in listed
    ]
    template = "patients_part.html" if request.headers.get("HX-Request") else "patients.html"
    return render(request, template, {"rows": rows, "total": total, "q": wanted, "more": max(total - _FOUND_AT_MOST, 0)})


def _states(site: Site, patients: list[Patient]) -> dict[int, str]:
    """By patient: whether a course runs, and how many of its sessions have begun."""
    stands = with_merged(site, [one.pk for one in patients])
    running = Course.objects.filter(patient_id__in=list(stands)).exclude(pk__in=CourseEnding.objects.values("course"))
    begun = running.annotate(begun=Count("sessions", filter=~Q(sessions__state="planned"))).values_list("patient_id", "begun")
    given: dict[int, int] = {}
    for patient_id, count in begun:
        given[stands[patient_id]] = given.get(stands[patient_id], 0) + count
    return {one.pk: f"course running, {counted(given[one.pk], 'session')} begun" if one.pk in given else "no course" for one in patients}


@page(Permission.EDIT_DEMOGRAPHICS)
def new_patient(request: HttpRequest) -> HttpResponse:
    """Enter a person by hand. Somebody of the same birth date and a like name is shown before a second record is made."""
    user, now = person(request), clock.now()
    today = clinic_date(now, user.site.zone)
    form = PatientForm(request.POST or None)
    alike: list[Patient] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        alike = suspected_duplicates(family_name=given["family_name"], birth_date=given["birth_date"], by=user)
        if not alike or given["is_another"]:

            def do() -> dict[str, int]:
                made = register_patient(
                    family_name=given["family_name"],
                    given_names=given["given_names"],
                    birth_date=given["birth_date"],
                    sex=given["sex"],
                    phone=given["phone"],
                    by=user,
                    at=now,
                    today=today,
                )
                return {"patient": made.pk}

            answer = do_once(request, form, "new_patient", do)
            if answer is not None:
                messages.success(request, "Entered. Next: what is known of this person.")
                return redirect("interview" if user.may(Permission.RECORD_FACTS) else "patient", answer["patient"])
        else:
            form.add_error("is_another", "Somebody like this is here already. Open that record, or say that this is another person.")
    return render(
        request,
        "patient_new.html",
        {"form": form, "alike": [who_of(p, today) for p in alike]},
        status=422 if form.is_bound and form.errors else 200,
    )


@page(Permission.EDIT_DEMOGRAPHICS)
def edit_patient(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct who the person is. Two people correcting at once: the second is told what the first wrote."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    start = {name: getattr(row, name) for name in ("family_name", "given_names", "birth_date", "sex", "phone")}
    form = PatientForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in start}
        seen = int(request.POST.get("seen_version") or 0)

        def do() -> dict[str, int]:
            correct_demographics(patient=row, seen_version=seen, by=user, at=now, **values)
            return {"patient": row.pk}

        if do_once(request, form, f"edit_patient:{pk}", do) is not None:
            messages.success(request, "Corrected.")
            return redirect("patient", pk)
        row.refresh_from_db()
    today = clinic_date(now, user.site.zone)
    context = {"form": form, "patient": who_of(row, today), "seen_version": row.row_version}
    return render(request, "patient_edit.html", context, status=422 if form.is_bound and form.errors else 200)


@page(Permission.SEE_PATIENT)
def patient(request: HttpRequest, pk: int) -> HttpResponse:
    """Who, what state, what is owed; then the ways on."""
    user, now = person(request), clock.now()
    row = patient_or_404(request, pk)
    note("see_patient", at=now, by=user, patient=row)
    today = clinic_date(now, user.site.zone)
    courses = list(row.courses.select_related("protocol_signature").order_by("-opened_at"))
    running = [course for course in courses if course.ending is None]
    tasks = row.tasks.filter(closed_at__isnull=True).select_related("owner", "next_owner").order_by(*DANGER_FIRST)
    owed = owed_rows(tasks, now, user.pk) if user.may(Permission.SEE_TASKS) else ()
    context: dict[str, Any] = {
        "row": row,
        "patient": who_of(row, today),
        "age": age_on(row.birth_date, today),
        "owed": owed,
        "sentence": _sentence(row, courses, today),
        "courses": [_course_row(course) for course in courses],
        "consents": _consents(row),
        "next_steps": _next_steps(user, row, running),
        "patient_pk": row.pk,
        "merges": [merge for merge in row.merges if merge.survivor_id == row.pk],
    }
    if user.may(Permission.EDIT_DEMOGRAPHICS):
        context["alike"] = [(other, ", ".join(why)) for other, why in like_this(row)[:3]]
    if user.may(Permission.SEE_SCREENING):
        context["known"] = _key_facts(row, today)
        listed = lines_in_force(row.history.filter(kind__in=_LISTS).order_by("pk"))
        context["lists"] = [(kind, [_line_words(line) for line in listed if line.kind == kind]) for kind in _LISTS]
    if user.may(Permission.SEE_SCALES):
        context["charts"] = [drawn for _, drawn in scale_charts(row, today, missing_of(row, library(), now), at_most=2)]
    if running:
        states = dict(running[0].sessions.values_list("number", "state"))
        upcoming = [number for number, state in sorted(states.items()) if state == "planned"]
        context["fan"] = session_fan(upcoming[0] if upcoming else max(states, default=1), states, len(states))
    return render(request, "patient.html", context)


def _sentence(row: Patient, courses: list[Any], today: date) -> str:
    running = [course for course in courses if course.ending is None]
    if running:
        sessions = list(running[0].sessions.order_by("number").values_list("state", "planned_on"))
        given = sum(state not in ("planned", "cancelled_before_dose", "did_not_attend") for state, _ in sessions)
        coming = next((on for state, on in sessions if state == "planned"), None)
        then = f" The next is {day_words(coming, today)}." if coming else " None is to come."
        return f"{counted(given, 'session').capitalize()} of {len(sessions)} begun.{then}"
    if row.decisions.filter(intention="screen", is_passed=True).exists():
        return "May begin treatment; no course is planned yet."
    return "Not screened yet." if not courses else "No course is running."


def _course_row(course: Any) -> dict[str, Any]:
    states, signed = dict(course.sessions.values_list("number", "state")), course.protocol_signature
    return {
        "href": reverse("course", args=[course.pk]),
        "protocol": known.title if (known := library().protocols.get(signed.protocol_id)) else signed.protocol_id,
        "version": course.protocol_signature.protocol_version,
        "starts_on": course.starts_on,
        "sessions": len(states),
        "begun": sum(state != "planned" for state in states.values()),
        "ending": course.ending,
    }


def _consents(row: Patient) -> list[dict[str, Any]]:
    return [
        {
            "document": c.document_id.replace("_", " "),
            "version": c.document_version,
            "at": c.signed_at,
            "withdrawn": getattr(c, "withdrawal", None),
        }
        for c in row.consents.select_related("withdrawal").order_by("-signed_at")
    ]


def _key_facts(row: Patient, today: date) -> list[KeyFact]:
    wanted = {"weight_kg": "Weight", "height_cm": "Height", "systolic_mmhg": "Systolic"}
    facts, units = current_facts(row, names=wanted), library().facts.definitions
    return [
        KeyFact(
            label, fact_value_words(facts[name].value, facts[name].unit or units[name].unit), day_words(facts[name].true_at.date(), today)
        )
        for name, label in wanted.items()
        if name in facts and name in units
    ]


def _line_words(line: HistoryEntry) -> str:
    details = line.details
    return str(details.get("name") or details.get("text") or details.get("substance") or details.get("treatment") or "one line")


def _next_steps(user: Any, row: Patient, running: list[Any]) -> list[tuple[str, str, str]]:
    """Where to go from here, the likeliest first, each only for those who may."""
    wanted = [
        (Permission.RECORD_FACTS, "Interview", reverse("interview", args=[row.pk]), "every contraindication, one screen at a time"),
        (Permission.RECORD_FACTS, "Ask and record facts", reverse("facts", args=[row.pk]), "what the rules ask for, asked and denied too"),
        (Permission.SEE_SCREENING, "Screening", reverse("screening", args=[row.pk]), "may this person have this treatment, and why"),
        (Permission.SEE_SCALES, "Scales", reverse("scales", args=[row.pk]), "ask, enter, send to the phone; every score"),
        (Permission.SEE_SCALES, "Course chart", reverse("course_chart", args=[row.pk]), "scores, doses and medicines on one line of time"),
        (Permission.SEE_CONSENT, "Consent", reverse("consents", args=[row.pk]), "read, sign, withdraw"),
        (
            Permission.EDIT_DEMOGRAPHICS,
            "Form on the patient’s phone",
            reverse("intake", args=[row.pk]),
            "conditions, medicines, allergies, telephone",
        ),
        (Permission.SEE_SCALES, "Messages and new symptoms", reverse("patient_messages", args=[row.pk]), "in the patient’s own words"),
        (Permission.SEE_PATIENT, "How to reach them", reverse("contact", args=[row.pk]), "agreed ways, and every message sent"),
        (Permission.EDIT_DEMOGRAPHICS, "Correct name, birth date, telephone", reverse("patient_edit", args=[row.pk]), ""),
    ]
    if row.received_facts.exists() or row.history.filter(kind__in=RECEIVED_KINDS, source__startswith=FROM).exists():
        looked_at = (Permission.RECORD_FACTS, "Received records", reverse("received", args=[row.pk]), "look, and take over what is right")
        wanted.insert(0, looked_at)
    return [(label, href, small) for permission, label, href, small in wanted if user.may(permission)]
