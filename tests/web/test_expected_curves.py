"""The expected course on the session's page and the planner's: worked out elsewhere, named, banded, and honest about what is assumed."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal

import pytest
from django.test import Client

from fanlight.core.session_plan import Drug, Route
from fanlight.records.curve_worker import answer
from fanlight.records.models import StaffMember, TreatmentSession
from fanlight.records.session_path import keep_transitions
from fanlight.sample.fill import fill_clinic
from fanlight.web.curve_client import CurveClient
from fanlight.web.pages.expected_course import panel_of, planned_case

DOSES = {
    "infusion": {"drug": Drug.RACEMIC_KETAMINE, "route": Route.INTRAVENOUS, "mg": Decimal("36"), "minutes": 40, "devices": None},
    "spray": {"drug": Drug.ESKETAMINE, "route": Route.NASAL, "mg": Decimal("84"), "minutes": None, "devices": 3},
    "injection": {"drug": Drug.RACEMIC_KETAMINE, "route": Route.INTRAMUSCULAR, "mg": Decimal("36"), "minutes": None, "devices": None},
}


def case(name: str, **changes) -> str:
    return json.dumps(planned_case(**({"weight_kg": Decimal("72.4"), "age_years": 47} | DOSES[name] | changes)))


def test_an_infusion_has_a_band_a_second_model_and_stands_beside_what_was_observed():
    panel = panel_of(answer(case("infusion")))
    assert len(panel.curves) == 2
    assert "90 of 100" in panel.curves[0][1]
    assert "arterial" in panel.curves[0][0]
    assert any("as base" in words for words in panel.statements)
    assert any("is within" in words or "is below" in words or "is above" in words for words in panel.observed)
    assert not panel.is_assumed
    assert 'class="band"' in panel.picture
    assert 'class="s-alt"' in panel.picture
    assert "style" not in panel.picture
    assert panel.header[0] == "After"
    assert [row[0] for row in panel.rows] == ["15 min", "30 min", "40 min", "60 min", "90 min", "120 min", "240 min", "360 min"]


def test_a_route_nobody_fitted_is_called_assumed_and_drawn_dashed():
    panel = panel_of(answer(case("injection")))
    assert panel.is_assumed
    assert any(words.startswith("ASSUMED") for words in panel.warnings)
    assert 'class="s-main"' not in panel.picture


def test_somebody_outside_the_population_is_answered_with_a_warning():
    inside, outside = (panel_of(answer(case("infusion", age_years=age, weight_kg=Decimal(40)))) for age in (10, 16))
    assert len(outside.warnings) > len(inside.warnings)


def test_what_cannot_be_simulated_is_said_and_the_worker_goes_on():
    assert answer(case("infusion", mg=Decimal(0)))["why"] == ["0 mg is not above zero."]
    assert "code" in answer("not a case")
    assert "curves" in answer(case("spray"))


def test_the_page_process_never_loads_the_engine():
    code = "import fanlight.web.curve_client, sys; print('numba' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


@pytest.fixture
def client(monkeypatch):
    from fanlight.web.views import expected_curves

    made = CurveClient()
    monkeypatch.setattr(expected_curves, "curves", made)
    monkeypatch.setattr(expected_curves, "_WAIT_SECONDS", 60.0)
    yield made
    made.stop()


@pytest.fixture
def nurse(db):
    keep_transitions()
    fill_clinic()
    web = Client()
    web.force_login(StaffMember.objects.get(username="nurse"))
    return web


def test_the_session_and_the_planner_draw_it_and_a_killed_worker_is_started_again(nurse, client):
    session = TreatmentSession.objects.get(course__patient__family_name="Oakhollow", plan__isnull=False)
    shown = nurse.get(f"/sessions/{session.reference}/curve/").content.decode()
    assert "<svg" in shown
    assert "informs, and decides nothing" in shown
    client._process.kill()
    client._process.wait()
    other = TreatmentSession.objects.get(course__patient__family_name="Fennimore", plan__isnull=False)
    assert "<svg" in nurse.get(f"/sessions/{other.reference}/curve/").content.decode()
    prescriber = Client()
    prescriber.force_login(StaffMember.objects.get(username="prescriber"))
    patient = session.course.patient
    planned = prescriber.get(f"/patients/{patient.pk}/course/curve/?protocol=iv-racemic-induction").content.decode()
    assert "<svg" in planned


def test_what_is_not_ready_is_asked_for_again(nurse, client, monkeypatch):
    from fanlight.web.views import expected_curves

    monkeypatch.setattr(expected_curves, "_WAIT_SECONDS", 0.0)
    session = TreatmentSession.objects.get(course__patient__family_name="Oakhollow", plan__isnull=False)
    shown = nurse.get(f"/sessions/{session.reference}/curve/").content.decode()
    assert "Being worked out" in shown
    assert f'hx-get="/sessions/{session.reference}/curve/"' in shown
