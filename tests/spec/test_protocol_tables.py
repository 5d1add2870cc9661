"""The regimens of the reference as a clinician would check them, one line each.

Source: treatment protocols reference, sections 3.1 to 3.8 and 4.1, read 2026-11-21.
"""

import pytest

import shipped_care as shipped

#  protocol                         drug              route            start       minutes  sessions  usual days    jurisdictions
REGIMENS = """
iv-racemic-induction               racemic_ketamine  intravenous      0.5 mg/kg    40       6         3,4           US EU UK CA AU NZ
iv-racemic-single                  racemic_ketamine  intravenous      0.5 mg/kg    40       1         1             US EU UK CA AU NZ
iv-racemic-induction-thrice        racemic_ketamine  intravenous      0.5 mg/kg    40       6         2,2,3         US EU UK CA AU NZ
iv-racemic-slow                    racemic_ketamine  intravenous      0.5 mg/kg    100      6         3,4           US EU UK CA AU NZ
iv-racemic-titrated                racemic_ketamine  intravenous      0.5 mg/kg    40       6         3,4           US EU UK CA AU NZ
iv-racemic-maintenance             racemic_ketamine  intravenous      0.5 mg/kg    40       4         7             US EU UK CA AU NZ
iv-racemic-dose-range              racemic_ketamine  intravenous      0.5 mg/kg    40       1         1             US EU UK CA AU NZ
iv-racemic-alcohol-use             racemic_ketamine  intravenous      0.8 mg/kg    40       3         7             US EU UK CA AU NZ
iv-racemic-alcohol-use-bolus       racemic_ketamine  intravenous      0.71 mg/kg   52       1         1             US EU UK CA AU NZ
iv-racemic-ptsd                    racemic_ketamine  intravenous      0.5 mg/kg    40       6         2,2,3         US EU UK CA AU NZ
im-racemic-low                     racemic_ketamine  intramuscular    0.25 mg/kg   -        6         3,4           US EU UK CA AU NZ
sc-racemic-fixed                   racemic_ketamine  subcutaneous     0.5 mg/kg    -        8         3,4           US EU UK CA AU NZ
sc-racemic-flexible                racemic_ketamine  subcutaneous     0.5 mg/kg    -        8         3,4           US EU UK CA AU NZ
nasal-racemic                      racemic_ketamine  nasal            50 mg        20       1         1             US EU UK CA AU NZ
oral-racemic-twice-weekly          racemic_ketamine  oral             1 mg/kg      -        12        3,4           US EU UK CA AU NZ
oral-racemic-thrice-weekly         racemic_ketamine  oral             1 mg/kg      -        9         2,2,3         US EU UK CA AU NZ
oral-racemic-stepped               racemic_ketamine  oral             50 mg        -        -         3             US EU UK CA AU NZ
sublingual-racemic-very-low        racemic_ketamine  sublingual       10 mg        -        -         3             US EU UK CA AU NZ
sublingual-racemic-troche          racemic_ketamine  sublingual       100 mg       -        6         7             US EU UK CA AU NZ
esketamine-us-trd                  esketamine        nasal            56 mg        -        8         3,4           US
esketamine-us-acute-suicidality    esketamine        nasal            84 mg        -        8         3,4           US
esketamine-eu-trd-adult            esketamine        nasal            56 mg        -        8         3,4           EU UK
esketamine-eu-trd-65               esketamine        nasal            28 mg        -        8         3,4           EU UK
esketamine-eu-acute-adult          esketamine        nasal            56 mg        -        8         3,4           EU UK
esketamine-eu-acute-65             esketamine        nasal            28 mg        -        8         3,4           EU UK
pain-crps-continuous               racemic_ketamine  intravenous      22 mg/h      5760     1         30            US EU UK CA AU NZ
pain-crps-day                      racemic_ketamine  intravenous      0.35 mg/kg/h 240      10        1             US EU UK CA AU NZ
pain-spinal-cord-injury            racemic_ketamine  intravenous      0.4 mg/kg    57       7         1             US EU UK CA AU NZ
pain-general                       racemic_ketamine  intravenous      80 mg        121      1         28            US EU UK CA AU NZ
kap-three-practice                 racemic_ketamine  intramuscular    0.5 mg/kg    -        6         7             US EU UK CA AU NZ
kap-norway                         racemic_ketamine  intramuscular    0.5 mg/kg    -        4         14            EU UK
kap-office-oral                    racemic_ketamine  sublingual       100 mg       -        6         7             US EU UK CA AU NZ
psilocybin-comp001                 psilocybin        oral             25 mg        -        1         1             US EU UK CA AU NZ
psilocybin-comp005                 psilocybin        oral             25 mg        -        1         1             US EU UK CA AU NZ
psilocybin-comp006                 psilocybin        oral             25 mg        -        2         21            US EU UK CA AU NZ
psilocybin-usona                   psilocybin        oral             25 mg        -        1         1             US EU UK CA AU NZ
adolescent-iv-racemic              racemic_ketamine  intravenous      0.5 mg/kg    40       2         14            US EU UK CA AU NZ
adolescent-esketamine              esketamine        nasal            28 mg        -        8         3,4           US EU UK CA AU NZ
home-sublingual-racemic            racemic_ketamine  sublingual       100 mg       -        4         7             US
home-oral-extended-release         racemic_ketamine  oral             180 mg       -        4         7             US
"""
ROWS = [line.split() for line in REGIMENS.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_regimen_is_as_the_reference_has_it(row):
    name, drug, route, number, unit, minutes, sessions, usual, *jurisdictions = row
    protocol = shipped.protocols()[name]
    phase = protocol.phases[0]
    dose = phase.dose
    assert (protocol.id, protocol.drug.value, protocol.route.value) == (name, drug, route)
    assert str(dose.start) == f"{number} {unit}"
    assert (str(dose.minutes.value) if dose.minutes else "-") == minutes
    assert (str(phase.session_count) if phase.session_count else "-") == sessions
    assert ",".join(map(str, phase.interval.usual_days)) == usual
    assert list(protocol.jurisdictions) == jurisdictions


def test_every_shipped_protocol_stands_in_the_table():
    assert {row[0] for row in ROWS} == set(shipped.protocols())


#  protocol                         doses allowed         first dose at most   minutes watched   from
ESKETAMINE = """
esketamine-us-trd                  56,84                 56                   120               last_device
esketamine-us-acute-suicidality    56,84                 -                    120               last_device
esketamine-eu-trd-adult            56,84                 56                   120               last_device
esketamine-eu-trd-65               28,56,84              28                   120               last_device
"""


@pytest.mark.parametrize("row", [line.split() for line in ESKETAMINE.strip().splitlines()], ids=lambda row: row[0])
def test_esketamine_devices_and_observation(row):
    name, allowed, first, minutes, anchor = row
    protocol = shipped.protocols()[name]
    for phase in protocol.phases:
        assert ",".join(str(choice.value) for choice in phase.dose.allowed) == allowed
        assert (str(phase.dose.device), str(phase.dose.rest_minutes)) == ("28 mg", "5 min")
    cap = protocol.phases[0].dose.first
    assert (str(cap.value) if cap else "-") == first
    watch = protocol.monitoring.observation
    assert (str(watch.minutes), watch.anchor.value) == (minutes, anchor)


def test_esketamine_steps_down_from_twice_weekly_to_weekly_to_every_two_weeks():
    phases = shipped.protocols()["esketamine-us-trd"].phases
    assert [(phase.session_count, phase.interval.usual_days) for phase in phases] == [(8, (3, 4)), (4, (7,)), (None, (14,))]


def test_acute_treatment_is_four_weeks_and_no_more():
    for name in ("esketamine-us-acute-suicidality", "esketamine-eu-acute-adult", "esketamine-eu-acute-65"):
        assert [phase.session_count for phase in shipped.protocols()[name].phases] == [8]


def test_only_what_a_label_carries_is_called_labelled():
    labelled = {name for name, item in shipped.protocols().items() if not item.off_label}
    assert labelled == {name for name in shipped.protocols() if name.startswith("esketamine-")}


def test_psilocybin_and_youth_stand_behind_a_trial():
    for name, protocol in shipped.protocols().items():
        if protocol.drug.value == "psilocybin" or protocol.age.minimum.value < 18:
            assert protocol.trial is not None, name
        assert (protocol.youth is not None) == (protocol.age.minimum.value < 18), name


def test_home_use_is_racemic_whole_and_off():
    home = [item for item in shipped.protocols().values() if item.setting == "home"]
    assert len(home) == 2
    for protocol in home:
        assert protocol.drug.value == "racemic_ketamine"
        assert protocol.enabled_by_default is False
        assert protocol.home is not None
        assert [rung.number for rung in protocol.home.rungs] == [0, 1, 2, 3, 4]
        numbers = {name: str(value) for name, value in protocol.home.numbers.items()}
        assert (numbers["systolic_below_mmhg"], numbers["diastolic_below_mmhg"]) == ("140 mmHg", "90 mmHg")
        assert (numbers["sessions_per_week"], numbers["doses_per_prescription"]) == ("1 session", "6 dose")
        assert protocol.phases[0].interval.minimum_days == 6


@pytest.mark.parametrize(
    ("name", "preparation", "opens", "closes"),
    [("kap-three-practice", 2, 24, 72), ("kap-norway", 2, 24, 72), ("kap-office-oral", 1, 12, 36)],
)
def test_each_psychotherapy_model_prepares_and_integrates(name, preparation, opens, closes):
    rules = {rule.kind.value: rule for rule in shipped.protocols()[name].follow_up.therapy}
    assert rules["preparation"].count.value == preparation
    assert (rules["integration"].opens.value, rules["integration"].closes.value) == (opens, closes)
    assert rules["integration"].required


def test_the_first_two_protocols_ask_what_their_sources_ask():
    esketamine = shipped.protocols()["esketamine-us-trd"].follow_up
    assert [item.id for item in esketamine.decisions] == ["week_4_benefit", "least_frequent"]
    assert [item.answer.value for item in esketamine.missed_visits] == ["continue", "step_back", "review"]
    ketamine = shipped.protocols()["iv-racemic-induction"]
    assert "Follow responders for 6 months." in [item.text for item in ketamine.requirements]


def test_nothing_that_must_not_be_told_stands_in_a_protocol():
    from fanlight.care.protocols import protocol_document

    forbidden = ("fda-approved ketamine", "prevents suicide", "cure", "no risk", "not addictive", "replaces hospital", "safe at home")
    for protocol in shipped.protocols().values():
        written = protocol_document(protocol)
        text = " ".join([written.title, written.summary, *(entry.text for entry in written.entries())]).lower()
        text = text.replace("not shown to prevent suicide, and it does not replace hospital care", "")
        assert not [words for words in forbidden if words in text], protocol.id
