"""Triggers that refuse what no program may do: change or delete a fact, or move a session off its path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.registry import Apps

_FROM_THE_START = (
    "records_auditevent",
    "records_consent",
    "records_consentwithdrawal",
    "records_course",
    "records_courseending",
    "records_decision",
    "records_directoryentry",
    "records_documentsignature",
    "records_gatepassage",
    "records_historyentry",
    "records_importbatch",
    "records_importedidentifier",
    "records_importedresource",
    "records_patientfact",
    "records_patientidentifier",
    "records_presence",
    "records_protocolsignature",
    "records_rolegrant",
    "records_rolewithdrawal",
    "records_scaleresponse",
    "records_sessionevent",
    "records_writekey",
)
SCALE_TABLES = (
    "records_formlink",
    "records_formlinkevent",
    "records_instrumentedition",
    "records_riskassessment",
    "records_riskraised",
    "records_scalefinish",
    "records_scaleform",
    "records_scaleitemanswer",
)
INTAKE_TABLES = (
    "records_csvmapping",
    "records_csvupload",
    "records_patientmerge",
    "records_patientunmerge",
    "records_receivedfact",
    "records_receivedfactsettled",
    "records_tworecords",
)
PHONE_INTAKE_TABLES = (
    "records_intakeanswer",
    "records_intakefinish",
    "records_intakeform",
    "records_intakelink",
    "records_intakelinkevent",
)
DATES_TABLES = ("records_dateschange",)
NOTICE_TABLES = (
    "records_contactagreement",
    "records_notice",
    "records_noticeattempt",
)
MESSAGE_TABLES = ("records_patientmessage",)
COURSE_DOCUMENT_TABLES = ("records_coursedocumentsignature",)
APPEND_ONLY_TABLES = (
    *_FROM_THE_START,
    *SCALE_TABLES,
    *INTAKE_TABLES,
    *PHONE_INTAKE_TABLES,
    *DATES_TABLES,
    *NOTICE_TABLES,
    *MESSAGE_TABLES,
    *COURSE_DOCUMENT_TABLES,
)
NEVER_DELETED_TABLES = ("records_patient", "records_site", "records_staffmember", "records_task", "records_treatmentsession")

_SQLITE_REFUSE = """CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, 'FAN-REC-004 {table} keeps its rows: {verb} refused'); END"""
_SQLITE_PATH = """CREATE TRIGGER records_treatmentsession_path BEFORE UPDATE OF state ON records_treatmentsession
WHEN OLD.state <> NEW.state AND NOT EXISTS
  (SELECT 1 FROM records_sessiontransition WHERE from_state = OLD.state AND to_state = NEW.state)
BEGIN SELECT RAISE(ABORT, 'FAN-REC-005 no such step between session states'); END"""
_POSTGRES_FUNCTIONS = """
CREATE OR REPLACE FUNCTION fanlight_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'FAN-REC-004 % keeps its rows: % refused', TG_TABLE_NAME, lower(TG_OP); END $$;
CREATE OR REPLACE FUNCTION fanlight_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> NEW.state AND NOT EXISTS
     (SELECT 1 FROM records_sessiontransition WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION 'FAN-REC-005 no such step between session states';
  END IF;
  RETURN NEW;
END $$;
"""


def raise_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the first tables and of the session path, on SQLite or PostgreSQL."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRES_FUNCTIONS.replace("%", "%%"))
    _refuse(schema_editor, _FROM_THE_START, NEVER_DELETED_TABLES)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(_SQLITE_PATH)
    else:
        schema_editor.execute(
            "CREATE TRIGGER records_treatmentsession_path BEFORE UPDATE OF state ON records_treatmentsession "
            "FOR EACH ROW EXECUTE FUNCTION fanlight_path()"
        )


def raise_scale_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the tables of forms and of risk."""
    _refuse(schema_editor, SCALE_TABLES, ())


def raise_intake_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the tables of files received, of merges, and of what patients said."""
    _refuse(schema_editor, INTAKE_TABLES, ())


def raise_phone_intake_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the tables of the patient's own form."""
    _refuse(schema_editor, PHONE_INTAKE_TABLES, ())


def raise_dates_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the table of moved dates."""
    _refuse(schema_editor, DATES_TABLES, ())


def raise_notice_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the tables of agreements and messages."""
    _refuse(schema_editor, NOTICE_TABLES, ())


def raise_message_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the table of what patients say in their own words."""
    _refuse(schema_editor, MESSAGE_TABLES, ())


def raise_course_document_guards(apps: Apps, schema_editor: Any) -> None:
    """Create the triggers of the table of signatures under a course's documents."""
    _refuse(schema_editor, COURSE_DOCUMENT_TABLES, ())


def _refuse(schema_editor: Any, append_only: Sequence[str], never_deleted: Sequence[str]) -> None:
    refused = [(table, verb) for table in append_only for verb in ("update", "delete")]
    refused += [(table, "delete") for table in never_deleted]
    if schema_editor.connection.vendor == "sqlite":
        for table, verb in refused:
            schema_editor.execute(_SQLITE_REFUSE.format(table=table, verb=verb, VERB=verb.upper()))
        return
    for table, verb in refused:
        schema_editor.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION fanlight_refuse()"
        )
    for table in append_only:
        schema_editor.execute(f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION fanlight_refuse()")


def lower_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, _FROM_THE_START, NEVER_DELETED_TABLES, [("records_treatmentsession", "records_treatmentsession_path")])


def lower_scale_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, SCALE_TABLES, (), [])


def lower_intake_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, INTAKE_TABLES, (), [])


def lower_phone_intake_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, PHONE_INTAKE_TABLES, (), [])


def lower_dates_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, DATES_TABLES, (), [])


def lower_notice_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, NOTICE_TABLES, (), [])


def lower_message_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, MESSAGE_TABLES, (), [])


def lower_course_document_guards(apps: Apps, schema_editor: Any) -> None:
    """Only for going back to an empty database in development."""
    _allow(schema_editor, COURSE_DOCUMENT_TABLES, (), [])


def _allow(schema_editor: Any, append_only: Sequence[str], never_deleted: Sequence[str], others: list[tuple[str, str]]) -> None:
    suffixed = [(table, f"{table}_no_{verb}") for table in append_only for verb in ("update", "delete", "truncate")]
    suffixed += [(table, f"{table}_no_delete") for table in never_deleted] + others
    for table, name in suffixed:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
