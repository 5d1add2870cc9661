"""The one list of session states."""

from fanlight.care.sessions import BY_RECORD, ENDED, INTENDED, TRANSITIONS, SessionStatus, transition_diagram


def test_every_state_is_in_the_table_and_may_be_reached() -> None:
    assert set(TRANSITIONS) == set(SessionStatus)
    reached = {end for ends in INTENDED.values() for end in ends}
    assert reached == set(SessionStatus) - {SessionStatus.PLANNED}


def test_no_state_is_open_for_ever() -> None:
    for status in set(SessionStatus) - ENDED:
        seen, todo = set(), [status]
        while todo:
            seen.add(here := todo.pop())
            todo += [end for end in INTENDED[here] if end not in seen]
        assert seen & ENDED, status


def test_an_end_never_becomes_another_end() -> None:
    for end in ENDED:
        assert not INTENDED[end]
        assert not TRANSITIONS[end] & ENDED


def test_leaving_against_advice_and_transfer_are_always_possible_once_here() -> None:
    for status in set(SessionStatus) - ENDED - {SessionStatus.PLANNED}:
        assert {SessionStatus.LEFT_AGAINST_ADVICE, SessionStatus.TRANSFERRED} <= INTENDED[status]


def test_nobody_is_discharged_by_intention_before_a_dose() -> None:
    for status in (SessionStatus.PLANNED, SessionStatus.ARRIVED, SessionStatus.CHECKED, SessionStatus.DOSING):
        assert SessionStatus.DISCHARGED not in INTENDED[status]


def test_a_fact_recorded_late_may_move_a_session_anywhere_from_an_open_state() -> None:
    for status in set(SessionStatus) - ENDED:
        assert TRANSITIONS[status] == set(SessionStatus) - {status}
        assert not INTENDED[status] & BY_RECORD[status]


def test_the_diagram_is_drawn_from_the_table() -> None:
    text = transition_diagram()
    arrows = sum(len(ends) for ends in INTENDED.values())
    assert text.count(" --> ") == arrows + 1 + len(ENDED)
    assert "dosing --> paused" in text
