"""Which messages of a micro-batch can be stored, and why the others cannot."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from attrs import evolve, field, frozen

from featuretrail.domain.errors import FeatureTrailError, InvalidInputError
from featuretrail.domain.inputs import shown
from featuretrail.infrastructure.streaming.layout import Layout
from featuretrail.infrastructure.streaming.message import Decode, Message, Row
from featuretrail.infrastructure.values.validation import Batch


@frozen
class Poison:
    """A message that cannot be stored, and why."""

    message: Message
    error: str


@frozen
class Sorted:
    """The messages that can be stored as ``batch``, those that cannot, both in their order.

    ``times`` are the event times of the good ones, in microseconds.
    """

    good: Sequence[Message]
    poison: Sequence[Poison]
    batch: Batch = field(repr=False)
    times: np.ndarray = field(repr=False)

    @property
    def superseded(self) -> int:
        """How many rows gave way to a later one of the same keys and event time."""
        return len(self.good) - int(self.batch.table.num_rows)

    def parking(self, poison: Poison) -> "Sorted":
        """Return it with one more message that cannot be stored."""
        return evolve(self, poison=[*self.poison, poison])


def sort_out(layout: Layout, messages: Sequence[Message], decode: Decode) -> Sorted:
    """Tell the messages that can be stored from those that cannot."""
    good: list[tuple[Message, Row]] = []
    reasons: dict[int, Poison] = {}
    for message in messages:
        try:
            good.append((message, _row(message, decode)))
        except Exception as error:  # noqa: BLE001 - a decoder is the caller's: its error is parked
            reasons[id(message)] = Poison(message, f"it cannot be decoded: {_told(error)}")
    tables: list[pa.Table] = []
    kept: list[Message] = []
    _sift(layout, good, tables, kept, reasons)
    table = pa.concat_tables(tables).combine_chunks() if tables else layout.nothing()
    times = table["event_time"].combine_chunks().view(pa.int64()).to_numpy()
    poison = [reasons[id(message)] for message in messages if id(message) in reasons]
    return Sorted(kept, poison, layout.batch(table), times)


def _sift(
    layout: Layout,
    rows: Sequence[tuple[Message, Row]],
    tables: list[pa.Table],
    kept: list[Message],
    reasons: dict[int, Poison],
) -> None:
    """Add what of ``rows`` can be stored to ``tables`` and ``kept``, halving them to find it."""
    if not rows:
        return
    try:
        table = layout.table([row for _, row in rows])
        layout.batch(table)
    except InvalidInputError as error:
        if len(rows) == 1:
            message = rows[0][0]
            reasons[id(message)] = Poison(message, _told(error))
            return
        middle = len(rows) // 2
        _sift(layout, rows[:middle], tables, kept, reasons)
        _sift(layout, rows[middle:], tables, kept, reasons)
    else:
        tables.append(table)
        kept.extend(message for message, _ in rows)


def _row(message: Message, decode: Decode) -> Row:
    if not isinstance(message.content, bytes):
        return message.content
    row = decode(message.content)
    if not isinstance(row, Mapping):
        raise TypeError(f"the decoder made {shown(row)} of it, not a mapping of columns")
    return row


def _told(error: Exception) -> str:
    """Return an error as the table of parked messages can hold it."""
    text = (
        str(error) if isinstance(error, FeatureTrailError) else f"{error} ({type(error).__name__})"
    )
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
