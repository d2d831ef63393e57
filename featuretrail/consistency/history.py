"""What the store's history would have put in place of values that disagree."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.domain.consistency.candidates import Candidate
from featuretrail.domain.consistency.measured import MeasuredTables
from featuretrail.domain.errors import RetentionError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.retrieval.retrieval import with_columns

EARLIER = 5
"""How many earlier batches are asked what the store knew before them."""

_TIME = "as of"


@frozen(eq=False)
class History:
    """Rows whose values were derived at ``position``: keys and a time, and how they were joined."""

    parts: ConsistencyParts
    rows: pa.Table = field(repr=False)
    time_column: str
    position: int
    knowledge: Any = "latest"
    closed: Any = "right"

    def candidates(
        self, tables: MeasuredTables, features: Mapping[str, ResolvedFeature]
    ) -> dict[str, list[Candidate]]:
        """Return for each feature that disagrees what other causes would have put.

        They are the values before the ones that hold (write lag), those the store knew at earlier
        positions and those of the feature's other versions (stale version), and those it knows now
        (later value). Rows from which retention removed what this needs have no candidates.
        """
        wrong = [name for name in features if tables.wrong(name)]
        if not wrong:
            return {}
        samples = {name: tables.pairing.expected_of(tables.sample(name)) for name in wrong}
        union = np.unique(np.concatenate(list(samples.values())))
        spine = self.rows.take(pa.array(union))
        places = {name: np.searchsorted(union, rows) for name, rows in samples.items()}
        found: dict[str, list[Candidate]] = {name: [] for name in wrong}
        for name in wrong:
            for cause, told, values in self._alternatives(spine, features[name]):
                taken = values.take(pa.array(places[name]))
                certain = cause != "write lag"  # the row before holds what most rows hold
                found[name].append(Candidate(cause, told, taken.combine_chunks(), certain=certain))
        return found

    def _alternatives(
        self, spine: pa.Table, feature: ResolvedFeature
    ) -> list[tuple[str, str, pa.ChunkedArray]]:
        ways: list[tuple[str, str, Callable[[], pa.ChunkedArray]]] = [
            ("write lag", "those before them in time", lambda: self._before(spine, feature))
        ]
        ways += [
            (
                "stale version",
                f"those the store knew at position {at}",
                self._at(spine, feature, at),
            )
            for at in self._positions(feature)
        ]
        ways += [
            ("stale version", f"those of {other.reference}", self._at(spine, other, self.position))
            for other in self._versions(feature)
        ]
        ways.append(("later value", "those the store knows now", self._at(spine, feature, None)))
        return [(cause, told, values) for cause, told, way in ways if (values := _tried(way))]

    def _get(
        self,
        spine: pa.Table,
        feature: ResolvedFeature,
        position: int | None,
        **how: Any,  # noqa: ANN401 - as get takes it
    ) -> pa.Table:
        return self.parts.historical.get(
            spine.select([*feature.group.keys, self.time_column]),
            [feature],
            position=position,
            **{
                "time_column": self.time_column,
                "knowledge": self.knowledge,
                "closed": self.closed,
                **how,
            },
        )

    def _at(
        self, spine: pa.Table, feature: ResolvedFeature, position: int | None
    ) -> Callable[[], pa.ChunkedArray]:
        return lambda: _last(self._get(spine, feature, position))

    def _before(self, spine: pa.Table, feature: ResolvedFeature) -> pa.ChunkedArray:
        """Return the value before the one that holds; that one again where there is none."""
        held = self._get(spine, feature, self.position, event_time=True)
        times = held.column(held.num_columns - 1).combine_chunks()
        times = pa.compute.coalesce(times, held.column(self.time_column).combine_chunks())
        name = _TIME
        earlier = with_columns(spine.select(list(feature.group.keys)), [(name, times)])
        return _last(
            self.parts.historical.get(
                earlier,
                [feature],
                position=self.position,
                time_column=name,
                closed="left",
            )
        )

    def _positions(self, feature: ResolvedFeature) -> list[int]:
        facts = {"groups": [feature.group.name], "until": self.position, "last": EARLIER}
        with self.parts.database.connection() as connection:
            rows = connection.execute(query("consistency/positions"), facts).fetchall()
        return [position - 1 for (position,) in rows]

    def _versions(self, feature: ResolvedFeature) -> list[ResolvedFeature]:
        known = self.parts.registry.current().features[feature.reference.path]
        return [
            ResolvedFeature(feature.group, version)
            for version in known.versions
            if version.column != feature.column and version.definition.dtype == feature.dtype
        ]


def _last(table: pa.Table) -> pa.ChunkedArray:
    return table.column(table.num_columns - 1)


def _tried(way: Callable[[], pa.ChunkedArray]) -> pa.ChunkedArray | None:
    try:
        return way()
    except RetentionError:  # what it needs was removed: this cause cannot be shown
        return None
