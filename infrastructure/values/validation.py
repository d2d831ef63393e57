"""Everything ``ingest`` demands of values, checked before a byte is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.digest import table_digest
from featuretrail.domain.errors import InvalidInputError, InvalidValuesError
from featuretrail.domain.moments import EARLIEST
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.infrastructure.values.casting import (
    SHOWN_ROWS,
    ColumnError,
    cast_column,
    refuse_rows,
)
from featuretrail.infrastructure.values.columns import (
    EVENT_TIME,
    Target,
    fixed_columns,
    match_columns,
)
from featuretrail.infrastructure.values.moments import TOLERANCE, as_datetime, microseconds
from featuretrail.infrastructure.values.ordering import Integers, Ordering, canonical_order

MAX_KEY_BYTES = 2500
"""Bytes of text that the keys of one row may have, for they share an index entry."""


@frozen
class Batch:
    """Checked values in canonical order, ready to be stored.

    ``table`` has the columns of the group's table: keys, event time, known time, then the written
    feature columns by name. ``versions`` maps each of those to the version it is written for.
    ``last_rows`` are the rows that hold each entity's greatest event time.
    """

    group: FeatureGroup
    table: pa.Table
    versions: dict[str, str]
    last_rows: Integers
    digest: str

    @property
    def columns(self) -> list[str]:
        """The written feature columns, sorted."""
        return list(self.versions)

    @property
    def first_event_time(self) -> datetime | None:
        """The least event time, ``None`` without rows."""
        return as_datetime(pc.min(self.table[EVENT_TIME]))

    @property
    def last_event_time(self) -> datetime | None:
        """The greatest event time, ``None`` without rows."""
        return as_datetime(pc.max(self.table[EVENT_TIME]))


def validate(
    group: FeatureGroup,
    features: Sequence[ResolvedFeature],
    registry: Registry,
    table: pa.Table,
    *,
    on_duplicate: str = "error",
    partial: bool = False,
    computed: bool = False,
) -> Batch:
    """Return ``table`` as a batch of ``group``; ``check_not_ahead`` remains for the server's clock.

    Raises ``InvalidValuesError`` or ``NaiveTimeError``; nothing is ever dropped or changed silently
    (``on_duplicate="last"`` asks for the last of rows with equal keys and event time). Features
    with rules may be written only by what ``computed`` them.
    """
    if on_duplicate not in ("error", "last"):
        raise InvalidInputError(f"on_duplicate is {on_duplicate!r}; give 'error' or 'last'")
    targets = match_columns(
        group, features, registry, table.column_names, partial=partial, computed=computed
    )
    try:
        arrays = {target.column: cast_column(target, table[target.given]) for target in targets}
        _check_fixed(group, arrays)
    except ColumnError as error:
        raise InvalidValuesError(
            group.name, error.fault, column=error.column, rows=error.rows
        ) from error
    order = canonical_order([arrays[key] for key in group.keys], arrays[EVENT_TIME])
    if on_duplicate == "error":
        _refuse_duplicates(group, arrays, order)
    ordered, last_rows = _arranged(pa.table(arrays), order)
    return Batch(group, ordered, _versions(targets), last_rows, table_digest(ordered))


def check_not_ahead(batch: Batch, now: datetime) -> None:
    """Refuse event times more than a minute after the server's clock and known times after it."""
    latest = batch.last_event_time
    if latest is not None and latest > now + TOLERANCE:
        raise InvalidValuesError(
            batch.group.name,
            f"column {EVENT_TIME!r} reaches {latest.isoformat()}, which is after the server's "
            f"clock ({now.isoformat()}); an event time says when a value became true",
            column=EVENT_TIME,
        )
    name = batch.group.known_time
    known = None if name is None else as_datetime(pc.max(batch.table[name]))
    if known is not None and known > now:
        raise InvalidValuesError(
            batch.group.name,
            f"column {name!r} reaches {known.isoformat()}, which is after the server's clock "
            f"({now.isoformat()}); nothing is known before it is known",
            column=name,
        )


def _check_fixed(group: FeatureGroup, arrays: dict[str, pa.Array]) -> None:
    for name in fixed_columns(group):
        refuse_rows(
            name,
            np.flatnonzero(arrays[name].is_null().to_numpy(zero_copy_only=False)),
            "is NULL where every row needs a value",
        )
    for name in (EVENT_TIME, *([] if group.known_time is None else [group.known_time])):
        times = arrays[name].view(pa.int64()).to_numpy()
        refuse_rows(
            name,
            np.flatnonzero(times < microseconds(EARLIEST)),
            f"holds times before {EARLIEST.date()}, the earliest that is accepted",
        )
    refuse_long_keys(group, arrays)


def refuse_long_keys(group: FeatureGroup, arrays: Mapping[str, pa.Array]) -> None:
    """Raise ``ColumnError`` for rows whose text keys are longer together than an index holds."""
    texts = [key for key, dtype in group.keys.items() if dtype == "text"]
    if not texts:
        return
    sizes = sum(pc.binary_length(arrays[key]).to_numpy() for key in texts)
    refuse_rows(
        texts[0],
        np.flatnonzero(sizes > MAX_KEY_BYTES),
        f"makes keys of more than {MAX_KEY_BYTES} bytes, too long for an index entry",
    )


def _refuse_duplicates(group: FeatureGroup, arrays: dict[str, pa.Array], order: Ordering) -> None:
    if not order.same_row.any():
        return
    again = np.flatnonzero(order.same_row)
    first = order.rows[again[:SHOWN_ROWS]]
    second = order.rows[again[:SHOWN_ROWS] + 1]
    names = [*group.keys, EVENT_TIME]
    shown = "".join(
        f"\n  rows {one} and {two}: "
        + ", ".join(f"{name} {_shown(arrays[name][int(one)])}" for name in names)
        for one, two in zip(first, second, strict=True)
    )
    raise InvalidValuesError(
        group.name,
        f"{len(again)} rows repeat the keys and event time of another row; give one of each, or "
        f"on_duplicate='last' to keep the last:{shown}",
        rows=sorted({int(row) for row in (*first, *second)}),
    )


def _shown(scalar: pa.Scalar) -> str:
    moment = as_datetime(scalar) if pa.types.is_timestamp(scalar.type) else None
    return repr(scalar.as_py()) if moment is None else moment.isoformat()


def _arranged(table: pa.Table, order: Ordering) -> tuple[pa.Table, Integers]:
    kept = np.append(~order.same_row, np.full(min(1, len(order.rows)), fill_value=True))
    last = np.append(~order.same_key, np.full(min(1, len(order.rows)), fill_value=True))
    if order.sorted and kept.all():
        return table, np.flatnonzero(last)
    return table.take(pa.array(order.rows[kept])), np.flatnonzero(last[kept])


def _versions(targets: Sequence[Target]) -> dict[str, str]:
    return {
        target.column: str(target.feature.version.version)
        for target in targets
        if target.feature is not None
    }
