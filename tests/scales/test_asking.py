"""Asking, reminding, calling, owning: thirty days with a patient who never answers, and every turn in between."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from fanlight.care.scales import ScaleError
from fanlight.care.scales.asking import (
    Ask,
    AskingPolicy,
    Closure,
    Form,
    History,
    Message,
    PatientChannel,
    Stage,
    completeness,
    next_allowed,
    owed,
)
from fanlight.content import content_folder, read

POLICY = read(content_folder() / "asking" / "policy.yaml", AskingPolicy)
NEW_YORK = ZoneInfo("America/New_York")
HOME = PatientChannel(NEW_YORK)
DUE = date(2026, 11, 10)
ASK = Ask("phq9", DUE, DUE - timedelta(days=3), DUE + timedelta(days=3))


def local(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


def at(now, history=None, channel=HOME, ask=ASK):
    return owed([ask], history or History(), channel, "dr-lee", POLICY, now)[0]


def test_thirty_days_without_an_answer_lose_no_reminder_and_a_person_owns_it_on_day_4():
    sent, owners = [], {}
    now = local(5, 0)
    while now < local(5, 0) + timedelta(days=30):
        standing = at(now, History(messages=tuple(sent)))
        if standing.next_message_at is not None and standing.next_message_at <= now:
            sent.append(Message("phq9", DUE, now, is_delivered=True))
        owners.setdefault((now.astimezone(NEW_YORK).date() - DUE).days, standing)
        now += timedelta(minutes=15)
    assert [message.at.astimezone(NEW_YORK).replace(tzinfo=None) for message in sent] == [
        datetime(2026, 11, day, 9) for day in (10, 11, 12)
    ]
    assert {day: (standing.stage, standing.owner) for day, standing in owners.items() if 0 <= day <= 4} == {
        0: (Stage.MESSAGES, ""),
        1: (Stage.MESSAGES, ""),
        2: (Stage.MESSAGES, ""),
        3: (Stage.CALL_LIST, "coordinator"),
        4: (Stage.NAMED_PERSON, "dr-lee"),
    }
    assert all(standing.owner == "dr-lee" for day, standing in owners.items() if day >= 4), "never dropped, never nobody's"
    assert owners[3].window_has_closed is False
    assert owners[4].window_has_closed is True


def test_a_server_that_was_down_sends_late_but_not_twice_in_a_night():
    late = local(11, 22)
    first = at(late)
    assert first.next_message_at == local(10, 9), "overdue: it goes as soon as it may"
    assert next_allowed(late, POLICY, NEW_YORK) == local(12, 8)
    second = at(local(12, 8, 30), History(messages=(Message("phq9", DUE, local(12, 8)),)))
    assert second.next_message_at == local(13, 8), "20 hours later is 04:00, which is quiet"


@pytest.mark.parametrize(
    ("hour", "minute", "goes"), [(7, 59, (10, 8, 0)), (8, 0, (10, 8, 0)), (19, 59, (10, 19, 59)), (20, 0, (11, 8, 0)), (23, 0, (11, 8, 0))]
)
def test_quiet_hours_on_both_sides(hour, minute, goes):
    assert next_allowed(local(10, hour, minute), POLICY, NEW_YORK) == local(*goes)


def test_quiet_hours_are_the_patients_and_keep_through_a_clock_change():
    tokyo = PatientChannel(ZoneInfo("Asia/Tokyo"))
    assert at(datetime(2026, 11, 9, 12, tzinfo=UTC), channel=tokyo).next_message_at == datetime(2026, 11, 10, 0, tzinfo=UTC)
    sunday = replace(ASK, due_on=date(2026, 11, 1), first=date(2026, 11, 1), last=date(2026, 11, 4))
    assert at(datetime(2026, 10, 31, 12, tzinfo=UTC), ask=sunday).next_message_at == datetime(2026, 11, 1, 14, tzinfo=UTC), (
        "09:00 after the clock went back"
    )


def test_before_the_due_day_nothing_is_owed():
    standing = at(local(9, 23, 59))
    assert (standing.stage, standing.next_message_at) == (Stage.NOT_DUE, local(10, 9))


@pytest.mark.parametrize(("day", "stage"), [(6, Stage.MESSAGES), (7, Stage.ANSWERED), (10, Stage.ANSWERED), (13, Stage.ANSWERED)])
def test_a_form_counts_within_its_window(day, stage):
    assert at(local(max(day, 10), 23), History(forms=(Form("phq9", local(day, 12), is_finished=True),))).stage is stage


def test_a_form_after_the_window_or_of_another_scale_does_not_answer():
    late = History(forms=(Form("phq9", local(14, 0, 1), is_finished=True), Form("gad7", local(10, 12), is_finished=True)))
    assert at(local(14, 12), late).stage is Stage.NAMED_PERSON


def test_a_form_begun_is_still_owed_and_can_be_resumed():
    standing = at(local(10, 12), History(forms=(Form("phq9", local(10, 11), is_finished=False),)))
    assert (standing.stage, standing.has_begun) == (Stage.MESSAGES, True)


def test_a_message_that_did_not_arrive_goes_to_a_person_at_once():
    lost = History(messages=(Message("phq9", DUE, local(10, 9), is_delivered=False),))
    standing = at(local(10, 9, 5), lost)
    assert (standing.stage, standing.owner, standing.next_message_at) == (Stage.CALL_LIST, "coordinator", None)
    assert at(local(14, 9), lost).stage is Stage.NAMED_PERSON


def test_messages_stop_the_moment_they_must_and_a_person_owns_the_rest():
    stopped = PatientChannel(NEW_YORK, local(10, 10), "asked for no messages")
    assert at(local(10, 9, 59), channel=stopped).stage is Stage.MESSAGES
    standing = at(local(10, 10), channel=stopped)
    assert (standing.stage, standing.owner, standing.because, standing.next_message_at) == (
        Stage.NAMED_PERSON,
        "dr-lee",
        "asked for no messages",
        None,
    )


def test_only_a_person_closes_what_was_not_answered():
    closure = Closure("phq9", DUE, local(20, 9), "dr-lee", "in hospital")
    assert at(local(21, 9), History(closures=(closure,))).because == "in hospital"
    assert at(local(21, 9), History(closures=(replace(closure, due_on=date(2026, 10, 1)),))).owner == "dr-lee"


def test_after_all_messages_nothing_more_is_sent():
    three = tuple(Message("phq9", DUE, local(day, 9)) for day in (10, 11, 12))
    standing = at(local(12, 21), History(messages=three))
    assert (standing.stage, standing.next_message_at) == (Stage.MESSAGES, None)


def test_nobody_may_not_own_it():
    with pytest.raises(ScaleError, match="no person is named"):
        owed([ASK], History(), HOME, " ", POLICY, local(10, 9))


def test_completeness_counts_what_has_come_due():
    asks = [
        replace(
            ASK, due_on=DUE + timedelta(days=7 * week), first=DUE + timedelta(days=7 * week - 3), last=DUE + timedelta(days=7 * week + 3)
        )
        for week in range(4)
    ]
    history = History(forms=(Form("phq9", local(10, 12), is_finished=True),))
    found = completeness(owed(asks, history, HOME, "dr-lee", POLICY, local(24, 12)))
    assert (found.due, found.answered, found.missing, found.still_open) == (3, 1, 1, 1)


@pytest.mark.parametrize(
    "changed",
    [{"call_list_on_day": 2}, {"named_person_on_day": 2}, {"reminders_on_days": (2, 1)}, {"ask_at": time(7, 59)}, {"ask_at": time(20)}],
)
def test_a_policy_that_cannot_work_is_refused(changed):
    with pytest.raises(ScaleError, match="asking policy"):
        replace(POLICY, **changed)
