"""The canonical order of a batch: by keys, compared bytewise or as numbers, then event time."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_ROOM = 2**62


@frozen
class Ordering:
    """``rows[i]`` is the given row in place ``i``; equal rows keep their order.

    ``same_key[i]`` and ``same_row[i]`` tell whether place ``i + 1`` has the keys of place ``i``,
    and whether it has its event time as well. ``sorted`` is true when nothing moves.
    """

    rows: Integers
    same_key: NDArray[np.bool_]
    same_row: NDArray[np.bool_]
    sorted: bool


def canonical_order(keys: Sequence[pa.Array], event_time: pa.Array) -> Ordering:
    """Return the order of rows with these ``keys`` and event times, none of them NULL."""
    codes = _key_codes(keys)
    times = _numbers(event_time)
    rows = _sorted_rows(codes, times)
    moved = bool(np.any(rows[1:] < rows[:-1]))
    if moved:
        codes, times = codes[rows], times[rows]
    same_key = codes[1:] == codes[:-1]
    return Ordering(rows, same_key, same_key & (times[1:] == times[:-1]), not moved)


def _sorted_rows(codes: Integers, times: Integers) -> Integers:
    if len(codes) == 0:
        return np.empty(0, np.int64)
    span = int(times.max()) - int(times.min()) + 1
    if (int(codes.max()) + 1) * span < _ROOM:
        return np.argsort(codes * span + (times - times.min()), kind="stable")
    return np.lexsort((times, codes))


def _key_codes(keys: Sequence[pa.Array]) -> Integers:
    codes, count = _ranks(keys[0])
    for key in keys[1:]:
        ranks, distinct = _ranks(key)
        if count * distinct >= _ROOM:
            codes, count = _dense(codes)
        if count * distinct >= _ROOM:
            ranks, distinct = _dense(ranks)
        codes, count = codes * distinct + ranks, count * distinct
    return codes


def _ranks(key: pa.Array) -> tuple[Integers, int]:
    if len(key) == 0:
        return np.empty(0, np.int64), 1
    if pa.types.is_integer(key.type):
        return _integer_ranks(_numbers(key))
    encoded = key.dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank: Integers = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[encoded.indices.to_numpy()], len(order)


def _integer_ranks(values: Integers) -> tuple[Integers, int]:
    span = int(values.max()) - int(values.min()) + 1
    return (values - values.min(), span) if span < 2**31 else _dense(values)


def _dense(values: Integers) -> tuple[Integers, int]:
    distinct, ranks = np.unique(values, return_inverse=True)
    return ranks.astype(np.int64, copy=False), len(distinct)


def _numbers(array: pa.Array) -> Integers:
    return array.view(pa.int64()).to_numpy()  # type: ignore[no-any-return]
