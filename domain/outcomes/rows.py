"""Rows of outcomes: typed columns under one digest, and the JSON objects they are stored as."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa
from attrs import evolve, field, frozen

from featuretrail.domain.asof import Flags
from featuretrail.domain.digest import table_digest
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.spelling import read_spelled, spelled

Types = Mapping[str, str]
"""Names with their dtypes, in order."""

EVENT_TIME, VALUE, SERVED_ID = "event_time", "value", "served_id"
SNAPSHOT_ID, JUDGED_TIME = "snapshot_id", "judged_time"
LATE, REPLACED = "late", "replaced"


@frozen(eq=False)
class OutcomeRows:
    """Outcomes of one label; ``keys`` and ``seen`` (pinned references) map to dtypes.

    ``table`` has each key as ``key NAME``, ``event_time``, ``value`` (of ``dtype``), ``served_id``
    (text), ``snapshot_id``, ``judged_time``, and what was seen as ``seen REFERENCE``.
    """

    keys: Types
    dtype: str
    seen: Types
    table: pa.Table = field(repr=False)

    @classmethod
    def of_records(
        cls, keys: Types, dtype: str, seen: Types, records: Iterable[Mapping[str, Any]]
    ) -> Self:
        """Return rows as they are stored, with ``late`` and ``replaced``.

        Raises ``ValueError``, ``TypeError`` or ``KeyError`` for what cannot have been stored.
        """
        rows = list(records)
        columns: dict[str, pa.Array] = {
            f"key {name}": read_spelled([row["keys"][name] for row in rows], of)
            for name, of in keys.items()
        }
        columns |= {
            EVENT_TIME: pa.array([row[EVENT_TIME] for row in rows], UTC_TIME),
            VALUE: read_spelled([row[VALUE] for row in rows], dtype),
            SERVED_ID: pa.array([row[SERVED_ID] for row in rows], pa.string()),
            SNAPSHOT_ID: pa.array([row[SNAPSHOT_ID] for row in rows], pa.string()),
            JUDGED_TIME: pa.array([row[JUDGED_TIME] for row in rows], UTC_TIME),
        }
        for reference, of in seen.items():
            columns[f"seen {reference}"] = read_spelled(
                [row["seen"].get(reference) for row in rows], of
            )
        columns |= {
            name: pa.array([row[name] for row in rows], pa.bool_()) for name in (LATE, REPLACED)
        }
        return cls(keys, dtype, seen, pa.table(columns))

    @property
    def digest(self) -> str:
        """The canonical digest of the rows in their order."""
        return table_digest(self.table)

    def stored(self, rows: Sequence[int], late: Flags, replaced: Flags) -> Self:
        """Return the chosen ``rows`` as they will be stored."""
        table = self.table.take(pa.array(rows, pa.int64()))
        for name, flags in ((LATE, late), (REPLACED, replaced)):
            table = table.append_column(name, pa.array(np.asarray(flags), pa.bool_()))
        return evolve(self, table=table)

    def entities(self) -> list[dict[str, Any]]:
        """Return the keys of each row as a JSON object."""
        columns = [spelled(self.table[f"key {name}"], of) for name, of in self.keys.items()]
        return [dict(zip(self.keys, row, strict=True)) for row in zip(*columns, strict=True)]

    def records(self) -> list[dict[str, Any]]:
        """Return each row as a JSON object of the columns of ``featuretrail.outcomes``."""
        names = list(self.seen)
        seen = [spelled(self.table[f"seen {name}"], of) for name, of in self.seen.items()]
        rows = self.table.num_rows
        seen_rows = list(zip(*seen, strict=True)) if seen else [()] * rows
        columns: dict[str, Sequence[Any]] = {
            "keys": self.entities(),
            EVENT_TIME: spelled(self.table[EVENT_TIME], "timestamptz"),
            VALUE: spelled(self.table[VALUE], self.dtype),
            SERVED_ID: self.table[SERVED_ID].to_pylist(),
            SNAPSHOT_ID: self.table[SNAPSHOT_ID].to_pylist(),
            JUDGED_TIME: spelled(self.table[JUDGED_TIME], "timestamptz"),
            "seen": [dict(zip(names, row, strict=True)) for row in seen_rows],
            LATE: self.table[LATE].to_pylist(),
            REPLACED: self.table[REPLACED].to_pylist(),
            "ordinal": range(rows),
        }
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
