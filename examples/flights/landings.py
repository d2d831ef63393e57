"""What is ingested of landings: how late each was, as a row of its carrier and of its route."""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flights import clock
from flights.clock import Minutes

PUBLISHED_AFTER: Final = 5
"""Minutes from a landing to its publication: an assumption of this demo, for the data has none."""


def landing_table(flights: pa.Table, columns: list[str]) -> pa.Table:
    """Return the landings of the group keyed by ``columns``, in order of key and event time.

    The data tell landings to the minute. A row is a key and a time, so those of one key and minute
    end it a microsecond apart, in the file's order: the last at the minute itself, when all are
    known.
    """
    landed = flights.filter(flights["arr_delay"].is_valid())
    minutes = clock.landings(landed)
    codes = _codes(landed, columns)
    order = np.lexsort((minutes, codes))
    landed, minutes = landed.take(pa.array(order)), minutes[order]
    early = _followers(codes[order], minutes)
    times = clock.instants(minutes).cast(pa.int64()).to_numpy() - early
    return pa.table(
        {
            **{column: landed[column] for column in columns},
            "event_time": pa.array(times).cast(pa.timestamp("us", tz="UTC")),
            "published_at": clock.instants(minutes + PUBLISHED_AFTER),
            "arr_delay": landed["arr_delay"],
        }
    ).combine_chunks()


def _followers(codes: Minutes, minutes: Minutes) -> Minutes:
    """Return how many rows of the same key and minute follow each row; both arrays are ordered."""
    last = np.ones(len(codes), np.bool_)
    last[:-1] = (np.diff(codes) != 0) | (np.diff(minutes) != 0)
    ends = np.flatnonzero(last)
    return np.asarray(ends[np.searchsorted(ends, np.arange(len(codes)))] - np.arange(len(codes)))


def _codes(flights: pa.Table, columns: list[str]) -> NDArray[np.int64]:
    """Return a code for each row's key, in the keys' order."""
    codes = np.zeros(flights.num_rows, np.int64)
    for column in columns:
        encoded = flights[column].combine_chunks().dictionary_encode()
        names = np.array(encoded.dictionary.to_pylist())
        rank = np.argsort(np.argsort(names))
        codes = codes * len(names) + rank[encoded.indices.to_numpy()]
    return codes
