"""One Arrow table from whatever a caller holds: Arrow, pandas, polars, numpy, lists, dicts.

Missing values: NULL in Arrow is NULL. NaN is a value in Arrow, numpy, lists and polars; in pandas,
where NaN is how a missing value is written, it becomes NULL. pandas and polars are never imported
here unless the caller did.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import narwhals.stable.v1 as nw
import numpy as np
import pyarrow as pa

from featuretrail.domain.errors import InvalidInputError, NaiveTimeError

_GIVE = (
    "give an Arrow table, a pandas or polars frame, anything with __arrow_c_stream__, "
    "a dict of columns (numpy arrays, lists, Arrow arrays), or a list of row dicts"
)


def to_table(data: object, what: str) -> pa.Table:
    """Return ``data`` as an Arrow table with distinct column names; ``what`` names it in errors.

    Accepts Arrow tables, record batches, readers and lists of batches; everything that speaks the
    Arrow PyCapsule interface (polars, DuckDB, ...); pandas frames, whose named index levels become
    columns and whose unnamed index is dropped; dicts of columns of equal length; lists of row
    dicts with equal keys. Raises ``InvalidInputError`` naming the column that cannot be read.
    """
    table = _read(data, what)
    for name, count in Counter(table.column_names).items():
        if count > 1:
            raise InvalidInputError(
                f"{what} has {count} columns named {name!r}; give every column its own name"
            )
    return table


def _read(data: object, what: str) -> pa.Table:
    if isinstance(data, Mapping):
        return _from_columns(data, what)
    if nw.dependencies.is_pandas_dataframe(data):
        return _from_pandas(data, what)
    if hasattr(data, "__arrow_c_stream__"):
        return _from_stream(data, what)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _from_sequence(data, what)
    return _from_other_frame(data, what)


def _from_stream(data: object, what: str) -> pa.Table:
    try:
        return pa.table(data)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InvalidInputError(
            f"{what} of type {_type_name(data)} cannot be read as a table: {error}"
        ) from error


def _from_sequence(data: Sequence[object], what: str) -> pa.Table:
    if data and all(isinstance(item, pa.RecordBatch) for item in data):
        try:
            return pa.Table.from_batches(data)
        except pa.ArrowInvalid as error:
            raise InvalidInputError(f"{what} has batches of different schemas: {error}") from error
    if data and all(isinstance(item, Mapping) for item in data):
        return _from_rows([dict(item) for item in data if isinstance(item, Mapping)], what)
    raise InvalidInputError(f"{what} is a {_type_name(data)} of no known rows; {_GIVE}")


def _from_rows(rows: list[dict[Any, Any]], what: str) -> pa.Table:
    names = list(rows[0])
    for ordinal, row in enumerate(rows):
        if row.keys() != rows[0].keys():
            raise InvalidInputError(
                f"row {ordinal} of {what} has the columns {list(row)}, row 0 has {names}; "
                "give every row the same ones, None where a value is missing"
            )
    return _from_columns({name: [row[name] for row in rows] for name in names}, what)


def _from_columns(columns: Mapping[Any, object], what: str) -> pa.Table:
    arrays = {_column_name(name, what): to_array(given, f"column {name!r} of {what}")
              for name, given in columns.items()}  # fmt: skip
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError(
            f"{what} is ragged: its columns have the lengths "
            + ", ".join(f"{name} {length}" for name, length in lengths.items())
        )
    return pa.table(arrays)


def _from_pandas(frame: Any, what: str) -> pa.Table:  # noqa: ANN401 (pandas may be absent)
    named = [name for name in frame.index.names if name is not None]
    if named:
        taken = sorted(set(named) & set(frame.columns))
        if taken:
            raise InvalidInputError(
                f"{what} has {taken[0]!r} both as a column and as an index level; rename one"
            )
        unnamed = [n for n, name in enumerate(frame.index.names) if name is None]
        frame = frame.reset_index(level=unnamed, drop=True) if unnamed else frame
        frame = frame.reset_index()
    names = [_column_name(name, what) for name in frame.columns]
    columns = (frame.iloc[:, n] for n in range(len(names)))
    arrays = [
        _pandas_column(column, f"column {name!r} of {what}")
        for name, column in zip(names, columns, strict=True)
    ]
    return pa.table(arrays, names=names)


def _pandas_column(column: Any, what: str) -> pa.Array | pa.ChunkedArray:  # noqa: ANN401
    if column.dtype == object:
        _refuse_naive_among_aware([value for value in column if value is not None], what)
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise _unreadable(what, error) from error


def _from_other_frame(data: object, what: str) -> pa.Table:
    try:
        frame = nw.from_native(data)
    except TypeError:
        raise InvalidInputError(f"{what} is of type {_type_name(data)}; {_GIVE}") from None
    if isinstance(frame, nw.LazyFrame):
        raise InvalidInputError(
            f"{what} is a lazy frame, which has no rows yet; call its collect() first"
        )
    return frame.to_arrow()


def to_array(given: object, what: str) -> pa.Array | pa.ChunkedArray:
    """Return one column as Arrow; ``what`` names it in errors. NaN stays NaN, None is NULL."""
    if isinstance(given, pa.Array | pa.ChunkedArray):
        return given
    if isinstance(given, np.ndarray):
        return _from_numpy(given, what)
    try:
        if hasattr(given, "__arrow_c_stream__"):
            return pa.chunked_array(given)
        if hasattr(given, "__arrow_c_array__") or nw.dependencies.is_into_series(given):
            return pa.array(given)
        if isinstance(given, Sequence | range) and not isinstance(given, str | bytes):
            _refuse_naive_among_aware(given, what)
            return pa.array(given)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        if isinstance(error, InvalidInputError):
            raise
        raise _unreadable(what, error) from error
    raise InvalidInputError(
        f"{what} is of type {_type_name(given)}; give a list, a numpy array or an Arrow array"
    )


def _from_numpy(array: np.ndarray[Any, Any], what: str) -> pa.Array:
    if array.ndim != 1:
        raise InvalidInputError(
            f"{what} has {array.ndim} dimensions; give one dimension, one value a row"
        )
    if array.dtype == object:
        _refuse_naive_among_aware(array.tolist(), what)
    try:
        return pa.array(array.astype(array.dtype.newbyteorder("="), copy=False), from_pandas=False)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise _unreadable(what, error) from error


def _refuse_naive_among_aware(values: Sequence[object], what: str) -> None:
    naive = aware = False
    for value in values:
        if isinstance(value, datetime):
            naive, aware = naive or value.tzinfo is None, aware or value.tzinfo is not None
    if naive and aware:
        raise NaiveTimeError(f"a value of {what}, among others that have one,")


def _unreadable(what: str, error: Exception) -> InvalidInputError:
    return InvalidInputError(
        f"{what} cannot be read: {error}; give all its values one type (numbers, text, booleans "
        "or times with a time zone), and None where one is missing"
    )


def _column_name(name: object, what: str) -> str:
    if not isinstance(name, str):
        raise InvalidInputError(
            f"{what} has a column named {name!r} of type {_type_name(name)}; names are strings"
        )
    return name


def _type_name(given: object) -> str:
    return f"{type(given).__module__}.{type(given).__qualname__}".removeprefix("builtins.")
