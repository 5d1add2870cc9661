"""The monitoring form's clock: seven calendar days after every esketamine session in the United States, chased on day five."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chair import Chair, at, before, iv_plan, nasal_plan
from fanlight.care.sessions import alerts, fold
from fanlight.care.sessions.owed import session_owes
from fanlight.records.library import library

IV, NASAL = iv_plan(), nasal_plan()


def owed_forms(plan, *said):
    chair = Chair()
    before(chair)
    for kind, minute, payload in said:
        chair.say(kind, minute, **payload)
    state, now = fold(chair.events, plan), at(400)
    found = session_owes(state, plan, now, alerts(state, plan, now), library().session_owed_times)
    return [item for item in found if item.kind == "monitoring_form"]


TAKEN = ("device_taken", 65, {"number": 1, "mg": "28"})
LEFT = ("left_against_advice", 195, {"was_advised": True})


def test_a_session_in_which_a_device_was_taken_owes_the_form_within_seven_days_of_its_end():
    (form,) = owed_forms(NASAL, TAKEN, LEFT)
    assert form.due_at == at(195) + timedelta(days=7)
    assert form.escalates_at == at(195) + timedelta(days=5)
    assert form.who == "nurse"
    assert "nothing is sent from here" in form.sentence


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (NASAL, [TAKEN]),  # not ended yet
        (NASAL, [("cancelled_before_dose", 70, {"reason": "unwell"})]),  # nothing given
        (replace(NASAL, jurisdiction="EU"), [TAKEN, LEFT]),  # elsewhere
        (IV, [LEFT]),  # another drug
    ],
)
def test_no_other_session_owes_it(plan, said):
    assert owed_forms(plan, *said) == []
