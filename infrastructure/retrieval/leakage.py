"""The leakage report: which rows of a join used values that were not known at their time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.asof import Flags
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.retrieval.historical import Closed, HistoricalReader
from featuretrail.infrastructure.retrieval.naming import output_names
from featuretrail.infrastructure.snapshots.differences import changed_rows
from featuretrail.infrastructure.values.frames import to_table

_EXAMPLES = 20
_EXAMPLE_SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "time": UTC_TIME,
        "feature": pa.string(),
        "joined": pa.string(),
        "joined_event_time": UTC_TIME,
        "known": pa.string(),
        "known_event_time": UTC_TIME,
        "known_status": pa.string(),
    }
)


@frozen(eq=False)
class LeakageReport:
    """What changes when each row may only use what was known at its own time.

    ``leaking_rows`` of ``rows`` differ in some feature, ``columns`` counts them by feature.
    ``examples`` shows the first: ordinal, time, feature, the value joined and the one known then,
    with their event times.
    """

    rows: int
    leaking_rows: int
    columns: Mapping[str, int]
    examples: pa.Table = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object; times and values in the examples as text."""
        return {
            "rows": self.rows,
            "leaking_rows": self.leaking_rows,
            "columns": dict(self.columns),
            "examples": [
                {name: value if isinstance(value, int | None) else str(value)}
                for row in self.examples.to_pylist()
                for name, value in row.items()
            ],
        }

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{name}</td><td>{n}</td></tr>" for name, n in self.columns.items())
        return (
            f"{self.leaking_rows} of {self.rows} rows use values that were not known at their time"
            f"<table><tr><th>feature</th><th>rows</th></tr>{rows}</table>"
        )


def leakage_report(
    reader: HistoricalReader,
    spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
    features: Sequence[ResolvedFeature],
    *,
    time_column: str,
    position: int | None,
    closed: Closed,
) -> LeakageReport:
    """Join ``spine`` with and without the row cut, and compare them row by row."""
    given = to_table(spine, "the spine")
    joined, known = (
        reader.get(
            given,
            features,
            time_column=time_column,
            position=position,
            knowledge=knowledge,
            closed=closed,
            status=True,
            event_time=True,
        )
        for knowledge in ("latest", "row")
    )
    names = output_names(features, given.column_names)
    changed = {name: _changed(joined, known, name) for name in names}
    leaking = np.logical_or.reduce(list(changed.values()))
    return LeakageReport(
        rows=given.num_rows,
        leaking_rows=int(leaking.sum()),
        columns={name: int(rows.sum()) for name, rows in changed.items() if rows.any()},
        examples=_examples(joined, known, changed, time_column),
    )


def _changed(joined: pa.Table, known: pa.Table, name: str) -> Flags:
    """Return the rows in which a feature's value or status differs."""
    return np.logical_or.reduce(
        [changed_rows(joined[column], known[column]) for column in (name, f"{name}__status")]
    )


def _examples(
    joined: pa.Table, known: pa.Table, changed: Mapping[str, Flags], time_column: str
) -> pa.Table:
    """Return the first cells that differ; values as text, for features differ in type."""
    rows = [
        {
            "row": row,
            "time": joined[time_column][row].as_py(),
            "feature": name,
            "joined": _text(joined[name][row]),
            "joined_event_time": joined[f"{name}__event_time"][row].as_py(),
            "known": _text(known[name][row]),
            "known_event_time": known[f"{name}__event_time"][row].as_py(),
            "known_status": known[f"{name}__status"][row].as_py(),
        }
        for name, flags in changed.items()
        for row in np.flatnonzero(flags)[:_EXAMPLES].tolist()
    ]
    rows.sort(key=lambda cell: cell["row"])
    return pa.Table.from_pylist(rows[:_EXAMPLES], _EXAMPLE_SCHEMA)


def _text(value: pa.Scalar) -> str | None:
    plain = value.as_py()
    return None if plain is None else str(plain)
