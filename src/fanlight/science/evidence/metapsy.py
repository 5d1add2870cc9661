"""Metapsy-style tables in and out: one row per comparison, instrument and time, for means, changes or events."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from fanlight.core.errors import Fault, InputError
from fanlight.science.evidence.tables import StudyRow

COLUMNS = (
    "study",
    "condition_arm1",
    "condition_arm2",
    "outcome_type",
    "instrument",
    "time",
    "time_days",
    "n_arm1",
    "mean_arm1",
    "sd_arm1",
    "n_arm2",
    "mean_arm2",
    "sd_arm2",
    "n_change_arm1",
    "mean_change_arm1",
    "sd_change_arm1",
    "n_change_arm2",
    "mean_change_arm2",
    "sd_change_arm2",
    "event_arm1",
    "totaln_arm1",
    "event_arm2",
    "totaln_arm2",
    "rob",
    "year",
    "doi",
    "registration_number",
)
"""The columns written, by the names of the Metapsy data standard; others are ignored when reading."""


@dataclass(frozen=True, slots=True)
class MetapsyRow:
    """A row as read. `kind` is means (endpoint or imputed), change or events; arm values are (n, mean, sd) or (events, total)."""

    study: str
    condition_arm1: str
    condition_arm2: str
    outcome_type: str
    instrument: str
    time: str
    time_days: float | None
    arm1: tuple[float, ...]
    arm2: tuple[float, ...]
    is_primary: bool
    year: str
    doi: str

    @property
    def kind(self) -> str:
        """What the arms hold."""
        return {"change": "change", "response": "events", "remission": "events"}.get(self.outcome_type, "means")


def read_metapsy(text: str) -> tuple[MetapsyRow, ...]:
    """Rows of a Metapsy table; the delimiter and the decimal comma are told from the text itself.

    Rows before the first dose are kept: filter on `is_primary` or `time_days` before pooling. Raises FAN-EVID-030 with every fault.
    """
    text = text.lstrip("\ufeff")
    header = text.splitlines()[0] if text else ""
    delimiter = ";" if header.count(";") > header.count(",") else "\t" if "\t" in header else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    missing = [name for name in ("study", "outcome_type", "condition_arm1", "condition_arm2") if name not in (reader.fieldnames or [])]
    if missing:
        raise InputError("FAN-EVID-030", "This is not a Metapsy table", [Fault(name, "column missing", 1) for name in missing])
    rows: list[MetapsyRow] = []
    faults: list[Fault] = []
    for record in reader:
        kind = record["outcome_type"]
        try:
            arms = [_arm(record, kind, arm, delimiter) for arm in ("arm1", "arm2")]
            days = _number(record.get("time_days") or "", delimiter)
        except ValueError as problem:
            faults.append(Fault(record.get("study") or "row", str(problem), reader.line_num))
            continue
        rows.append(
            MetapsyRow(
                record["study"],
                record["condition_arm1"],
                record["condition_arm2"],
                kind,
                record.get("instrument") or "",
                record.get("time") or record.get("study_time_point") or "",
                days,
                arms[0],
                arms[1],
                (record.get("primary_timepoint") or "") == "1" and (record.get("primary_instrument") or "1") == "1",
                record.get("year") or "",
                record.get("doi") or "",
            )
        )
    if faults:
        raise InputError("FAN-EVID-030", "The table has faults", faults)
    return tuple(rows)


def _arm(record: dict[str, str], kind: str, arm: str, delimiter: str) -> tuple[float, ...]:
    if kind in ("response", "remission"):
        names = [f"event_{arm}", f"totaln_{arm}"]
    elif kind == "change":
        names = [f"n_change_{arm}", f"mean_change_{arm}", f"sd_change_{arm}"]
    else:
        names = [f"n_{arm}", f"mean_{arm}", f"sd_{arm}"]
    values = [_number(record.get(name) or "", delimiter) for name in names]
    return tuple(float("nan") if value is None else value for value in values)


def _number(cell: str, delimiter: str) -> float | None:
    cell = cell.strip()
    if cell in ("", "NA"):
        return None
    if delimiter == ";":
        cell = cell.replace(".", "").replace(",", ".") if cell.count(",") == 1 else cell
    try:
        return float(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not a number") from None


def write_metapsy(rows: Sequence[StudyRow]) -> str:
    """Study rows that hold counts or means as a Metapsy-style table (comma separated, decimal point, NA for missing)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="NA", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if not row.has_counts and not row.has_means:
            continue
        record: dict[str, object] = {
            "study": f"{row.first_author} {row.year}",
            "condition_arm1": row.intervention,
            "condition_arm2": row.comparator,
            "instrument": row.scale.lower() or "NA",
            "time": row.timepoint,
            "time_days": "NA" if row.time_days is None else f"{row.time_days:g}",
            "rob": row.risk_of_bias.removeprefix("RoB 2: ") or "NA",
            "year": row.year,
            "doi": row.doi or "NA",
            "registration_number": row.registration or "NA",
        }
        if row.has_counts:
            record |= {"outcome_type": row.outcome_kind if row.outcome_kind in ("response", "remission") else "response"}
            record |= {
                "event_arm1": row.events_arm1,
                "totaln_arm1": row.total_arm1,
                "event_arm2": row.events_arm2,
                "totaln_arm2": row.total_arm2,
            }
        else:
            suffix = "_change" if row.mean_kind == "change" else ""
            record |= {"outcome_type": "change" if suffix else "msd"}
            for arm, n, mean, sd in (
                ("arm1", row.n_mean_arm1, row.mean_arm1, row.sd_arm1),
                ("arm2", row.n_mean_arm2, row.mean_arm2, row.sd_arm2),
            ):
                record |= {f"n{suffix}_{arm}": n, f"mean{suffix}_{arm}": mean, f"sd{suffix}_{arm}": sd}
        writer.writerow({name: f"{value:g}" if isinstance(value, float) else value for name, value in record.items()})
    return out.getvalue()
