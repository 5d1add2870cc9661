"""What every stored row shares: a content hash, and rows that are never changed or deleted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from fanlight.core.errors import FanlightError
from fanlight.records.canonical import canonical_json, exact_loads, sha256


class AppendOnlyError(FanlightError):
    """An attempt to change or delete what may only be added to."""


class ExactJSONField(models.TextField):
    """JSON kept as its canonical text, so that digits and hashes survive."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Read the text back with exact decimals."""
        return None if value is None else exact_loads(value)

    def to_python(self, value: Any) -> Any:
        """Text from a fixture is read; values are taken as they are."""
        return exact_loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> str | None:
        """The canonical text that is stored."""
        return None if value is None else canonical_json(value)

    def value_from_object(self, obj: models.Model) -> Any:
        """The value as held, not its text."""
        return getattr(obj, self.attname)


class Recorded(models.Model):
    """A row whose content is bound into the audit chain by its hash."""

    is_append_only: ClassVar[bool] = False

    class Meta:
        abstract = True

    def row_content(self) -> dict[str, Any]:
        """Column to value, as hashed."""
        return {field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields}

    def row_hash(self) -> str:
        """SHA-256 of the row's canonical content."""
        return sha256(canonical_json(self.row_content()))


class AppendOnly(Recorded):
    """A fact. It is added once; a correction is a new row that names it. The database refuses the rest."""

    is_append_only: ClassVar[bool] = True

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a second save is refused."""
        if not self._state.adding:
            raise AppendOnlyError(
                "FAN-REC-001", f"Cannot change {self._meta.label} {self.pk}", "it is a recorded fact", "Record a correction that names it."
            )
        super().save(*args, force_insert=True, **{key: value for key, value in kwargs.items() if key != "force_insert"})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Always refused."""
        raise AppendOnlyError(
            "FAN-REC-002", f"Cannot delete {self._meta.label} {self.pk}", "it is a recorded fact", "Mark it entered in error."
        )


class Versioned(Recorded):
    """A row that may change, one change at a time: a writer who read an older version is told so."""

    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
