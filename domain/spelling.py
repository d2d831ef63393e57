"""Values as JSON spells them where a table holds features of several types in one column.

Whole numbers, booleans and text are themselves. Finite floats are their shortest exact decimals,
-0.0 is 0.0; NaN and the infinities are the texts ``NaN``, ``Infinity`` and ``-Infinity``. Times are
ISO 8601 in UTC with microseconds. NULL is null. The dtype is needed to read them back.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from featuretrail.domain.dtypes import ARROW_TYPES

Spelled = str | int | float | bool | None


def spelled(values: pa.Array | pa.ChunkedArray, dtype: str) -> list[Spelled]:
    """Return the values of a column of ``dtype`` as JSON holds them.

    >>> spelled(pa.array([1.5, float("nan"), None]), "float64")
    [1.5, 'NaN', None]
    """
    plain: list[Any] = values.to_pylist()
    spell = _SPELL.get(dtype)
    return plain if spell is None else [None if v is None else spell(v) for v in plain]


def read_spelled(values: Sequence[Spelled], dtype: str) -> pa.Array:
    """Return the column of ``dtype`` that ``spelled`` was given.

    Raises ``ValueError`` or ``TypeError`` for what it cannot have made.

    >>> read_spelled([1.5, "-Infinity", None], "float64").to_pylist()
    [1.5, -inf, None]
    """
    read = _READ[dtype]
    return pa.array([None if v is None else read(v) for v in values], ARROW_TYPES[dtype])


def _float(value: float) -> float | str:
    if math.isfinite(value):
        return value + 0.0  # -0.0 becomes 0.0
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is no whole number")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


_SPELL: Mapping[str, Callable[[Any], Spelled]] = {"float64": _float, "timestamptz": _moment}

_READ: Mapping[str, Callable[[Any], object]] = {
    "float64": float,
    "int64": _whole,
    "bool": _flag,
    "text": _text,
    "timestamptz": datetime.fromisoformat,
}
