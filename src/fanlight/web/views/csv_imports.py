"""A delimited file: upload, say what its columns mean, see what every row would do, then let it in."""

from __future__ import annotations

import csv
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Mapping as Plain
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.core.errors import FanlightError, InputError
from fanlight.core.instants import clinic_date
from fanlight.exchange.csv_files import (
    Choice,
    Column,
    Mapping,
    Table,
    columns_of,
    guarded,
    mapping_from,
    mapping_json,
    read_table,
    targets_of,
)
from fanlight.records import clock
from fanlight.records.csv_importing import content_of, import_csv, keep_mapping, keep_upload, kept_mappings, let_in_before
from fanlight.records.csv_planning import DryRun, RowFate, RowPlan, dry_run
from fanlight.records.idempotency import once
from fanlight.records.library import library
from fanlight.records.models import CsvUpload, ImportBatch, Patient
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person
from fanlight.web.forms import FaultLine
from fanlight.web.pages.csv_mapping import column_rows, grouped_targets

_MOST_ROWS = 10_000
"""Rows a page lets in. A larger file is tried here, and let in by the command, which shows how far it is."""
_MOST_TRIED = 100_000
_SHOWN = 200
_URGENT = {RowFate.REFUSED: 0, RowFate.SUSPECTED: 1, RowFate.SAME: 2, RowFate.NEW: 3}


@page(Permission.IMPORT_RECORDS)
def csv_upload(request: HttpRequest) -> HttpResponse:
    """Take a file; what is no table is refused in words, and nothing is kept of it."""
    user = person(request)
    file = request.FILES.get("file")
    if request.method != "POST" or file is None:
        if request.method == "POST":
            messages.error(request, "Choose a file first.")
        return redirect("import")
    try:
        kept = keep_upload(name=str(file.name), content=file.read(), by=user, at=clock.now())
    except FanlightError as problem:
        messages.error(request, f"{problem.what}: {problem.why}. {problem.next_step}")
        return redirect("import")
    return redirect("csv_import", kept.pk)


@page(Permission.IMPORT_RECORDS)
def csv_import(request: HttpRequest, pk: int) -> HttpResponse:
    """The mapping page of one file; then its dry run; then the import itself, once."""
    user = person(request)
    upload = CsvUpload.objects.for_user(user).filter(pk=pk).first()
    if not isinstance(upload, CsvUpload):
        raise Http404
    table = read_table(content_of(upload))
    content = library()
    targets = targets_of(content.facts)
    columns = columns_of(table, targets, content.csv_words)
    kept = kept_mappings(user.site)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    mapping = _mapping(request, columns, kept, upload.name, targets)
    if act == "commit" and len(table.rows) <= _MOST_ROWS:
        return _commit(request, upload, mapping)
    faults: list[FaultLine] = []
    by_column: dict[str, list[str]] = defaultdict(list)
    if act in ("dry", "faults"):
        if len(table.rows) > _MOST_TRIED:
            words = f"The file has {len(table.rows):,} rows. {_by_command(_MOST_TRIED)}"
            faults.append(FaultLine(words))
        try:
            if not faults:
                today = clinic_date(clock.now(), user.site.zone)
                planned = dry_run(table, mapping, site=user.site, content=content, today=today)
                if act == "faults":
                    return _faults_file(upload, table, planned)
                return render(request, "csv_dry_run.html", _planned(upload, table, mapping, planned, kept))
        except InputError as problem:
            at = {name: place for place, name in enumerate(table.columns)}
            for fault in problem.faults:
                by_column[fault.path].append(fault.reason)
                where = f"#column-{at[fault.path]}" if fault.path in at else "#source" if "sender" in fault.reason else ""
                head = f"{fault.path}: " if fault.path else ""
                faults.append(FaultLine(f"{head}{fault.reason} {fault.suggestion}".strip(), where))
    if act == "keep":
        try:
            keep_mapping(name=request.POST.get("keep_as", ""), mapping=mapping, by=user, at=clock.now())
            messages.success(request, "The mapping is kept.")
        except FanlightError as problem:
            faults.append(FaultLine(f"{problem.what}: {problem.why}. {problem.next_step}", "#keep_as"))
    rows = column_rows(columns, mapping, targets, content.csv_words, by_column, all_options="all" in request.GET)
    context = {
        "upload": upload,
        "table": table,
        "rows": rows,
        "is_wide": any(not row.has_options for row in rows),
        "taken": sum(bool(row.target) for row in rows),
        "groups": grouped_targets(targets),
        "source": mapping.source,
        "kept": sorted(kept),
        "before": let_in_before(user.site, upload.content_hash),
        "chosen": request.GET.get("mapping", ""),
        "faults": faults,
    }
    return render(request, "csv_mapping.html", context, status=422 if faults else 200)


def _mapping(request: HttpRequest, columns: tuple[Column, ...], kept: Plain[str, Mapping], name: str, targets: Plain[str, Any]) -> Mapping:
    """The mapping as posted, as kept under a name, or as suggested: a unit is never among what is suggested."""
    if request.method == "POST" and "mapping_json" in request.POST:
        try:
            return mapping_from(json.loads(request.POST["mapping_json"]))
        except ValueError:
            return Mapping("", ())
    if request.method == "POST":
        return _posted(request, columns)
    chosen = kept.get(request.GET.get("mapping", ""))
    if chosen is not None:
        names = {column.name for column in columns}
        return Mapping(chosen.source, tuple(choice for choice in chosen.choices if choice.column in names))
    suggested = [column for column in columns if column.suggested]
    return Mapping(
        "", tuple(Choice(c.name, c.suggested, c.only_day_format if targets[c.suggested].kind == "day" else "") for c in suggested)
    )


def _posted(request: HttpRequest, columns: tuple[Column, ...]) -> Mapping:
    given = request.POST
    choices = []
    for at, column in enumerate(columns):
        target = given.get(f"target-{at}", "")
        if not target:
            continue
        words = {word: given[f"word-{at}-{place}"] for place, word in enumerate(column.distinct) if given.get(f"word-{at}-{place}")}
        choices.append(
            Choice(
                column.name,
                target,
                given.get(f"day-{at}", ""),
                given.get(f"unit-{at}", ""),
                given.get(f"decimal-{at}", ""),
                words,
            )
        )
    return Mapping(given.get("source", "").strip(), tuple(choices))


def _by_command(most: int) -> str:
    return f"Above {most:,} rows use the command: fanlight import-csv, with a mapping kept here."


def _cells(table: Table, plans: Iterable[RowPlan]) -> dict[tuple[int, str], str]:
    """What stands in each cell at fault, for the eyes of the person who holds the file; a kept report has none of it."""
    place = {name: at for at, name in enumerate(table.columns)}
    rows = {row.number: row.cells for row in table.rows if not row.fault}
    return {
        (fault.row, fault.column): rows[fault.row][place[fault.column]]
        for plan in plans
        for fault in plan.faults
        if fault.column in place and fault.row in rows
    }


def _faults_file(upload: CsvUpload, table: Table, planned: DryRun) -> HttpResponse:
    """Every fault of a dry run, to be worked through beside the file; no cell of it is run by the spreadsheet that opens it."""
    cells = _cells(table, planned.plans)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="faults-{upload.pk}.csv"'
    answer.write("\ufeff")
    out = csv.writer(answer)
    out.writerow(["row", "column", "cell", "reason"])
    for fault in planned.faults:
        out.writerow([fault.row, guarded(fault.column), guarded(cells.get((fault.row, fault.column), "")), guarded(fault.reason)])
    return answer


def _planned(upload: CsvUpload, table: Table, mapping: Mapping, planned: DryRun, kept: Plain[str, Mapping]) -> dict[str, Any]:
    plans = sorted(planned.plans, key=lambda plan: (_URGENT[plan.fate], not plan.attention, plan.person.row))
    shown = plans[:_SHOWN]
    there = {row.pk: row for row in Patient.objects.filter(pk__in=[plan.patient_pk for plan in shown if plan.patient_pk])}
    cells = _cells(table, shown)
    return {
        "upload": upload,
        "mapping_json": json.dumps(mapping_json(mapping)),
        "source": mapping.source,
        "totals": planned.totals,
        "rows": [_plan_row(plan, there, cells) for plan in shown],
        "fault_count": len(planned.faults),
        "more": max(len(plans) - _SHOWN, 0),
        "count": len(plans),
        "empty_rows": planned.empty_rows,
        "suspected": planned.totals[RowFate.SUSPECTED.value],
        "before": let_in_before(upload.site, upload.content_hash),
        "facts": sum(len(plan.person.facts) for plan in planned.plans if plan.fate in (RowFate.NEW, RowFate.SAME)),
        "will": sum(planned.totals[fate.value] for fate in (RowFate.NEW, RowFate.SAME)),
        "too_many": _by_command(_MOST_ROWS) if len(table.rows) > _MOST_ROWS else "",
        "is_kept": any(mapping == held for held in kept.values()),
        "write_key": uuid.uuid4(),
    }


def _plan_row(plan: RowPlan, there: Plain[int, Patient], cells: Plain[tuple[int, str], str]) -> dict[str, Any]:
    person_row = plan.person
    patient = there.get(plan.patient_pk or 0)
    return {
        "row": person_row.row,
        "fate": plan.fate.value,
        "kind": {"new": "met", "same person": "", "suspected duplicate": "unknown", "refused": "stop"}[plan.fate.value],
        "shape": {"new": "met", "same person": "info", "suspected duplicate": "unknown", "refused": "stop"}[plan.fate.value],
        "name": f"{person_row.given_names} {person_row.family_name}".strip(),
        "born": person_row.birth_date,
        "facts": len(person_row.facts),
        "faults": [(fault.column or "the row", cells.get((fault.row, fault.column), "")[:60], fault.reason) for fault in plan.faults],
        "grounds": plan.grounds if plan.fate is RowFate.SUSPECTED else "",
        "like": patient,
        "like_row": plan.same_as,
        "attention": plan.attention,
        "not_believed": ", ".join(person_row.not_believed),
    }


def _commit(request: HttpRequest, upload: CsvUpload, mapping: Mapping) -> HttpResponse:
    user, at = person(request), clock.now()
    with_suspected = request.POST.get("with_suspected") == "yes"
    try:
        answer, _ = once(
            key=uuid.UUID(request.POST.get("write_key", "")),
            endpoint=f"csv_import:{upload.pk}",
            body={"mapping": mapping_json(mapping), "with_suspected": with_suspected},
            by=user,
            at=at,
            do=lambda: {
                "batch": import_csv(
                    name=upload.name,
                    content=content_of(upload),
                    mapping=mapping,
                    with_suspected=with_suspected,
                    by=user,
                    at=at,
                    library=library(),
                ).pk
            },
        )
    except (FanlightError, ValueError) as problem:
        messages.error(request, str(problem) if isinstance(problem, FanlightError) else "Nothing was imported. Make the dry run again.")
        return redirect("csv_import", upload.pk)
    return redirect("import_report", answer["batch"])


@page(Permission.IMPORT_RECORDS)
def import_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows of an import as a file to work through; no cell of it is run by the spreadsheet that opens it."""
    batch = ImportBatch.objects.for_user(person(request)).filter(pk=pk).first()
    if not isinstance(batch, ImportBatch) or batch.report.get("format") != "csv":
        raise Http404
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refused-{pk}.csv"'
    answer.write("\ufeff")
    out = csv.writer(answer)
    out.writerow(["row", "column", "reason"])
    for line in batch.report["refused"]:
        out.writerow([line["row"], guarded(line["column"]), guarded(line["reason"])])
    return answer
