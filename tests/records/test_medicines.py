"""Medicines change and are stopped on a day: the list follows, what was written stays, and an error can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fanlight.core.instants import clinic_date
from fanlight.records.actions.medicines import change_dose, stop_medicine
from fanlight.records.actions.patients import PatientError, add_history, current_history, strike_history
from fanlight.records.knowledge import patient_facts
from fanlight.records.library import library
from fanlight.records.models import AuditEvent, HistoryEntry
from fanlight.records.policies import NotAllowedError

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(clinic):
    """Lithium 600 mg stands on the list."""
    details = {"name": "lithium", "dose": "600 mg"}
    return add_history(patient=clinic.patient, kind="medications", details=details, by=clinic.nurse, at=clinic.at, source="asked")


def listed(clinic):
    return [(row.details["name"], row.details["dose"]) for row in current_history(clinic.patient, "medications")]


def takes_lithium(clinic):
    found = patient_facts(clinic.patient, library(), at=clinic.at).get("medications")
    return found is not None and any(one["name"] == "lithium" for one in found.value)


def today(clinic):
    return clinic_date(clinic.at, clinic.patient.site.zone)


def test_a_new_dose_replaces_the_old_one_and_both_stay_readable(clinic, line):
    day = today(clinic) - timedelta(days=2)
    made = change_dose(line=line, dose=" 900 mg ", on=day, why="level low", by=clinic.prescriber, at=clinic.at)
    assert listed(clinic) == [("lithium", "900 mg")]
    assert HistoryEntry.objects.filter(patient=clinic.patient).count() == 2
    assert (made.amends, made.reason, clinic_date(made.true_at, clinic.patient.site.zone)) == (line, "level low", day)
    assert AuditEvent.objects.order_by("-sequence").first().action == "change_dose"
    assert takes_lithium(clinic)


def test_a_stopped_medicine_leaves_the_list_the_rules_read(clinic, line):
    assert takes_lithium(clinic)
    stop_medicine(line=line, on=today(clinic), why="tremor", by=clinic.nurse, at=clinic.at)
    assert listed(clinic) == []
    assert not takes_lithium(clinic)


@pytest.mark.parametrize("undone", ["change", "stop"])
def test_a_change_entered_in_error_brings_the_line_before_it_back(clinic, line, undone):
    if undone == "change":
        made = change_dose(line=line, dose="900 mg", on=today(clinic), why="", by=clinic.nurse, at=clinic.at)
    else:
        made = stop_medicine(line=line, on=today(clinic), why="", by=clinic.nurse, at=clinic.at)
    strike_history(line=made, reason="another patient", by=clinic.nurse, at=clinic.at)
    assert listed(clinic) == [("lithium", "600 mg")]


def test_a_line_struck_after_a_change_leaves_neither(clinic, line):
    """Whoever strikes the standing line strikes what stands; striking the older one too empties the list."""
    made = change_dose(line=line, dose="900 mg", on=today(clinic), why="", by=clinic.nurse, at=clinic.at)
    strike_history(line=made, reason="wrong", by=clinic.nurse, at=clinic.at)
    strike_history(line=line, reason="wrong", by=clinic.nurse, at=clinic.at)
    assert listed(clinic) == []


def test_what_cannot_be_so_is_refused_and_nothing_is_written(clinic, line):
    tomorrow = today(clinic) + timedelta(days=1)
    with pytest.raises(PatientError, match="its day has not come"):
        stop_medicine(line=line, on=tomorrow, why="", by=clinic.nurse, at=clinic.at)
    with pytest.raises(PatientError, match="no dose was given"):
        change_dose(line=line, dose="  ", on=today(clinic), why="", by=clinic.nurse, at=clinic.at)
    with pytest.raises(NotAllowedError):
        stop_medicine(line=line, on=today(clinic), why="", by=clinic.front_desk, at=clinic.at)
    stop_medicine(line=line, on=today(clinic), why="", by=clinic.nurse, at=clinic.at)
    with pytest.raises(PatientError, match="no longer stands"):
        change_dose(line=line, dose="900 mg", on=today(clinic), why="", by=clinic.nurse, at=clinic.at)
    assert HistoryEntry.objects.filter(patient=clinic.patient).count() == 2
