"""``streaming``, the answers of then: the served log against what the values said at its times."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.history import History
from featuretrail.consistency.online import answer_columns, answer_tolerances
from featuretrail.consistency.order import ConsistencyOrder
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.domain.consistency.column import Mask
from featuretrail.domain.consistency.comparison import TableComparison, compare
from featuretrail.domain.consistency.measured import MeasuredTables, key_column, measure
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.serving.sampling import sampled
from featuretrail.infrastructure.quality.side_by_side import side_by_side

ROWS = 100_000
"""The most served rows that are compared."""

SPANS = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))
"""How far back served rows are looked for: the longest of these that holds no more than ROWS."""

POSITIONS = 200
"""Of how many moments rows that differ are derived exactly as of their own position."""

SERVED_AT, KNOWN = "served_at", "known_position"


@frozen(eq=False)
class ServedCheck:
    """Compares what one group's features were served as with their derivation from the values.

    All rows are derived at once as of the times when they were served. Those that differ are
    derived again as of the position that the answer knew, which is exact: only what still differs
    is a mismatch.
    """

    parts: ConsistencyParts
    snapshot: ExaminedSnapshot
    order: ConsistencyOrder
    features: Sequence[ResolvedFeature]

    def compared(self) -> tuple[list[TableComparison], list[str]]:
        """Return a comparison for each set of features that were served together, and remarks."""
        rows, remarks = self._rows()
        found = []
        for features, table in self._together(rows):
            said, unsettled = self._of(features, table)
            if said is not None:
                found.append(said)
            if unsettled:
                remarks.append(
                    f"{unsettled:,} served rows differ and were not derived at their own "
                    f"positions, of which there are more than {POSITIONS}; they are not compared"
                )
        return found, remarks

    def _rows(self) -> tuple[pa.Table, list[str]]:
        """Return the newest served rows of the pinned versions of the sampled entities."""
        wanted = [str(each.reference) for each in self.features]
        now, _ = self.parts.now()
        rows, cut = None, False
        for span in SPANS:
            rows = self.parts.served.rows(wanted, since=now - span, limit=ROWS + 1)
            cut = rows.num_rows > ROWS
            if not cut:
                break
        assert rows is not None  # noqa: S101 - there are spans
        remarks = (
            [f"of the last hour's served rows the first {ROWS:,} were compared"] if cut else []
        )
        rows = rows.slice(0, ROWS)
        keys = {
            key: key_column(rows, key, "the served rows") for key in self.features[0].group.keys
        }
        return rows.filter(pa.array(sampled(keys, self.order.sample))), remarks

    def _together(self, rows: pa.Table) -> list[tuple[list[ResolvedFeature], pa.Table]]:
        """Part features by the rows that answered them: mostly all were asked for together."""
        parts: dict[bytes, tuple[list[ResolvedFeature], Mask]] = {}
        for each in self.features:
            version = rows.column(f"{each.reference.path}__version")
            answered = np.asarray(
                pc.equal(version, str(each.version.version)).fill_null(False).to_numpy()  # noqa: FBT003 - Arrow's signature
            )
            parts.setdefault(answered.tobytes(), ([], answered))[0].append(each)
        return [
            (features, rows.filter(pa.array(answered)))
            for features, answered in parts.values()
            if answered.any()
        ]

    def _of(
        self, features: Sequence[ResolvedFeature], rows: pa.Table
    ) -> tuple[TableComparison | None, int]:
        derived = self._derived(features, rows, None)
        tables = self._measured(features, derived, rows)
        derived, unsettled = self._settled(features, tables, derived, rows)
        if unsettled.any():
            kept = pa.array(~unsettled)
            derived, rows = derived.filter(kept), rows.filter(kept)
        if not rows.num_rows:
            return None, int(unsettled.sum())
        tables = self._measured(features, derived, rows)
        position = int(pc.max(rows.column(KNOWN)).as_py())
        history = History(self.parts, derived, SERVED_AT, position, "row")
        said = compare(
            f"served {', '.join(each.reference.path for each in features)}",
            tables,
            limits=self.order.limits,
            candidates=history.candidates(tables, {each.reference.path: each for each in features}),
        )
        return said, int(unsettled.sum())

    def _derived(
        self, features: Sequence[ResolvedFeature], rows: pa.Table, position: int | None
    ) -> pa.Table:
        """Return what the values said of served rows: at their times, or as of a position."""
        spine = _spine(features, rows)
        return self.parts.historical.get(
            spine,
            list(features),
            time_column=SERVED_AT,
            position=position,
            knowledge="row" if position is None else "latest",
            status=True,
        )

    def _settled(
        self,
        features: Sequence[ResolvedFeature],
        tables: MeasuredTables,
        derived: pa.Table,
        rows: pa.Table,
    ) -> tuple[pa.Table, Mask]:
        """Derive rows that differ as of their own positions; return which could not be."""
        wrong = np.flatnonzero(tables.disagreeing())
        unsettled = np.zeros(rows.num_rows, np.bool_)
        if not wrong.size:
            return derived, unsettled
        known = rows.column(KNOWN).to_numpy()[wrong]
        places = np.arange(rows.num_rows)
        parts = [derived]
        size = derived.num_rows
        for number, position in enumerate(np.unique(known)[::-1].tolist()):
            mine = wrong[known == position]
            if number >= POSITIONS:
                unsettled[mine] = True
                continue
            parts.append(self._derived(features, rows.take(pa.array(mine)), position))
            places[mine] = size + np.arange(mine.size)
            size += mine.size
        return pa.concat_tables(parts).take(pa.array(places)), unsettled

    def _measured(
        self, features: Sequence[ResolvedFeature], derived: pa.Table, rows: pa.Table
    ) -> MeasuredTables:
        outputs = answer_columns(features, derived)
        return measure(
            derived,
            rows,
            list(features[0].group.keys),
            outputs,
            answer_tolerances(self.order, self.snapshot, outputs),
            time=SERVED_AT,
            paired=True,
            mapper=side_by_side,
        )


def _spine(features: Sequence[ResolvedFeature], rows: pa.Table) -> pa.Table:
    keys = features[0].group.keys
    columns = {key: rows.column(key).cast(ARROW_TYPES[dtype]) for key, dtype in keys.items()}
    return pa.table({**columns, SERVED_AT: rows.column(SERVED_AT)})
