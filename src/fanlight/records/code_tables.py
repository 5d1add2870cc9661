"""The code tables of this installation, read from the content once."""

from __future__ import annotations

import functools

from fanlight.content import read
from fanlight.exchange.fhir.tables import CodeTables, MeaningsFile, MeasuresFile
from fanlight.records.compiled_content import compiled
from fanlight.records.library import library


@functools.cache
def code_tables() -> CodeTables:
    """Which code measures what, and which answers which question of screening."""
    folder = library().folder / "codes"

    def made() -> CodeTables:
        measures = [read(folder / "measures.yaml", MeasuresFile)]
        meanings = [read(folder / name, MeaningsFile) for name in ("diagnoses.yaml", "allergies.yaml")]
        return CodeTables.of(measures, meanings, library().facts)

    return compiled(library().shipped_version, "codes", made)
