"""Bringing records in: upload FHIR files, read the report, see earlier imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from fanlight.core.errors import FanlightError
from fanlight.exchange.fhir.report import to_json
from fanlight.records import clock
from fanlight.records.csv_planning import RowFate
from fanlight.records.importing import ReceivedFile, import_fhir
from fanlight.records.models import ImportBatch
from fanlight.records.permissions import Permission
from fanlight.web.access import page, person
from fanlight.web.forms import FaultLine

_FILES_AT_MOST = 40
FATES = ("imported", "kept", "quarantined", "refused", "unchanged")
"""The columns of a report, in the order read."""


@page(Permission.IMPORT_RECORDS)
def import_records(request: HttpRequest) -> HttpResponse:
    """The upload page. What is refused is said, and the rest goes in; importing twice changes nothing."""
    user = person(request)
    faults: list[FaultLine] = []
    if request.method == "POST":
        files = request.FILES.getlist("files")
        source = request.POST.get("source", "").strip() or "upload"
        if not files:
            faults.append(FaultLine("Choose at least one file.", "#files"))
        elif len(files) > _FILES_AT_MOST:
            faults.append(FaultLine(f"At most {_FILES_AT_MOST} files at once; the command import-fhir takes folders.", "#files"))
        else:
            received = [ReceivedFile(name=str(file.name), source=source, content=file.read()) for file in files]
            at = clock.now()
            try:
                report = import_fhir(files=received, by=user, at=at, site=user.site)
            except FanlightError as problem:
                faults.append(FaultLine(str(problem), "#files"))
            else:
                made = list(ImportBatch.objects.for_user(user).filter(imported_by=user, imported_at=at)[:2])
                if len(made) == 1 and len(received) == 1:
                    return redirect("import_report", made[0].pk)
                values = to_json(report)
                return render(request, "import_report.html", {"report": _read(values), "batch": None, "sentence": _sentence(values)})
    batches = ImportBatch.objects.for_user(user).select_related("imported_by").order_by("-pk")[:20]
    return render(request, "import.html", {"faults": faults, "batches": batches}, status=422 if faults else 200)


@page(Permission.IMPORT_RECORDS)
def import_report(request: HttpRequest, pk: int) -> HttpResponse:
    """What one import did: imported, kept, refused and why, unchanged, dangling."""
    batch = ImportBatch.objects.for_user(person(request)).filter(pk=pk).select_related("imported_by").first()
    if not isinstance(batch, ImportBatch):
        raise Http404
    if batch.report.get("format") == "csv":
        report = batch.report | {"totals": _in_order(batch.report["totals"], [fate.value for fate in RowFate])}
        return render(request, "csv_report.html", {"report": report, "batch": batch})
    return render(request, "import_report.html", {"report": _read(batch.report), "batch": batch, "sentence": _sentence(batch.report)})


def _read(report: dict[str, Any]) -> dict[str, Any]:
    """A report with its columns in the order read: a kept one has them by the alphabet."""
    types = {kind: _in_order(fates, FATES) for kind, fates in report["types"].items()}
    return report | {"totals": _in_order(report["totals"], FATES), "types": types}


def _in_order(counts: dict[str, int], order: Sequence[str]) -> dict[str, int]:
    return {name: counts[name] for name in (*order, *counts) if name in counts}


def _sentence(report: dict[str, Any]) -> str:
    counts = {fate: count for fate, count in report["totals"].items() if count and fate != "dangling"}
    return ", ".join(f"{counts[fate]} {fate}" for fate in FATES if fate in counts) or "Nothing came"
