"""Delimited files: read whatever a spreadsheet wrote, ask what it means, and say of every row what it would do. Pure."""

from fanlight.exchange.csv_files.columns import Column, columns_of
from fanlight.exchange.csv_files.guarding import guarded
from fanlight.exchange.csv_files.mapping import Choice, CsvWords, Mapping, Target, check_mapping, mapping_from, mapping_json, targets_of
from fanlight.exchange.csv_files.rows import CellFault, PersonRow, SaidFact, read_row
from fanlight.exchange.csv_files.table import Table, TableRow, read_table

__all__ = [
    "CellFault",
    "Choice",
    "Column",
    "CsvWords",
    "Mapping",
    "PersonRow",
    "SaidFact",
    "Table",
    "TableRow",
    "Target",
    "check_mapping",
    "columns_of",
    "guarded",
    "mapping_from",
    "mapping_json",
    "read_row",
    "read_table",
    "targets_of",
]
