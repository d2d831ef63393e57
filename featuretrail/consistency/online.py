"""``streaming``, the answers of now: online rows against what the values say holds."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from attrs import frozen

from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.history import History
from featuretrail.consistency.order import ConsistencyOrder
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.domain.consistency.comparison import TableComparison, compare
from featuretrail.domain.consistency.measured import MeasuredTables, key_column, measure
from featuretrail.domain.consistency.tolerance import EXACT, Tolerance, check_tolerances
from featuretrail.domain.dtypes import ARROW_TYPES, UTC_TIME
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.events import Metadata
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.consistency.refreshing import refresh_entities
from featuretrail.infrastructure.quality.side_by_side import side_by_side

AT_ONCE = 20_000
"""Entities of one online read."""

_NOW = "as of"

STATUS = "__status"
"""What follows the name of a feature in that of its status: NULL has several reasons."""


@frozen(eq=False)
class OnlineAnswers:
    """The answers for the entities of one group: as derived, as found online, and where last."""

    derived: pa.Table
    found: pa.Table
    position: int


@frozen(eq=False)
class OnlineCheck:
    """Compares the online answers of one group's features for the entities of a snapshot."""

    parts: ConsistencyParts
    snapshot: ExaminedSnapshot
    order: ConsistencyOrder
    features: Sequence[ResolvedFeature]

    @property
    def group(self) -> str:
        """The group's name."""
        return self.features[0].group.name

    def compared(self, name: str) -> tuple[TableComparison, pa.Table]:
        """Return the comparison, called ``name``, and the entities that disagree."""
        entities = self._entities()
        answers = self._read(entities)
        tables = self._measured(answers)
        history = History(self.parts, answers.derived, _NOW, answers.position)
        features = {each.reference.path: each for each in self.features}
        candidates = history.candidates(tables, features)
        said = compare(name, tables, limits=self.order.limits, candidates=candidates)
        return said, entities.take(pa.array(np.flatnonzero(tables.disagreeing())))

    def refresh(self, entities: pa.Table, metadata: Metadata) -> int:
        """Derive the online rows of entities again; return how many entities those are."""
        event = refresh_entities(
            self.parts.database,
            self.parts.log,
            self.parts.registry.current(),
            self.features[0].group,
            entities,
            self.snapshot.snapshot_id,
            metadata,
        )
        return event.entities

    def _entities(self) -> pa.Table:
        group = self.features[0].group
        columns = {
            key: key_column(self.snapshot.table, key, "the snapshot").cast(ARROW_TYPES[dtype])
            for key, dtype in group.keys.items()
        }
        codes = EntityCodes.of(list(columns.values())).codes
        return pa.table(columns).take(pa.array(np.unique(codes, return_index=True)[1]))

    def _read(self, entities: pa.Table) -> OnlineAnswers:
        """Read online, and derive from the values what holds at that time and position."""
        found, derived, position = [], [], 0
        for at in range(0, max(1, entities.num_rows), AT_ONCE):
            part = entities.slice(at, AT_ONCE)
            answer = self.parts.online.placed(self.features, part)
            times = pa.array(np.full(part.num_rows, answer.now)).cast(UTC_TIME)
            position = answer.position
            found.append(answer.table)
            derived.append(
                self.parts.historical.get(
                    part.append_column(_NOW, times),
                    list(self.features),
                    time_column=_NOW,
                    position=position,
                    status=True,
                )
            )
        return OnlineAnswers(pa.concat_tables(derived), pa.concat_tables(found), position)

    def _measured(self, answers: OnlineAnswers) -> MeasuredTables:
        keys = list(self.features[0].group.keys)
        outputs = answer_columns(self.features, answers.derived)
        return measure(
            answers.derived,
            answers.found.rename_columns([*keys, *outputs]),
            keys,
            outputs,
            answer_tolerances(self.order, self.snapshot, outputs),
            paired=True,
            mapper=side_by_side,
        )


def answer_columns(features: Sequence[ResolvedFeature], derived: pa.Table) -> dict[str, str]:
    """Return the columns of a derived answer by path, each followed by that of its status."""
    paths = [
        path for each in features for path in (each.reference.path, each.reference.path + STATUS)
    ]
    return dict(zip(paths, derived.column_names[-len(paths) :], strict=True))


def answer_tolerances(
    order: ConsistencyOrder, snapshot: ExaminedSnapshot, outputs: Iterable[str]
) -> dict[str, Tolerance]:
    """Return the tolerances of an answer's columns; statuses agree or do not."""
    return dict.fromkeys(outputs, EXACT) | check_tolerances(order.tolerances, snapshot.dtypes)
