"""The sections of a status: what cannot be read of it is left out and said, never guessed."""

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import define, field
from psycopg import errors

from featuretrail.domain.errors import IntegrityError, SchemaError

T = TypeVar("T")
Row = dict[str, Any]

_LACKING = (
    errors.InsufficientPrivilege,
    errors.InvalidSchemaName,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.UndefinedTable,
    IntegrityError,
    SchemaError,
)


@define
class Sections:
    """Reads sections one by one; ``missing`` says which could not be read, and why."""

    missing: list[Row] = field(factory=list)

    def read(self, name: str, section: Callable[[], T]) -> T | None:
        """Return what ``section`` reads; ``None`` when something it needs is not to be had."""
        try:
            return section()
        except _LACKING as error:
            self.missing.append({"section": name, "reason": _reason(error)})
            return None


def _reason(error: Exception) -> str:
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return str(error) if primary is None else str(primary)
