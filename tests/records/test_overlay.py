"""A clinic changes its infusion protocol: an own file, checked, compared, signed. New courses follow it; running ones do not."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fanlight.care.protocols import compare
from fanlight.care.protocols.session import PlannedDose
from fanlight.cli import main
from fanlight.content import ContentError, content_folder
from fanlight.core.errors import InputError
from fanlight.records.actions.courses import CourseError, current_signature, open_course, order_session, sign_protocol
from fanlight.records.library import Library, library
from fanlight.records.models import AuditEvent, Decision, ProtocolSignature
from fanlight.records.plans import load_plan
from fanlight.records.policies import NotAllowedError
from fanlight.records.session_path import keep_transitions
from fanlight.records.site_overlay import OverlayError
from records.conftest import PASSWORD, make_clinic

ID = "iv-racemic-induction"
DAY = date(2026, 11, 12)
STRICTER = (
    ('version: "1.0.0"', 'version: "1.0.0-larkfield"'),
    ("relation: at_or_above, value: 160, response: alert", "relation: at_or_above, value: 150, response: alert"),
)


def changed(folder: Path, *changes: tuple[str, str], name: str = ID) -> Library:
    """The shipped infusion protocol in a folder of the clinic's own, with words exchanged."""
    text = (content_folder() / "protocols" / f"{ID}.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Library(overlay=folder)


@pytest.fixture
def own(tmp_path) -> Library:
    return changed(tmp_path / "own", *STRICTER)


def sign(clinic, shelf: Library, by=None) -> ProtocolSignature:
    return sign_protocol(site=clinic.site, protocol_id=ID, library=shelf, by=by or clinic.medical_director, at=clinic.at)


def decided(clinic, session=None) -> Decision:
    made = Decision(
        patient=clinic.patient,
        session=session,
        intention="order" if session else "screen",
        protocol_id=ID,
        stage="order" if session else "screen",
        outcome="PROCEED",
        is_passed=True,
        result={},
        decided_by=clinic.prescriber,
        decided_at=clinic.at,
    )
    made.save()
    return made


def course_on(clinic, signature, days=(DAY,)):
    return open_course(
        patient=clinic.patient,
        signature=signature,
        decision=decided(clinic),
        starts_on=days[0],
        planned=days,
        plan={},
        by=clinic.prescriber,
        at=clinic.at,
    )


def alert_limit(clinic, course, shelf: Library) -> Decimal:
    """Where the plan of an ordered session alerts on systolic pressure."""
    session = course.sessions.order_by("number").last()
    order_session(
        session=session,
        phase_id="induction",
        dose=PlannedDose(Decimal("36"), None, 40, Decimal("75"), Decimal("50"), Decimal("0.72")),
        dose_shown={"dose": {"mg": "36"}},
        decision=decided(clinic, session),
        extra_observation_minutes=0,
        library=shelf,
        by=clinic.prescriber,
        at=clinic.at,
    )
    session.refresh_from_db()
    return next(limit.value for limit in load_plan(session.plan).limits if limit.id == "systolic_alert")


def test_the_overlay_is_what_is_in_force_and_everything_else_is_as_shipped(own):
    shipped = library()
    assert own.protocols[ID].version == "1.0.0-larkfield"
    assert set(own.overlaid.replaced) == {ID}
    assert own.version != shipped.version
    assert own.shipped_version == shipped.shipped_version
    assert {name for name in shipped.protocols if own.protocols[name] != shipped.protocols[name]} == {ID}


def test_the_text_that_is_signed_is_the_file_byte_for_byte_as_it_was_read(own, tmp_path):
    path = tmp_path / "own" / f"{ID}.yaml"
    text = path.read_text(encoding="utf-8")
    assert own.protocol_text(ID) == text
    path.write_text(text.replace("value: 150", "value: 170"), encoding="utf-8")
    assert own.protocol_text(ID) == text, "changed under a running process: shown and signed would differ"
    assert Library(overlay=tmp_path / "own").protocol_text(ID) != text


def test_the_change_is_told_in_clinical_sentences(own):
    said = [item.sentence for item in compare(own.shipped_protocols[ID], own.protocols[ID])]
    assert len(said) == 1, said
    assert "160" in said[0]
    assert "150" in said[0]


@pytest.mark.django_db
def test_a_new_course_follows_the_signed_change_and_a_running_one_does_not(clinic, own):
    keep_transitions()
    first = course_on(clinic, sign(clinic, library()), days=(DAY, date(2026, 11, 16)))
    assert current_signature(clinic.site, ID, own) is None, "the new text is nobody's yet"
    signature = sign(clinic, own)
    assert signature.content_text == own.protocol_text(ID)
    assert alert_limit(clinic, first, own) == 160, "the running course stays on the version it began with"
    from fanlight.records.actions.courses import end_course

    end_course(course=first, kind="completed", reason="done", by=clinic.prescriber, at=clinic.at)
    assert alert_limit(clinic, course_on(clinic, signature), own) == 150


@pytest.mark.django_db
def test_a_course_outlives_the_overlay_it_began_under(clinic, tmp_path):
    keep_transitions()
    own = changed(tmp_path / "own", (f"id: {ID}", "id: larkfield-infusion"), *STRICTER, name="larkfield-infusion")
    signature = sign_protocol(site=clinic.site, protocol_id="larkfield-infusion", library=own, by=clinic.medical_director, at=clinic.at)
    assert library().pinned_protocol("larkfield-infusion", signature.content_text) == own.protocols["larkfield-infusion"]


@pytest.mark.django_db
def test_a_text_that_contradicts_itself_cannot_be_signed_and_every_contradiction_is_named(clinic, tmp_path):
    own = changed(tmp_path / "own", *STRICTER, ("cap: {value: 80, unit: mg", "cap: {value: 400, unit: mg"))
    with pytest.raises(InputError, match="FAN-COURSE-010") as refused:
        sign(clinic, own)
    assert refused.value.faults
    assert not ProtocolSignature.objects.exists()
    assert AuditEvent.objects.order_by("-sequence").first().action == "refused:sign_protocol"


@pytest.mark.django_db
def test_only_the_medical_director_signs(clinic, own):
    for role in ("prescriber", "nurse", "administrator"):
        with pytest.raises(NotAllowedError, match="medical director"):
            sign(clinic, own, by=getattr(clinic, role))


@pytest.mark.django_db
def test_a_course_cannot_begin_on_another_clinics_signature(clinic, own):
    other = make_clinic("other")
    theirs = sign_protocol(site=other.site, protocol_id=ID, library=own, by=other.medical_director, at=other.at)
    with pytest.raises(CourseError, match="FAN-COURSE-003"):
        course_on(clinic, theirs)


def test_a_folder_that_is_not_there_is_said():
    with pytest.raises(OverlayError, match="FAN-LIB-001"):
        _ = Library(overlay=Path("nowhere-at-all")).protocols


def test_every_fault_of_every_file_is_named_at_once(tmp_path):
    changed(tmp_path, ("weight_basis: actual", "weight_bassis: actual"))
    own = changed(tmp_path, ("value: 0.5, unit: mg/kg, source: S10", "value: half, unit: mg/kg, source: S10"), name="second")
    with pytest.raises(ContentError) as refused:
        _ = own.protocols
    said = str(refused.value)
    assert f"{ID}.yaml weight_bassis" in said
    assert "second.yaml phases[0].dose.start" in said


def test_an_overlay_that_keeps_the_shipped_version_is_refused(tmp_path):
    own = changed(tmp_path / "own", STRICTER[1])
    with pytest.raises(InputError, match="FAN-PROT-005"):
        _ = own.protocols


def test_the_folder_comes_from_the_environment(own, monkeypatch):
    library.cache_clear()
    monkeypatch.setenv("FANLIGHT_OVERLAY", str(own.overlay))
    try:
        assert library().protocols[ID].version == "1.0.0-larkfield"
    finally:
        library.cache_clear()


@pytest.fixture
def command(monkeypatch, capsys):
    """Run `fanlight protocol ...` with what is typed; gives the exit code, what it said and what it complained of."""

    def run_it(*args: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["protocol", *args])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run_it


@pytest.mark.django_db
def test_the_whole_route_by_commands(clinic, own, command):
    """Lint, compare, sign; then the same text needs no second signature."""
    folder = str(own.overlay)
    code, said, _ = command("lint", folder)
    assert (code, "0 errors" in said) == (0, True)
    code, said, _ = command("diff", ID, ID, "--overlay", folder)
    assert code == 0
    assert "150: alert" in said
    sign_it = ("sign", ID, "--site", "larkfield", "--as", "larkfield-medical_director", "--overlay", folder)
    code, said, complaint = command(*sign_it, typed="not-the-password\n")
    assert (code, "FAN-SIGN-001" in complaint) == (1, True)
    assert not ProtocolSignature.objects.exists()
    code, said, complaint = command(*sign_it, typed=f"{PASSWORD}\n")
    assert code == 0, complaint
    assert "recalled or a default. The signature takes them on:" in said
    assert "Signed by Medical Director Person" in said
    assert "approved for use at this clinic" in said
    row = ProtocolSignature.objects.get()
    assert row.content_text == own.protocol_text(ID)
    entry = AuditEvent.objects.filter(action="sign_protocol").first()
    assert "approved for use" in json.dumps(entry.details if hasattr(entry, "details") else str(vars(entry)), default=str)
    code, said, _ = command(*sign_it, typed=f"{PASSWORD}\n")
    assert (code, "is signed already" in said) == (0, True)
    assert ProtocolSignature.objects.count() == 1


@pytest.mark.django_db
def test_a_prescriber_and_an_unknown_clinic_are_refused_by_the_command(clinic, own, command):
    args = ("sign", ID, "--overlay", str(own.overlay))
    code, _, complaint = command(*args, "--site", "larkfield", "--as", "larkfield-prescriber", typed=f"{PASSWORD}\n")
    assert (code, "medical director" in complaint) == (1, True)
    code, _, complaint = command(*args, "--site", "lark", "--as", "larkfield-medical_director", typed=f"{PASSWORD}\n")
    assert (code, "FAN-SITE-005" in complaint, "larkfield" in complaint) == (1, True, True)
    assert not ProtocolSignature.objects.exists()


@pytest.mark.django_db
def test_the_command_asks_for_no_password_while_the_text_contradicts_itself(clinic, tmp_path, command):
    own = changed(tmp_path / "own", *STRICTER, ("cap: {value: 80, unit: mg", "cap: {value: 400, unit: mg"))
    code, _, complaint = command("sign", ID, "--site", "larkfield", "--as", "larkfield-medical_director", "--overlay", str(own.overlay))
    assert (code, "cannot be signed yet" in complaint) == (1, True)
    assert "cap" in complaint
