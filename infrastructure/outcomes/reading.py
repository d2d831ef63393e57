"""Recorded outcomes read back, with the types of their labels and of what was seen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from psycopg.rows import dict_row

from featuretrail.domain.aggregates.snapshot import check_snapshot
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_count, optional
from featuretrail.domain.moments import check_moment
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.outcomes.rows import EVENT_TIME, OutcomeRows
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader

Record = dict[str, Any]

_PLACE = {
    "recorded_at": pa.timestamp("us", tz="UTC"),
    "position": pa.int64(),
    "label": pa.string(),
    "version": pa.string(),
}
_FIXED = (EVENT_TIME, "value", "served_id", "snapshot_id", "judged_time", "late", "replaced")


def key_name(key: str) -> str:
    """Return the column of a key: its name, after ``key`` where another column has that name."""
    return f"key {key}" if key in {*_PLACE, *_FIXED} else key


class OutcomeReader:
    """Reads outcomes: all that were recorded, or those that hold for a snapshot's rows."""

    def __init__(self, database: Database, registry: RegistryReader | None = None) -> None:
        self._database = database
        self._registry = RegistryReader(database) if registry is None else registry

    @needs("auditor")
    def rows(
        self,
        label: str | FeatureReference,
        *,
        snapshot: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> pa.Table:
        """Return what was recorded of ``label`` (a version if pinned), oldest first.

        Those with event times in ``[since, until)``; replaced ones too. Columns: ``recorded_at``,
        ``position``, ``label``, ``version``, the keys, ``event_time``, ``value``, ``served_id``,
        ``snapshot_id``, ``judged_time``, ``late``, ``replaced``, then ``group.feature`` for each
        feature that a tracker saw. A key named as another of these is ``key NAME``.
        Raises ``NotFoundError`` or ``InvalidInputError``.
        """
        reference = FeatureReference.parse(label)
        registry = self._registry.current()
        registry.resolve(reference)
        found = self._records(reference, snapshot, since, until, limit)
        return _table(registry, reference, found)

    @needs("auditor")
    def records(
        self,
        label: str | FeatureReference | None = None,
        *,
        snapshot: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Record]:
        """Return what was recorded (of ``label``) as JSON spells it, see ``rows``."""
        reference = None if label is None else FeatureReference.parse(label)
        if reference is not None:
            self._registry.current().resolve(reference)
        return self._records(reference, snapshot, since, until, limit)

    @needs("auditor")
    def of_snapshot(
        self, snapshot_id: str, label: str | FeatureReference | None = None
    ) -> pa.Table:
        """Return the outcomes that hold for rows of a snapshot, the columns of ``rows``.

        One a row judged, label and version: the value that its entity and event time have now, and
        what was last seen. ``label`` may be left out when one label judges the snapshot; without
        an outcome the table is empty. Raises ``InvalidInputError`` when there are several.
        """
        registry = self._registry.current()
        found = self.holding(snapshot_id, label)
        reference = None if label is None else FeatureReference.parse(label)
        paths = sorted({each["label"] for each in found})
        if reference is None and len(paths) > 1:
            raise InvalidInputError(
                f"snapshot {snapshot_id!r} is judged by {', '.join(paths)}; name the label"
            )
        if reference is None and not paths:
            return pa.table({name: pa.array([], arrow) for name, arrow in _PLACE.items()})
        wanted = FeatureReference.parse(paths[0]) if reference is None else reference
        return _table(registry, wanted, found)

    @needs("auditor")
    def holding(
        self,
        snapshot_id: str,
        label: str | FeatureReference | None = None,
        *,
        limit: int | None = None,
    ) -> list[Record]:
        """Return the outcomes that hold for rows of a snapshot, as JSON spells them."""
        reference = None if label is None else FeatureReference.parse(label)
        facts = _facts(reference, snapshot_id, limit)
        return self._found("outcomes/holding", facts)

    def _records(
        self,
        label: FeatureReference | None,
        snapshot: str | None,
        since: datetime | None,
        until: datetime | None,
        limit: int | None,
    ) -> list[Record]:
        facts = _facts(label, snapshot, limit) | {
            "since": optional(check_moment, "since", since),
            "until": optional(check_moment, "until", until),
        }
        return self._found("outcomes/rows", facts)

    def _found(self, name: str, facts: Mapping[str, object]) -> list[Record]:
        with (
            self._database.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            return cursor.execute(query(name), facts).fetchall()


def _facts(
    label: FeatureReference | None, snapshot: str | None, limit: int | None
) -> dict[str, object]:
    return {
        "label": None if label is None else label.path,
        "version": None if label is None or label.version is None else str(label.version),
        "snapshot": optional(check_snapshot, "snapshot", snapshot),
        "limit": None if limit is None else check_count("limit", limit),
    }


def seen_types(registry: Registry, references: Iterable[str]) -> dict[str, str]:
    """Return the dtype of each pinned reference."""
    return {each: registry.resolve(each).dtype for each in references}


def _table(registry: Registry, label: FeatureReference, records: Sequence[Record]) -> pa.Table:
    versions = {each["version"] for each in records}
    dtypes = {registry.resolve(f"{label.path}@{version}").dtype for version in versions}
    if len(dtypes) > 1:
        raise InvalidInputError(
            f"outcomes of {label.path!r} have the types {', '.join(sorted(dtypes))}; ask for one "
            f"version, such as '{label.path}@{min(versions)}'"
        )
    resolved = registry.resolve(label)
    dtype = next(iter(dtypes), resolved.dtype)
    keys = resolved.group.keys
    seen = seen_types(registry, dict.fromkeys(name for each in records for name in each["seen"]))
    rows = OutcomeRows.of_records(keys, dtype, seen, records)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        name: pa.array([each[name] for each in records], arrow) for name, arrow in _PLACE.items()
    }
    columns |= {key_name(name): rows.table[f"key {name}"] for name in keys}
    columns |= {name: rows.table[name] for name in _FIXED}
    return pa.table(columns | _seen(rows, seen))


def _seen(rows: OutcomeRows, seen: Mapping[str, str]) -> dict[str, pa.ChunkedArray]:
    """Return what was seen by ``group.feature``; of several versions the one that was seen."""
    columns: dict[str, pa.ChunkedArray] = {}
    for reference, dtype in seen.items():
        path = reference.partition("@")[0]
        column = rows.table[f"seen {reference}"].cast(ARROW_TYPES[dtype])
        known = columns.get(path)
        if known is not None and known.type != column.type:
            raise InvalidInputError(
                f"{path!r} was seen in versions of different types; ask for one snapshot or time"
            )
        columns[path] = column if known is None else _either(known, column)
    return columns


def _either(known: pa.ChunkedArray, column: pa.ChunkedArray) -> pa.ChunkedArray:
    values = [
        one if one is not None else other
        for one, other in zip(known.to_pylist(), column.to_pylist(), strict=True)
    ]
    return pa.chunked_array([pa.array(values, known.type)])
