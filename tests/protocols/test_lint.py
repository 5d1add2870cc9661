"""Each deliberately broken protocol shows its one fault and no other; every shipped protocol shows none."""

from pathlib import Path

import pytest

import shipped_care as shipped
from fanlight.care.protocols import LintFault, LintSeverity, Protocol, errors, lint
from fanlight.content import read

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))


def faults_of(protocol: Protocol) -> tuple[LintFault, ...]:
    return errors(lint(protocol, shipped.lint_against()))


def test_there_are_at_least_twenty_broken_files():
    assert len(BROKEN) >= 20


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_shows_the_fault_it_is_named_for_and_no_other(path):
    found = faults_of(read(path, Protocol))
    assert {fault.code for fault in found} == {path.stem}, [str(fault) for fault in found]


def test_the_file_they_were_broken_from_is_whole():
    assert faults_of(read(HERE / "compact.yaml", Protocol)) == ()


@pytest.mark.parametrize("name", sorted(shipped.protocols()))
def test_a_shipped_protocol_lints_clean(name):
    assert [str(fault) for fault in faults_of(shipped.protocols()[name])] == []


def test_recalled_and_default_facts_wait_for_a_signature():
    found = lint(shipped.protocols()["iv-racemic-induction"], shipped.lint_against())
    waiting = [fault.path for fault in found if fault.code == "needs-sign-off"]
    assert "phases[0].interval" in waiting
    assert "phases[0].dose.start" not in waiting
    assert all(fault.severity is LintSeverity.WARNING for fault in found)


def test_a_fault_says_where_it_stands_in_a_sentence():
    (fault,) = faults_of(read(HERE / "broken" / "dose-above-first-cap.yaml", Protocol))
    assert (
        str(fault) == "error dose-above-first-cap, phases[0].dose.start: The starting dose 0.5 mg/kg is above the first-dose cap 0.4 mg/kg."
    )
