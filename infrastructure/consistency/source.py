"""What another system is asked for, and the protocol by which it answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat
from attrs import field, frozen

from featuretrail.domain.consistency.measured import key_column
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import NaiveTimeError
from featuretrail.domain.serving.sampling import sampled


@frozen
class SourceRequest:
    """What is to be compared of a snapshot.

    ``features`` maps each feature (``group.feature``) to its type, ``outputs`` to its column in
    the snapshot's matrix. ``keys`` are the entity keys, ``time_column`` the time of a row (``None``
    for rows without one). Rows outside ``[since, until]``, and of entities that are not in the
    sample, are not compared; a source that leaves them out spares reading them.
    """

    features: Mapping[str, str]
    outputs: Mapping[str, str]
    keys: tuple[str, ...]
    time_column: str | None
    since: datetime | None = None
    until: datetime | None = None
    sample: float = field(default=1.0)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that every row needs: keys and time."""
        return (*self.keys, *([] if self.time_column is None else [self.time_column]))

    def kept(self, table: pa.Table, what: str) -> pa.Table:
        """Return the rows of ``table``, which bears the request's names, that are asked for.

        Raises ``InvalidInputError``, ``NotFoundError`` or ``NaiveTimeError`` for keys and times
        that cannot be compared.
        """
        table = _without_views(table)
        mask = None
        if self.time_column is not None and self.since is not None and self.until is not None:
            times = key_column(table, self.time_column, what)
            if pat.is_timestamp(times.type):
                late = pc.greater_equal(times, pa.scalar(self.since, UTC_TIME))
                mask = pc.and_(late, pc.less_equal(times, pa.scalar(self.until, UTC_TIME)))
        if self.sample < 1 and self.keys:
            keys = {name: key_column(table, name, what) for name in self.keys}
            chosen = pa.array(sampled(keys, self.sample))
            mask = chosen if mask is None else pc.and_(mask, chosen)
        return table if mask is None else table.filter(mask)


@runtime_checkable
class ValueSource(Protocol):
    """Another system that holds values of the same features, under a ``name``.

    Any object with these two members is one. ``read`` returns a table with the columns
    ``request.names``, and of ``request.features`` those that the system has, each under its
    ``group.feature`` name. It raises ``SourceError`` when the system cannot be read, and
    ``InvalidInputError`` or ``NotFoundError`` when it is described wrongly.
    """

    @property
    def name(self) -> str:
        """What reports call the system."""

    def read(self, request: SourceRequest) -> pa.Table:
        """Return its rows."""


def refuse_naive(types: Mapping[str, pa.DataType], columns: Mapping[str, str], source: str) -> None:
    """Raise ``NaiveTimeError`` for times without a zone; ``types`` and ``columns`` are by name."""
    for name, column in columns.items():
        if pat.is_timestamp(types[name]) and types[name].tz is None:
            raise NaiveTimeError(f"column {column!r} ({name}) of source {source!r}")


def types_of(schema: pa.Schema, columns: Mapping[str, str]) -> dict[str, pa.DataType]:
    """Return the types of chosen columns by name."""
    return {name: schema.field(column).type for name, column in columns.items()}


def _without_views(table: pa.Table) -> pa.Table:
    """Return ``table`` with views of text (as polars has them) as text, which Arrow can filter."""
    for place, field_ in enumerate(table.schema):
        if pat.is_string_view(field_.type):
            column = table.column(place).cast(pa.large_string())
            table = table.set_column(place, field_.name, column)
    return table
