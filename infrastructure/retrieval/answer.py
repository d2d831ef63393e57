"""What a join found for each spine row, and what the output makes of it."""

import numpy as np
import pyarrow as pa
from attrs import field, frozen
from numpy.typing import NDArray

from featuretrail.domain.asof import Flags, Ints
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.statuses import EXPIRED, MISSING, NULL, PRESENT, RETRACTED, STATUS_NAMES


@frozen(eq=False)
class Answer:
    """What one join found, a row for each spine row.

    ``event_times`` and ``batches`` are those of the winner, a row of values (where ``found``) or a
    retraction (where ``retracted``). ``values`` holds the columns, NULL where no row won.
    """

    found: Flags = field(repr=False)
    retracted: Flags = field(repr=False)
    event_times: Ints = field(repr=False)
    batches: Ints = field(repr=False)
    values: pa.Table = field(repr=False)


@frozen(eq=False)
class FeatureColumns:
    """One feature's output: its values, status codes and event times."""

    values: pa.Array = field(repr=False)
    codes: NDArray[np.int8] = field(repr=False)
    event_times: pa.Array = field(repr=False)

    @property
    def statuses(self) -> pa.Array:
        """The statuses by name."""
        names = pa.array(STATUS_NAMES, pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(self.codes), names).cast(pa.string())


def judge(answer: Answer, column: str, dtype: str, times: Ints, ttl: int | None) -> FeatureColumns:
    """Return the output of ``column`` from what a join found.

    A value is present unless it is NULL, older than ``ttl`` (microseconds) at the row's time,
    retracted, or missing; the output is NULL in all these cases.
    """
    values = answer.values.column(column)
    codes = np.full(times.size, MISSING, np.int8)
    codes[answer.found] = PRESENT
    if values.null_count:
        codes[answer.found & values.is_null().to_numpy()] = NULL
    if ttl is not None:
        expired = answer.found & (answer.event_times < times - ttl)
        codes[expired] = EXPIRED
        if expired.any():
            values = _without(values, expired)
    codes[answer.retracted] = RETRACTED
    known = answer.found | answer.retracted
    event_times = pa.array(np.where(known, answer.event_times, 0), mask=~known).cast(UTC_TIME)
    return FeatureColumns(values.cast(ARROW_TYPES[dtype]), codes, event_times)


def nothing_found(count: int, columns: dict[str, str]) -> Answer:
    """Return the answer that knows of no row; ``columns`` maps names to dtypes."""
    values = {name: pa.nulls(count, ARROW_TYPES[dtype]) for name, dtype in columns.items()}
    no = np.zeros(count, np.bool_)
    none = np.zeros(count, np.int64)
    return Answer(no, no.copy(), none, none, pa.table(values))


def _without(values: pa.ChunkedArray, hidden: Flags) -> pa.ChunkedArray:
    keep = np.where(hidden, 0, np.arange(hidden.size))
    return values.take(pa.array(keep, mask=hidden))
