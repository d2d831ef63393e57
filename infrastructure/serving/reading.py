"""Served rows read back, with the types of the features and keys they are of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyarrow as pa
from attrs import frozen
from psycopg.rows import dict_row

from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_count, optional, several
from featuretrail.domain.moments import check_moment
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.serving.served_ids import check_served_id, milliseconds_of
from featuretrail.domain.serving.sheet import FIXED, Sheet, feature_columns, key_column
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.registry import RegistryReader

Wanted = ResolvedFeature | FeatureReference | str
Record = Mapping[str, Any]

_SECOND_LAST_YEAR = 253_370_764_800_000
"""Year 9999 in milliseconds since 1970: no row was served later."""


@frozen
class _Column:
    """A feature in the output: its path, the dtype of its values, the version if pinned."""

    path: str
    dtype: str
    pinned: str | None


class ServedReader:
    """Reads the served log; each row of it is one row of the answer.

    Columns: ``served_id`` (text), ``served_at``, ``known_position``, the keys of the features'
    groups, then for each feature ``group.feature``, ``group.feature__status``,
    ``group.feature__event_time`` and ``group.feature__version``, all NULL where the row answered
    other features.
    """

    def __init__(self, database: Database, registry: RegistryReader | None = None) -> None:
        self._database = database
        self._registry = RegistryReader(database) if registry is None else registry

    @needs("auditor")
    def rows(
        self,
        features: Sequence[Wanted],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> pa.Table:
        """Return the rows that answered one of ``features``, served in ``[since, until)``.

        Oldest first, the first ``limit``. ``"group.feature@1.0.0"`` asks for one version,
        ``"group.feature"`` and a resolved feature for all. Raises ``NotFoundError``, or
        ``InvalidInputError`` where versions of different types were served.
        """
        registry = self._registry.current()
        columns = [_column(registry, feature) for feature in features]
        facts = {
            "paths": [each.path for each in columns if each.pinned is None],
            "pinned": [f"{each.path}@{each.pinned}" for each in columns if each.pinned is not None],
            "since": optional(check_moment, "since", since),
            "until": optional(check_moment, "until", until),
            "limit": None if limit is None else check_count("limit", limit),
        }
        return _table(registry, columns, self._records("serving/rows", facts))

    @needs("auditor")
    def by_id(self, ids: Iterable[UUID | str]) -> pa.Table:
        """Return the rows of these ids, oldest first, with all features they answered.

        An id that was never logged has no row.
        """
        records = self.records(check_served_id(each) for each in several("ids", ids))
        registry = self._registry.current()
        paths = dict.fromkeys(path for record in records for path in _paths(record["features"]))
        return _table(registry, [_column(registry, path) for path in paths], records)

    def records(self, ids: Iterable[UUID]) -> list[dict[str, Any]]:
        """Return the rows of these ids as they are stored."""
        known = {each: milliseconds_of(each) for each in ids if each.version == 7}
        known = {each: at for each, at in known.items() if at < _SECOND_LAST_YEAR}
        if not known:
            return []
        epoch, step = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
        facts = {
            "ids": list(known),
            "since": epoch + min(known.values()) * step,
            "until": epoch + (max(known.values()) + 1) * step,
        }
        return self._records("serving/by_id", facts)

    def _records(self, name: str, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
        with (
            self._database.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            return cursor.execute(query(name), facts).fetchall()


def sheets_of(registry: Registry, records: Iterable[Record]) -> list[Sheet]:
    """Return stored rows as sheets, those of the same features and keys as one.

    Raises ``NotFoundError``, ``ValueError`` or ``TypeError`` for rows that nobody can have served.
    """
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Record]] = {}
    for record in records:
        name = (tuple(record["features"]), tuple(sorted(record["keys"])))
        alike.setdefault(name, []).append(record)
    made = []
    for (references, keys), rows in alike.items():
        resolved = [registry.resolve(reference) for reference in references]
        types = {name: dtype for each in resolved for name, dtype in each.group.keys.items()}
        dtypes = dict(zip(references, (each.dtype for each in resolved), strict=True))
        made.append(Sheet.of_records({name: types[name] for name in keys}, dtypes, rows))
    return made


def _column(registry: Registry, wanted: Wanted) -> _Column:
    if isinstance(wanted, ResolvedFeature):
        return _Column(wanted.reference.path, wanted.dtype, None)
    reference = FeatureReference.parse(wanted)
    resolved = registry.resolve(reference)
    pinned = None if reference.version is None else str(reference.version)
    return _Column(reference.path, resolved.dtype, pinned)


def _table(registry: Registry, columns: Sequence[_Column], records: Sequence[Record]) -> pa.Table:
    keys = {
        name: dtype
        for column in columns
        for name, dtype in registry.resolve(column.path).group.keys.items()
    }
    parts = [_part(sheet, keys, columns) for sheet in sheets_of(registry, records)]
    if not parts:
        return _part(Sheet.of_records(keys, {}, ()), keys, columns)
    table = pa.concat_tables(parts)
    return table.sort_by([("served_at", "ascending"), ("served_id", "ascending")])


def _part(sheet: Sheet, keys: Mapping[str, str], columns: Sequence[_Column]) -> pa.Table:
    rows = sheet.table.num_rows
    out: dict[str, pa.Array | pa.ChunkedArray] = {name: sheet.table[name] for name in FIXED}
    for name, dtype in keys.items():
        if name in out:
            raise InvalidInputError(f"a key is named {name!r}, as a column of the served log is")
        known = name in sheet.keys
        out[name] = sheet.table[key_column(name)] if known else pa.nulls(rows, ARROW_TYPES[dtype])
    for column in columns:
        out |= _feature(sheet, column, rows)
    return pa.table(out)


def _feature(sheet: Sheet, column: _Column, rows: int) -> dict[str, pa.Array | pa.ChunkedArray]:
    arrow = ARROW_TYPES[column.dtype]
    values, statuses = pa.nulls(rows, arrow), pa.nulls(rows, pa.string())
    times, versions = pa.nulls(rows, UTC_TIME), pa.nulls(rows, pa.string())
    for reference, dtype in sheet.features.items():
        path, _, version = reference.partition("@")
        if path != column.path or column.pinned not in (None, version):
            continue
        if dtype != column.dtype:
            raise InvalidInputError(
                f"{path!r} was served as {dtype} in version {version}, and is asked for as "
                f"{column.dtype}; ask for one version, such as '{reference}'"
            )
        values, statuses, times = (sheet.table[name] for name in feature_columns(reference))
        versions = pa.array([version] * rows, pa.string())
    return {
        column.path: values,
        f"{column.path}__status": statuses,
        f"{column.path}__event_time": times,
        f"{column.path}__version": versions,
    }


def _paths(references: Iterable[str]) -> list[str]:
    return [reference.partition("@")[0] for reference in references]
