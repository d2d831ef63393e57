"""Python rules at work: columns as numpy arrays, a call an entity, what it returns as a column.

float64, int64 and bool come as float64 (NaN is NULL), text as objects (``None``), times as
``datetime64[us]`` (NaT). NaN, NaT, ``None`` and masked elements of what is returned are NULL.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from featuretrail.domain.asof import Ints
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.errors import RuleError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.rule_units import rule_of
from featuretrail.infrastructure.computing.functions import wants_times
from featuretrail.infrastructure.computing.rows import one_chunk
from featuretrail.infrastructure.values.casting import ColumnError, cast_column
from featuretrail.infrastructure.values.columns import Target

Function = Callable[..., object]
Array = NDArray[Any]

EXACT = 2**53
"""Whole numbers up to which float64 holds every one."""


def call(
    feature: ResolvedFeature,
    function: Function,
    times: Ints,
    starts: Ints,
    parents: Sequence[pa.Array],
) -> pa.Array:
    """Return what ``function`` makes of each entity's rows, as values of ``feature``.

    Entities begin at ``starts``, whose last element is the end. Raises ``RuleError``.
    """
    arrays = [as_numpy(feature, parent) for parent in parents]
    if wants_times(function):
        arrays.insert(0, times.view("datetime64[us]"))
    bounds = starts
    if rule_of(feature).history_microseconds == 0:  # rows are on their own
        bounds = np.array([0, len(times)] if len(times) else [0], np.int64)
    parts = [
        _called(feature, function, [array[start:end] for array in arrays], end - start)
        for start, end in pairwise(bounds.tolist())
    ]
    return _joined(feature, parts)


def as_numpy(feature: ResolvedFeature, values: pa.Array) -> Array:
    """Return a parent's values as rules get them; read-only, so that no rule alters another's."""
    if pa.types.is_timestamp(values.type):
        array = values.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        array = values.to_numpy(zero_copy_only=False)
    else:
        if pa.types.is_integer(values.type) and len(values) and _inexact(values):
            raise RuleError(
                str(feature.reference),
                f"reads whole numbers beyond 2**53 ({EXACT}), which a Python rule would get "
                "rounded; write it as an SQL rule",
            )
        array = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    array.flags.writeable = False
    return array  # type: ignore[no-any-return]


def _inexact(values: pa.Array) -> bool:
    extremes = pc.min_max(values).as_py()
    return any(each is not None and abs(each) > EXACT for each in extremes.values())


def _called(
    feature: ResolvedFeature, function: Function, arrays: Sequence[Array], count: int
) -> Array:
    name = str(feature.reference)
    try:
        returned = function(*arrays)
    except (Exception, SystemExit) as error:  # a rule may not end its caller, only fail
        raise RuleError(
            name,
            f"failed on {count} rows with {type(error).__name__}: {error}; nothing was stored",
        ) from error
    if not isinstance(returned, np.ndarray):
        raise RuleError(
            name, f"returned a {type(returned).__name__}; return a numpy array, a value a row"
        )
    if returned.shape != (count,):
        raise RuleError(
            name, f"returned an array of shape {returned.shape} for {count} rows; return one a row"
        )
    return returned


def _joined(feature: ResolvedFeature, parts: Sequence[Array]) -> pa.Array:
    """Return what the calls returned as one column of the feature's type."""
    if not parts:
        return pa.nulls(0, ARROW_TYPES[feature.dtype])
    masked = any(isinstance(part, np.ma.MaskedArray) for part in parts)
    try:
        whole = np.ma.concatenate(parts) if masked else np.concatenate(parts)  # type: ignore[no-untyped-call]
    except TypeError as error:
        raise RuleError(
            str(feature.reference),
            f"returned arrays of types that do not go together, one an entity: {error}",
        ) from error
    mask = np.ma.getmaskarray(whole) if masked else None
    return as_values(feature, np.asarray(whole), mask)


def as_values(feature: ResolvedFeature, array: Array, mask: Array | None = None) -> pa.Array:
    """Return ``array`` as values of ``feature``, NULL where ``mask`` or where it holds none.

    Raises ``RuleError`` for values that the feature's type cannot hold.
    """
    try:
        missing = _missing(array) if mask is None else mask | _missing(array)
        column = _as_arrow(feature.dtype, array, missing)
        target = Target(feature.name, feature.column, feature.dtype)
        return cast_column(target, pa.chunked_array([column])).cast(ARROW_TYPES[feature.dtype])
    except (ColumnError, ValueError, TypeError, NotImplementedError, OverflowError) as error:
        raise RuleError(
            str(feature.reference),
            f"returned values of type {array.dtype} that are no {feature.dtype}: {error}",
        ) from error


def _missing(array: Array) -> Array:
    if array.dtype.kind == "f":
        return np.isnan(array)
    if array.dtype.kind in "Mm":
        return np.isnat(array)
    if array.dtype.kind == "O":
        return np.array([each is None or each != each for each in array], np.bool_)  # noqa: PLR0124
    return np.zeros(array.shape, np.bool_)


def _as_arrow(dtype: str, array: Array, missing: Array) -> pa.Array:
    if array.dtype.kind == "M":
        return pa.array(array.astype("datetime64[us]"), mask=missing).cast(UTC_TIME)
    if dtype in ("int64", "bool") and array.dtype.kind == "f":
        return _from_floats(dtype, np.where(missing, 0.0, array), missing)
    if array.dtype.kind == "U":  # pyarrow ends each at its first NUL, where an object is refused
        array = array.astype(object)
    return one_chunk(pa.array(array, mask=missing, from_pandas=False))


def _from_floats(dtype: str, whole: Array, missing: Array) -> pa.Array:
    """Return floats as whole numbers or truth values, where they are such."""
    if dtype == "bool":
        if not np.isin(whole, (0.0, 1.0)).all():
            raise ColumnError("", "a truth value is 0, 1 or NaN")
        return pa.array(whole == 1.0, mask=missing)
    if not (np.abs(whole) <= EXACT).all() or not (whole == np.floor(whole)).all():
        raise ColumnError("", f"a whole number has no fraction and is at most 2**53 ({EXACT})")
    return pa.array(whole.astype(np.int64), mask=missing)
