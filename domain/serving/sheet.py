"""Sheets: served rows of the same features and keys, as one table under one digest."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, field, frozen

from featuretrail.domain.digest import table_digest
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.events.serving import ServedSheet
from featuretrail.domain.spelling import read_spelled, spelled

Types = Mapping[str, str]
"""Names with their dtypes, in order."""

FIXED: Mapping[str, pa.DataType] = {
    "served_id": pa.string(),
    "served_at": UTC_TIME,
    "known_position": pa.int64(),
}


@frozen(eq=False)
class Sheet:
    """Rows of answers; ``keys`` and ``features`` (pinned references) map to dtypes.

    ``table`` has ``served_id``, ``served_at`` and ``known_position``, each key as ``key NAME``, and
    for each feature ``REFERENCE``, ``REFERENCE status`` and ``REFERENCE event time``.
    """

    keys: Types
    features: Types
    table: pa.Table = field(repr=False)

    @classmethod
    def of_records(cls, keys: Types, features: Types, records: Iterable[Mapping[str, Any]]) -> Self:
        """Return the sheet of rows as ``records`` gave them; raise ``ValueError`` or
        ``TypeError`` for others."""
        rows = list(records)
        columns: dict[str, pa.Array] = {
            name: pa.array([row[name] for row in rows], arrow) for name, arrow in FIXED.items()
        }
        for name, dtype in keys.items():
            columns[key_column(name)] = read_spelled([row["keys"].get(name) for row in rows], dtype)
        for n, (reference, dtype) in enumerate(features.items()):
            value, status, event_time = feature_columns(reference)
            columns[value] = read_spelled([row["values"][n] for row in rows], dtype)
            columns[status] = pa.array([row["statuses"][n] for row in rows], pa.string())
            columns[event_time] = pa.array([row["event_times"][n] for row in rows], UTC_TIME)
        return cls(keys, features, pa.table(columns))

    def joined(self, other: Self) -> Self:
        """Return the rows of both sheets, which have the same keys and features."""
        return evolve(self, table=pa.concat_tables([self.table, other.table]))

    def certified(self) -> ServedSheet:
        """Return what an event says of the sheet."""
        order = pc.sort_indices(self.table["served_id"])
        return ServedSheet(
            features=list(self.features),
            keys=list(self.keys),
            rows=self.table.num_rows,
            digest=table_digest(self.table.take(order)),
        )

    def records(self) -> list[dict[str, Any]]:
        """Return each row as a JSON object of columns of ``featuretrail.served``.

        All but ``features``, which are those of the sheet.
        """
        table, rows = self.table, self.table.num_rows
        keys = [spelled(table[key_column(name)], dtype) for name, dtype in self.keys.items()]
        named = [feature_columns(reference) for reference in self.features]
        values = _rows(
            [
                spelled(table[value], dtype)
                for (value, _, _), dtype in zip(named, self.features.values(), strict=True)
            ],
            rows,
        )
        statuses = _rows([table[status].to_pylist() for _, status, _ in named], rows)
        times = _rows([spelled(table[at], "timestamptz") for _, _, at in named], rows)
        return [
            {
                "served_id": served_id,
                "served_at": served_at,
                "known_position": known,
                "keys": dict(zip(self.keys, row, strict=True)),
                "values": values[n],
                "statuses": statuses[n],
                "event_times": times[n],
            }
            for n, (served_id, served_at, known, row) in enumerate(
                zip(
                    table["served_id"].to_pylist(),
                    spelled(table["served_at"], "timestamptz"),
                    table["known_position"].to_pylist(),
                    _rows(keys, rows),
                    strict=True,
                )
            )
        ]


def key_column(name: str) -> str:
    """Return the column of a key: no feature's reference can have the name."""
    return f"key {name}"


def feature_columns(reference: str) -> tuple[str, str, str]:
    """Return the columns of a feature: its values, statuses and event times."""
    return reference, f"{reference} status", f"{reference} event time"


def _rows(columns: Sequence[Sequence[Any]], count: int) -> list[tuple[Any, ...]]:
    return list(zip(*columns, strict=True)) if columns else [()] * count
