"""The front page over the demo clinic: who is in the house, for what, since and until when; and what leads what is owed."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.test import Client

from fanlight.core.instants import clinic_date
from fanlight.records.actions.tasks import RISK_KIND, open_task
from fanlight.records.models import Patient, StaffMember, Task, TreatmentSession
from fanlight.sample.course import on_open_days
from fanlight.web.pages.today import DANGER_FIRST, visit_rows

pytestmark = pytest.mark.django_db


def rows(cast) -> dict[str, object]:
    today = TreatmentSession.objects.filter(planned_on=clinic_date(cast.now, cast.site.zone)).select_related("course__patient__site")
    return {row.name.split()[1]: row for row in visit_rows(today, cast.now, may_see=True)}


def wall(cast, minutes: int) -> str:
    return (cast.now + timedelta(minutes=minutes)).astimezone(cast.site.zone).strftime("%H:%M")


def test_each_visit_says_what_it_is_for_and_where_it_stands(cast):
    found = rows(cast)
    silas, odette, bram = found["Wintergreen"], found["Fennimore"], found["Oakhollow"]
    assert silas.what == "Ketamine infusion, 36.2 mg · session 1"
    assert silas.state == f"checked, here since {wall(cast, -25)}"
    assert odette.what == "esKETAmine nasal spray, 56 mg · session 1"
    assert odette.state.startswith(f"dosed {wall(cast, -40)}, observed until {wall(cast, 85)} at least")  # two hours from the second device
    assert bram.state.startswith(f"dosed {wall(cast, -115)}, observed long enough")
    assert all(row.is_here and not row.is_over for row in found.values())


def test_an_open_alarm_is_in_the_line_of_its_visit(cast):
    found = rows(cast)
    for name, words in (("Meadowsweet", "Systolic 172 mmHg"), ("Orchardsey", "102 mmHg")):
        assert words in found[name].state
        assert found[name].shape == "hold"


def test_a_danger_leads_then_an_alert_nobody_has_seen_then_the_clock(cast):
    patient, doctor = Patient.objects.get(family_name="Candlewick"), cast.staff["prescriber"]
    due = cast.now + timedelta(hours=1)
    open_task(
        site=cast.site, key="t:risk", kind=RISK_KIND, title="Call", owner=doctor, due_at=due, next_owner=None, escalates_at=None,
        patient=patient, at=cast.now, by=None,
    )  # fmt: skip
    order = list(Task.objects.filter(closed_at__isnull=True).order_by(*DANGER_FIRST))
    kinds = ["risk" if task.kind == RISK_KIND else "alert" if ":alert:" in task.key else "other" for task in order]
    assert kinds[0] == "risk"
    assert kinds.index("other") == 1 + kinds.count("alert") > 1
    latest_alert, first_other = order[kinds.count("alert")], order[kinds.index("other")]
    assert latest_alert.due_at > first_other.due_at, "late paperwork would else stand first"


def test_the_page_says_it_to_a_nurse(cast):
    client = Client()
    client.force_login(StaffMember.objects.get(username="nurse"))
    text = client.get("/").content.decode()
    assert "five people in the house" in text.casefold()
    assert "esKETAmine nasal spray, 56 mg" in text


@pytest.mark.parametrize("ahead", range(14))
def test_the_demos_visits_lie_on_days_the_clinic_gives_doses(cast, ahead):
    """Whatever day the demo is made on: today stays, the rest lies on open days in its order, two days apart at least."""
    from dataclasses import replace

    later = replace(cast, now=cast.now + timedelta(days=ahead))
    today, calendar = clinic_date(later.now, cast.site.zone), cast.library.calendars[cast.site.calendar_id]
    for offsets in ((0, 4, 7, 11, 14, 18), (-10, -6, -3, 1, 4, 8), (-40, -36, -33, -29), (1,)):
        days = on_open_days(later, [today + timedelta(days=offset) for offset in offsets])
        assert len(days) == len(offsets)
        assert all(calendar.why_not(day) is None for day in days if day != today)
        assert all(second - first >= timedelta(days=2) for first, second in pairwise(days))
        assert sum(day < today for day in days) == sum(offset < 0 for offset in offsets)
