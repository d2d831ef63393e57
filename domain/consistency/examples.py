"""The rows that disagree most, as people and JSON read them."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from featuretrail.domain.cells import python_value
from featuretrail.domain.consistency.column import ColumnPair
from featuretrail.domain.consistency.comparing import Differing
from featuretrail.domain.consistency.pairing import Ints, Pairing

EXAMPLES = 5


@frozen
class Example:
    """One row that disagrees: its keys, both values, and how far they lie apart, if they do."""

    keys: Mapping[str, Any]
    expected: Any
    found: Any
    difference: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "keys": dict(self.keys),
            "expected": self.expected,
            "found": self.found,
            "difference": self.difference,
        }


def examples(
    keys: Mapping[str, Any], pairing: Pairing, column: ColumnPair, differing: Differing
) -> tuple[Example, ...]:
    """Return the worst pairs of a column, the furthest apart first; NULL against a value last.

    NaN against a number is as far apart as can be.
    """
    distances = differing.distances[differing.beyond]
    order = np.argsort(np.where(np.isnan(distances), -np.inf, -distances), kind="stable")[:EXAMPLES]
    pairs = np.concatenate(
        [differing.mismatched[order], differing.null_expected, differing.null_found]
    )[:EXAMPLES]
    apart = [_number(each) for each in distances[order].tolist()] + [None] * EXAMPLES
    left, right = pairing.expected_of(pairs).tolist(), pairing.found_of(pairs).tolist()
    return tuple(
        Example(
            keys_of(keys, here),
            json_value(column.expected.value(here)),
            json_value(column.found.value(there)),
            distance,
        )
        for here, there, distance in zip(left, right, apart, strict=False)
    )


def key_examples(keys: Mapping[str, Any], rows: Ints) -> tuple[dict[str, Any], ...]:
    """Return the keys of the first few of ``rows``."""
    return tuple(keys_of(keys, row) for row in rows[:EXAMPLES].tolist())


def keys_of(keys: Mapping[str, Any], row: int) -> dict[str, Any]:
    """Return the keys of one row as JSON values."""
    return {name: json_value(python_value(column[row])) for name, column in keys.items()}


def json_value(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Return a cell as JSON has it: times in ISO 8601, NaN and infinities as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, pa.Scalar):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _number(distance: float) -> float | None:
    return distance if math.isfinite(distance) else None
