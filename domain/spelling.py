"""Values as JSON spells them where a table holds features of several types in one column.

Whole numbers, booleans and text are themselves. Finite floats are their shortest exact decimals,
-0.0 is 0.0; NaN and the infinities are the texts ``NaN``, ``Infinity`` and ``-Infinity``. Times are
ISO 8601 in UTC with microseconds. NULL is null. The dtype is needed to read them back.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from featuretrail.domain.dtypes import ARROW_TYPES

Spelled = str | int | float | bool | None
Column: TypeAlias = pa.Array | pa.ChunkedArray


def spelled(values: Column, dtype: str) -> list[Spelled]:
    """Return the values of a column of ``dtype`` as JSON holds them.

    >>> spelled(pa.array([1.5, float("nan"), None]), "float64")
    [1.5, 'NaN', None]
    """
    spell = _SPELL.get(dtype)
    plain: list[Any] = values.to_pylist() if spell is None else spell(values)
    return plain


def read_spelled(values: Sequence[Spelled], dtype: str) -> pa.Array:
    """Return the column of ``dtype`` that ``spelled`` was given.

    Raises ``ValueError`` or ``TypeError`` for what it cannot have made.

    >>> read_spelled([1.5, "-Infinity", None], "float64").to_pylist()
    [1.5, -inf, None]
    """
    read = _READ[dtype]
    return pa.array([None if v is None else read(v) for v in values], ARROW_TYPES[dtype])


def _floats(values: Column) -> list[Spelled]:
    plain: list[float | None] = pc.add(values, 0.0).to_pylist()  # -0.0 becomes 0.0
    if pc.all(pc.is_finite(values)).as_py() in (True, None):
        return list(plain)
    return [None if value is None else _float(value) for value in plain]


def _float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _moments(values: Column) -> list[Spelled]:
    texts = values.cast(pa.timestamp("us")).cast(pa.string())  # "2013-05-01 12:00:00.000000"
    iso = pc.binary_join_element_wise(pc.replace_substring(texts, " ", "T"), "Z", "")
    plain: list[Spelled] = iso.to_pylist()
    return plain


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


_SPELL: Mapping[str, Callable[[Column], list[Spelled]]] = {
    "float64": _floats,
    "timestamptz": _moments,
}

_READ: Mapping[str, Callable[[Any], object]] = {
    "float64": float,
    "int64": _whole,
    "bool": _flag,
    "text": _text,
    "timestamptz": datetime.fromisoformat,
}
