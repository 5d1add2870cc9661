"""The audit chain: beside every change, anchored at commit, and telling when something was bent."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from fanlight.records.actions.patients import (
    PatientError,
    add_history,
    correct_demographics,
    current_history,
    record_facts,
    register_patient,
    sign_consent,
    strike_fact,
    strike_history,
    suspected_duplicates,
    withdraw_consent,
)
from fanlight.records.audit import FIRST_HASH, StaleError, change, entry_text, read_head, write_head
from fanlight.records.canonical import canonical_json, sha256
from fanlight.records.guards import APPEND_ONLY_TABLES, NEVER_DELETED_TABLES
from fanlight.records.models import AppendOnlyError, AuditEvent, Patient, PatientFact, Recorded
from fanlight.records.policies import NotAllowedError

pytestmark = pytest.mark.django_db


def test_every_change_has_its_link_and_the_chain_holds(clinic):
    record_facts(
        patient=clinic.patient, facts=[{"name": "is_pregnant", "value": False}], by=clinic.nurse, at=clinic.at, source="asked, denied"
    )
    last = FIRST_HASH
    for number, event in enumerate(AuditEvent.objects.order_by("sequence"), start=1):
        assert event.sequence == number
        assert event.previous_hash == last
        assert event.hash == sha256(last + entry_text(event))
        last = event.hash
    assert AuditEvent.objects.order_by("-sequence").first().action == "record_facts"


def test_a_change_that_fails_leaves_neither_change_nor_link(clinic):
    before = AuditEvent.objects.count()
    row = PatientFact(
        patient=clinic.patient, name="x", value=1, true_at=clinic.at, entered_at=clinic.at, entered_by=clinic.nurse, source="t"
    )

    def fail_midway():
        with change("trial", at=clinic.at, by=clinic.nurse) as entry:
            entry.add(row)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert AuditEvent.objects.count() == before
    assert not PatientFact.objects.filter(name="x").exists()


def test_names_never_enter_the_chain(clinic):
    correct_demographics(patient=clinic.patient, seen_version=1, family_name="Canary", by=clinic.nurse, at=clinic.at)
    text = " ".join(canonical_json([e.details, e.rows]) for e in AuditEvent.objects.all())
    for word in ("O'Dell", "Ada", "Canary", "1985-02-03"):
        assert word not in text


@pytest.mark.parametrize("table", APPEND_ONLY_TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_itself_keeps_every_fact(clinic, table, verb):
    """Tried on the tables that hold a row here; the triggers' presence is tried on all."""
    statement = verb.format(table=table).replace(
        "SET id = id", "SET sequence = sequence" if table == "records_auditevent" else "SET id = id"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        has_rows = cursor.fetchone()[0] > 0
    if has_rows:
        with pytest.raises(DatabaseError, match="FAN-REC-004"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT trigger_name FROM information_schema.triggers WHERE event_object_table = %s",
    }
    with connection.cursor() as cursor:
        cursor.execute(names[connection.vendor], [table])
        assert {f"{table}_no_update", f"{table}_no_delete"} <= {row[0] for row in cursor.fetchall()}


def test_every_append_only_model_is_guarded():
    from django.apps import apps

    tables = {m._meta.db_table for m in apps.get_app_config("records").get_models() if getattr(m, "is_append_only", False)}
    assert tables == set(APPEND_ONLY_TABLES)
    versioned = {m._meta.db_table for m in apps.get_app_config("records").get_models() if issubclass(m, Recorded) and not m.is_append_only}
    assert versioned == set(NEVER_DELETED_TABLES)


def test_a_fact_cannot_be_saved_twice_or_deleted(clinic):
    fact = record_facts(
        patient=clinic.patient, facts=[{"name": "weight_kg", "value": "72.4"}], by=clinic.nurse, at=clinic.at, source="measured"
    )[0]
    with pytest.raises(AppendOnlyError):
        fact.save()
    with pytest.raises(AppendOnlyError):
        fact.delete()


def test_the_second_of_two_writers_is_told(clinic):
    one, two = Patient.objects.get(), Patient.objects.get()
    correct_demographics(patient=one, seen_version=one.row_version, phone="1", by=clinic.nurse, at=clinic.at)
    with pytest.raises(StaleError, match="somebody changed it"):
        correct_demographics(patient=two, seen_version=1, phone="2", by=clinic.front_desk, at=clinic.at)
    assert Patient.objects.get().phone == "1"


def test_a_struck_fact_stays_readable_and_needs_a_reason(clinic):
    fact = record_facts(
        patient=clinic.patient, facts=[{"name": "weight_kg", "value": "724"}], by=clinic.nurse, at=clinic.at, source="measured"
    )[0]
    with pytest.raises(PatientError, match="FAN-PAT-003"):
        strike_fact(fact=fact, reason=" ", by=clinic.nurse, at=clinic.at)
    strike_fact(fact=fact, reason="typed without the point", by=clinic.nurse, at=clinic.at)
    assert PatientFact.objects.count() == 2


def test_a_line_of_history_is_replaced_or_struck_and_the_old_stays(clinic):
    line = add_history(
        patient=clinic.patient, kind="medications", details={"name": "sertraline"}, by=clinic.nurse, at=clinic.at, source="asked"
    )
    better = add_history(
        patient=clinic.patient,
        kind="medications",
        details={"name": "sertraline", "dose": "100"},
        by=clinic.nurse,
        at=clinic.at,
        source="asked",
        replaces=line,
    )
    assert [row.pk for row in current_history(clinic.patient, "medications")] == [better.pk]
    strike_history(line=better, reason="another patient's", by=clinic.nurse, at=clinic.at)
    assert [row.pk for row in current_history(clinic.patient, "medications")] == [line.pk]  # as with a fact: the one before it holds again
    strike_history(line=line, reason="another patient's", by=clinic.nurse, at=clinic.at)
    assert current_history(clinic.patient, "medications") == []
    assert clinic.patient.history.count() == 4


def test_consent_is_signed_and_withdrawn_on_record(clinic):
    values = {"document_id": "treatment", "document_version": "1", "document_hash": "0" * 64, "signer_relation": "patient"}
    with pytest.raises(PatientError, match="FAN-PAT-004"):
        sign_consent(patient=clinic.patient, signer=" ", signed_at=clinic.at, by=clinic.nurse, at=clinic.at, **values)
    late = clinic.at
    with pytest.raises(PatientError, match="FAN-PAT-005"):
        sign_consent(patient=clinic.patient, signer="Ada", signed_at=clinic.at, by=clinic.nurse, at=late, **values)
    consent = sign_consent(patient=clinic.patient, signer="Ada", signed_at=late, by=clinic.nurse, at=clinic.at, **values)
    withdrawal = withdraw_consent(consent=consent, withdrawn_at=clinic.at, reason="", by=clinic.nurse, at=clinic.at)
    assert consent.withdrawal == withdrawal


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"family_name": "  "}, "FAN-PAT-001"),
        ({"birth_date": date(2026, 11, 13)}, "FAN-PAT-002"),
        ({"birth_date": date(1890, 1, 1)}, "FAN-PAT-002"),
    ],
)
def test_a_person_who_cannot_be_is_refused(clinic, values, code):
    given = {"family_name": "Vane", "given_names": "Elspeth", "birth_date": date(1970, 1, 1), "sex": "female"} | values
    with pytest.raises(PatientError, match=code):
        register_patient(**given, by=clinic.nurse, at=clinic.at, today=date(2026, 11, 12))


def test_numbers_run_on_and_likes_are_suspected(clinic):
    twin = register_patient(
        family_name="ODell",
        given_names="A",
        birth_date=date(1985, 2, 3),
        sex="female",
        by=clinic.nurse,
        at=clinic.at,
        today=date(2026, 11, 12),
    )
    assert (clinic.patient.number, twin.number) == ("FL-0001", "FL-0002")
    assert {p.number for p in suspected_duplicates(family_name="o'dell", birth_date=date(1985, 2, 3), by=clinic.nurse)} == {"FL-0001"}


def test_what_a_role_does_not_hold_is_refused_and_on_record(clinic):
    with pytest.raises(NotAllowedError, match="Ask a"):
        record_facts(patient=clinic.patient, facts=[], by=clinic.front_desk, at=clinic.at, source="x")
    assert AuditEvent.objects.order_by("-sequence").first().action == "refused:not_allowed"


def test_a_patient_of_another_clinic_does_not_exist_here(clinic):
    from records.conftest import make_clinic

    other = make_clinic("elsewhere")
    with pytest.raises(NotAllowedError, match="There is no such record here"):
        record_facts(patient=clinic.patient, facts=[], by=other.nurse, at=clinic.at, source="x")


def test_the_head_never_goes_back(tmp_path):
    path = tmp_path / "head"
    assert read_head(path) is None
    write_head(path, 12, "a" * 64)
    write_head(path, 11, "b" * 64)
    assert read_head(path) == (12, "a" * 64)
    write_head(path, 1_000_000, "c" * 64)
    assert read_head(path) == (1_000_000, "c" * 64)
    path.write_text("nonsense")
    assert read_head(path) is None


def test_floats_have_no_canonical_form():
    with pytest.raises(TypeError, match="floats lose digits"):
        canonical_json({"dose": 0.1})
    assert canonical_json({"b": "e\u0301", "a": [True, None]}) == '{"a":[true,null],"b":"é"}'
