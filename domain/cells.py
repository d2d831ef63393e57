"""Single cells of a table as Python values and as text."""

from typing import Any

import pyarrow as pa
import pyarrow.types as pat


def python_value(cell: pa.Scalar) -> Any:  # noqa: ANN401
    """Return ``cell`` as a Python value; a time outside Python's years 1 to 9999 as text."""
    try:
        return cell.as_py()
    except (OverflowError, ValueError):
        return _count_text(cell)


def moment_text(cell: pa.Scalar) -> str | None:
    """Return a time in ISO 8601, one outside the years 1 to 9999 as a count since 1970."""
    value = python_value(cell)
    return value if value is None or isinstance(value, str) else str(value.isoformat())


def _count_text(cell: pa.Scalar) -> str:
    unit = "days" if pat.is_date(cell.type) else cell.type.unit
    return f"{cell.value} {unit} since 1970-01-01"
