"""Delay features of a carrier or a route, from flights that had landed, never from the future."""

from typing import Final

import numpy as np
import pyarrow as pa
from attrs import frozen
from numpy.typing import NDArray

from flights import clock
from flights.clock import DAY, Minutes

LAST: Final = 20
LATE: Final = 15
PUBLISHED_AFTER: Final = 5
"""Minutes from a landing to its publication: an assumption of this demo, for the data has none."""

_KEY_SPAN: Final = 1 << 22
"""Minutes that one key may span on the common axis of ``_count_before``: eight years."""


@frozen
class Delays:
    """One row for each key and minute with a landing: what the landings up to then amount to."""

    keys: Minutes
    """Codes of the keys, ascending; within a key ``landed`` ascends."""
    landed: Minutes
    recent_delay: NDArray[np.float64]
    """Mean arrival delay in minutes of the last 20 landings (of all, while there are fewer)."""
    late_share: NDArray[np.float64]
    """Share of the landings of the last 24 hours that were more than 15 minutes late."""
    landings: Minutes
    """How many landings the last 24 hours had."""


def delays(keys: Minutes, landed: Minutes, delay: Minutes) -> Delays:
    """Return the features of landings given by key code, minute and whole minutes of delay.

    Sums run over integers, so that every machine computes the same bits. Landings of the same
    minute are known together: they share one row, made after all of them.
    """
    order = np.lexsort((landed, keys))
    keys, landed, delay = keys[order], landed[order], delay[order]
    sums = np.concatenate(([0], np.cumsum(delay)))
    late = np.concatenate(([0], np.cumsum(delay > LATE)))
    last_of_minute = np.ones(len(keys), np.bool_)
    last_of_minute[:-1] = (np.diff(keys) != 0) | (np.diff(landed) != 0)
    ends = np.flatnonzero(last_of_minute)
    after = ends + 1
    first = np.searchsorted(keys, keys[ends], side="left")
    recent = np.maximum(first, after - LAST)
    day = _count_before(keys, landed, keys[ends], landed[ends] - DAY)
    return Delays(
        keys[ends],
        landed[ends],
        (sums[after] - sums[recent]) / (after - recent),
        (late[after] - late[day]) / (after - day),
        after - day,
    )


def delay_table(flights: pa.Table, columns: list[str]) -> pa.Table:
    """Return the values of the group keyed by ``columns``, in order of key and event time."""
    landed = flights.filter(flights["arr_delay"].is_valid())
    codes, names = _encode(landed, columns)
    values = delays(codes, clock.landings(landed), landed["arr_delay"].to_numpy().astype(np.int64))
    return pa.table(
        {
            **_decode(values.keys, columns, names),
            "event_time": clock.instants(values.landed),
            "published_at": clock.instants(values.landed + PUBLISHED_AFTER),
            "recent_delay": values.recent_delay,
            "late_share": values.late_share,
            "landings": values.landings,
        }
    )


def _count_before(keys: Minutes, landed: Minutes, of: Minutes, until: Minutes) -> Minutes:
    """Return how many landings precede key ``of``'s first one after minute ``until``."""
    axis = keys * _KEY_SPAN + landed + DAY
    return np.searchsorted(axis, of * _KEY_SPAN + until + DAY, side="right")


def _encode(flights: pa.Table, columns: list[str]) -> tuple[Minutes, list[list[str]]]:
    """Return a code for each row's key, in the keys' order, and each column's sorted values."""
    codes = np.zeros(flights.num_rows, np.int64)
    values = []
    for column in columns:
        encoded = flights[column].combine_chunks().dictionary_encode()
        names = encoded.dictionary.to_pylist()
        values.append(sorted(names))
        rank = np.searchsorted(np.array(values[-1]), np.array(names))
        codes = codes * len(names) + rank[encoded.indices.to_numpy()]
    return codes, values


def _decode(codes: Minutes, columns: list[str], values: list[list[str]]) -> dict[str, pa.Array]:
    """Return the key columns of ``codes``, the inverse of ``_encode``."""
    decoded: dict[str, pa.Array] = {}
    for column, names in zip(reversed(columns), reversed(values), strict=True):
        codes, rank = np.divmod(codes, len(names))
        decoded[column] = pa.array(names).take(pa.array(rank))
    return {column: decoded[column] for column in columns}
