"""The dimensions that a feature's values alone tell: complete, valid, unique."""

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from featuretrail.domain.constraints import Constraint, NotNull, OneOf, Range
from featuretrail.domain.inputs import shown
from featuretrail.domain.quality.feature_quality import Dimension
from featuretrail.domain.quality.values import FeatureValues

_INT64 = np.iinfo(np.int64)
_TYPES: dict[str, tuple[type, ...]] = {
    "float64": (int, float),
    "int64": (int, float),
    "bool": (bool,),
    "text": (str,),
}


def completeness(given: FeatureValues) -> Dimension:
    """Return the share of rows that have a value: NULL is none, and neither is NaN."""
    if given.rows == 0:
        return Dimension(None, "there are no rows")
    lacking = given.nulls + given.nans
    if lacking == 0:
        return Dimension(100.0, f"each of {given.rows:,} rows has a value")
    parts = ((given.nulls, "NULL"), (given.nans, "NaN"))
    counted = " and ".join(f"{count:,} {what}" for count, what in parts if count)
    return Dimension(
        share(given.rows - lacking, given.rows), f"{counted} among {given.rows:,} rows"
    )


def validity(given: FeatureValues, constraints: Sequence[Constraint]) -> Dimension:
    """Return the share of values that meet the feature's ``constraints``; infinite ones never do.

    Judged are the rows that have a value, and all of them by ``NotNull``.
    """
    infinite = given.infinities
    told = f"; infinite values: {infinite:,}" if infinite else ""
    applying = [each for each in constraints if _applies(each, given.dtype)]
    if not applying:
        lacking = "no constraint" if not constraints else f"no constraint on {given.dtype}"
        return Dimension(None, f"its definition has {lacking}{told}")
    strict = any(isinstance(each, NotNull) for each in applying)
    present = _present(given)
    judged = given.rows if strict else int(np.count_nonzero(present))
    if judged == 0:
        return Dimension(None, "there is no value to judge")
    breaches = {_named(each): _breaking(each, given, present) for each in applying}
    if infinite:
        breaches["finite"] = np.asarray(pc.fill_null(pc.is_inf(given.values), fill_value=False))
    broken = int(np.count_nonzero(np.logical_or.reduce(list(breaches.values()))))
    if broken == 0:
        return Dimension(100.0, f"{judged:,} values meet {', '.join(breaches)}")
    counted = ", ".join(
        f"{count:,} break {name}"
        for name, rows in breaches.items()
        if (count := int(np.count_nonzero(rows)))
    )
    return Dimension(share(judged - broken, judged), f"of {judged:,} values {counted}")


def uniqueness(given: FeatureValues) -> Dimension:
    """Return the share of written rows that are not there again: same entity, same event time."""
    if given.written is None:
        return Dimension(None, "the rows have no entity and event time to tell them apart by")
    if given.written == 0:
        return Dimension(None, "there are no rows")
    again = given.written - given.rows
    if again == 0:
        return Dimension(100.0, f"{given.written:,} rows, none written again")
    reason = f"{again:,} of {given.written:,} rows were written again for the same entity and time"
    return Dimension(share(given.rows, given.written), reason)


def share(part: float, whole: float) -> float:
    """Return a share in percent, which is 100 only if it is the whole.

    >>> share(999_999, 1_000_000)
    99.9999
    """
    percent = 100.0 * part / whole
    return round(percent, 4) if round(percent, 4) < 100 or part == whole else 99.9999


def _present(given: FeatureValues) -> np.ndarray[Any, np.dtype[np.bool_]]:
    present = np.asarray(given.values.is_valid())
    if pa.types.is_floating(given.values.type):
        present &= ~np.asarray(pc.fill_null(pc.is_nan(given.values), fill_value=False))
    return present


def _applies(constraint: Constraint, dtype: str) -> bool:
    match constraint:
        case NotNull():
            return True
        case Range():
            return dtype in ("float64", "int64")
        case OneOf():
            return dtype in _TYPES
    return False


def _named(constraint: Constraint) -> str:
    match constraint:
        case Range():
            return f"Range({_figure(constraint.minimum)}, {_figure(constraint.maximum)})"
        case OneOf():
            return f"OneOf of {len(constraint.values)} values"
        case _:
            return "NotNull"


def _figure(bound: float | None) -> str:
    return f"{bound:g}" if bound is not None and _held(bound, "float64") else shown(bound)


def _breaking(
    constraint: Constraint, given: FeatureValues, present: np.ndarray[Any, np.dtype[np.bool_]]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    match constraint:
        case NotNull():
            return ~np.asarray(given.values.is_valid())
        case Range():
            return present & ~_within(constraint, given)
        case OneOf():
            return present & ~_among(constraint, given)
    return np.zeros(given.rows, np.bool_)


def _within(constraint: Range, given: FeatureValues) -> np.ndarray[Any, np.dtype[np.bool_]]:
    kind = np.float64 if given.dtype == "float64" else np.int64
    values = given.values.fill_null(0).to_numpy(zero_copy_only=False).astype(kind, copy=False)
    within = np.ones(given.rows, np.bool_)
    if constraint.minimum is not None:
        least = _bound(constraint.minimum, given.dtype, up=True)
        within &= values >= least if _held(least, given.dtype) else np.bool_(least < 0)
    if constraint.maximum is not None:
        most = _bound(constraint.maximum, given.dtype, up=False)
        within &= values <= most if _held(most, given.dtype) else np.bool_(most > 0)
    return within


def _bound(bound: float, dtype: str, *, up: bool) -> float | int:
    """Return a bound in the values' own type: no integer beyond 2**53 is rounded."""
    if dtype == "float64":
        return float(bound) if _held(bound, dtype) else bound
    return math.ceil(bound) if up else math.floor(bound)


def _held(value: float, dtype: str) -> bool:
    """Whether a value of this type can be ``value``, or round to it."""
    if dtype == "float64":
        return abs(value) <= sys.float_info.max
    return _INT64.min <= value <= _INT64.max and float(value).is_integer()


def _among(constraint: OneOf, given: FeatureValues) -> np.ndarray[Any, np.dtype[np.bool_]]:
    allowed: list[Any] = [
        value
        for value in constraint.values
        if isinstance(value, _TYPES[given.dtype])
        and isinstance(value, bool) == (given.dtype == "bool")
        and (isinstance(value, bool | str) or _held(value, given.dtype))
    ]
    if given.dtype == "int64":
        allowed = [int(value) for value in allowed]
    if given.dtype == "float64":
        allowed = [float(value) for value in allowed]
    known = pa.array(allowed, given.values.type)
    return np.asarray(pc.is_in(given.values, value_set=known))
