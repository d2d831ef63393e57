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


def judge(answer: Answer, column: str, dtype: str, times: Ints, ttl: int | None) -> FeatureColumns:
    """Return the output of ``column`` from what a join found.

    A value is present unless it is NULL, older than ``ttl`` (microseconds) at the row's time,
    retracted, or missing; the output is NULL in all these cases.
    """
    values = answer.values.column(column)
    null = values.is_null().to_numpy() if values.null_count else None
    codes = status_codes(answer.found, answer.retracted, null, answer.event_times, times, ttl)
    if ttl is not None and (codes == EXPIRED).any():
        values = _without(values, codes == EXPIRED)
    event_times = event_time_column(answer.event_times, answer.found | answer.retracted)
    return FeatureColumns(values.cast(ARROW_TYPES[dtype]), codes, event_times)


def status_codes(
    found: Flags,
    retracted: Flags,
    null: Flags | None,
    event_times: Ints,
    times: Ints | int,
    ttl: int | None,
) -> NDArray[np.int8]:
    """Return the status of each row; ``null`` says where the value is NULL, if anywhere.

    All times are microseconds; ``times`` are the rows' own, or the one moment of all.
    """
    codes = np.where(found, np.int8(PRESENT), np.int8(MISSING))
    if null is not None:
        codes[found & null] = NULL
    if ttl is not None:
        codes[found & (event_times < times - ttl)] = EXPIRED
    codes[retracted] = RETRACTED
    return codes


def status_column(codes: NDArray[np.int8]) -> pa.Array:
    """Return statuses by name."""
    names = pa.array(STATUS_NAMES, pa.string())  # not at import: pa.array imports pandas
    return pa.DictionaryArray.from_arrays(pa.array(codes), names).cast(pa.string())


def event_time_column(event_times: Ints, known: Flags) -> pa.Array:
    """Return event times in UTC, NULL where none is known."""
    return pa.array(np.where(known, event_times, 0), mask=~known).cast(UTC_TIME)


def nothing_found(count: int, columns: dict[str, str]) -> Answer:
    """Return the answer that knows of no row; ``columns`` maps names to dtypes."""
    values = {name: pa.nulls(count, ARROW_TYPES[dtype]) for name, dtype in columns.items()}
    no = np.zeros(count, np.bool_)
    none = np.zeros(count, np.int64)
    return Answer(no, no.copy(), none, none, pa.table(values))


def _without(values: pa.ChunkedArray, hidden: Flags) -> pa.ChunkedArray:
    keep = np.where(hidden, 0, np.arange(hidden.size))
    return values.take(pa.array(keep, mask=hidden))
