"""``outcome``: what the outcome tracker recorded against the training matrix."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import evolve, frozen

from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.history import History
from featuretrail.consistency.labels import by_the_label_rule, comparable, that_judge
from featuretrail.consistency.order import ConsistencyOrder
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.consistency.results import evaluated, not_evaluated
from featuretrail.domain.consistency.candidates import Candidate
from featuretrail.domain.consistency.comparison import TableComparison, compare
from featuretrail.domain.consistency.measured import MeasuredTables, measure
from featuretrail.domain.consistency.report import CheckResult
from featuretrail.domain.consistency.tolerance import check_tolerances
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.errors import RetentionError
from featuretrail.domain.events.checks import CheckType
from featuretrail.domain.outcomes.rows import JUDGED_TIME, VALUE
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.consistency.outcomes import POSITION, SEEN
from featuretrail.infrastructure.outcomes.reading import key_name
from featuretrail.infrastructure.quality.side_by_side import side_by_side

CHECK: CheckType = "outcome"


def check_outcome(
    parts: ConsistencyParts, snapshot: ExaminedSnapshot, order: ConsistencyOrder
) -> CheckResult:
    """Compare labels, and the features that a tracker saw, with the rows that they judge.

    An outcome that judges a row of the snapshot is compared with that row. A row that none judges
    is compared with the outcome that is its label by the label rule, if its label was looked up.
    A row without an outcome is no fault: it lowers the confidence. So is one that had no label
    yet when the snapshot was frozen. A value that was not seen (NULL) is not compared.
    """
    label = snapshot.label
    if label is None:
        return not_evaluated(CHECK, "the snapshot has no label that outcomes could be of")
    if snapshot.table.num_rows == 0:
        return not_evaluated(CHECK, "no row of the snapshot is in the sample")
    return OutcomeCheck(parts, snapshot, order, label).result()


@frozen(eq=False)
class OutcomeCheck:
    """Compares a snapshot with the outcomes of its ``label``."""

    parts: ConsistencyParts
    snapshot: ExaminedSnapshot
    order: ConsistencyOrder
    label: ResolvedFeature

    def result(self) -> CheckResult:
        """Return the outcome of all comparisons."""
        path = self.label.reference.path
        direct = self._direct()
        found: list[TableComparison] = []
        reasons: list[str] = []
        by_rule, why = self._by_rule(direct)
        reasons += why
        for outcomes, how in ((direct, ""), (by_rule, ", by the label rule")):
            said, late = self._label(outcomes, f"outcomes of {path}{how}")
            found += said
            reasons += late
        found += self._seen(direct)
        if not found:
            return not_evaluated(CHECK, *(reasons or [self._nothing()]))
        paths = {name for each in found for name in each.features}
        rows = EntityCodes.of(comparable(self.snapshot.table, self._names, "the snapshot")).count
        return evaluated(CHECK, found, reasons, expected_cells=rows * len(paths))

    @property
    def _keys(self) -> list[str]:
        return [*self.label.group.keys]

    @property
    def _names(self) -> list[str]:
        return [*self._keys, self.snapshot.time_column]

    def _nothing(self) -> str:
        reference = self.label.reference
        told = f"no outcome of {reference} was recorded of its rows"
        if self.snapshot.sample < 1:
            told += " that are in the sample"
        if self.snapshot.request.label_reference is None:
            told += "; as the labels were given with the spine, only outcomes that judge this "
            told += "snapshot can be compared: record them with snapshot="
        return told

    def _direct(self) -> pa.Table:
        """Return the outcomes that judge rows of the snapshot that are in the sample."""
        outcomes = that_judge(self.parts, self.label, self.snapshot.snapshot_id)
        here = EntityCodes.of(comparable(self.snapshot.table, self._names, "the snapshot"))
        return outcomes.filter(pa.array(here.encode(self._places(outcomes)) >= 0))

    def _by_rule(self, direct: pa.Table) -> tuple[pa.Table, list[str]]:
        """Return the outcomes that are labels of rows that none judges, and why not, if so."""
        nothing = direct.slice(0, 0)
        if self.snapshot.request.label_reference is None:
            return nothing, []
        here = comparable(self.snapshot.table, self._names, "the snapshot")
        judged = EntityCodes.of(self._places(direct)).encode(here) >= 0
        rows = self.snapshot.table.filter(pa.array(~judged))
        if not rows.num_rows:
            return nothing, []
        time = self.snapshot.time_column
        try:
            outcomes = by_the_label_rule(self.parts, self.label, rows, time)
        except RetentionError as error:
            return nothing, [f"rows that no outcome judges were not compared: {error}"]
        return (nothing if outcomes is None else outcomes), []

    def _places(self, outcomes: pa.Table) -> list[pa.Array]:
        names = [*(f"key {key}" for key in self._keys), JUDGED_TIME]
        return comparable(outcomes, names, "the outcomes")

    def _label(self, outcomes: pa.Table, name: str) -> tuple[list[TableComparison], list[str]]:
        """Compare labels; rows that had none, as their outcome came later, are only told."""
        output = self.snapshot.request.label_column
        if not outcomes.num_rows or output is None:
            return [], []
        rows, late = self._judged(outcomes), 0
        unlabelled = rows.filter(rows.column(output).is_null())
        if unlabelled.num_rows:
            entities = EntityCodes.of(comparable(unlabelled, self._names, "the snapshot"))
            lacking = entities.encode(self._places(outcomes)) >= 0
            later = outcomes.column(POSITION).to_numpy() > self.snapshot.position
            late = int((lacking & later).sum())
            outcomes = outcomes.filter(pa.array(~(lacking & later)))
            rows = self._judged(outcomes)
        told = (
            f"{late:,} rows had no label when the snapshot was frozen; their outcomes were "
            "recorded later and are not compared"
        )
        said = self._compared(rows, outcomes, VALUE, self.label, output, name)
        return ([] if said is None else [said]), ([told] if late else [])

    def _seen(self, direct: pa.Table) -> list[TableComparison]:
        """Compare each feature that the tracker saw with the rows that it judged."""
        if not pc.any(direct.column(SEEN)).as_py():
            return []
        snapshot = self.snapshot
        outcomes = self.parts.outcomes.of_snapshot(snapshot.snapshot_id, self.label.reference)
        named = {key_name(key): f"key {key}" for key in self._keys}
        outcomes = outcomes.rename_columns([named.get(n, n) for n in outcomes.column_names])
        here = EntityCodes.of(comparable(snapshot.table, self._names, "the snapshot"))
        outcomes = outcomes.filter(pa.array(here.encode(self._places(outcomes)) >= 0))
        found = []
        for path, output in snapshot.outputs.items():
            if path in outcomes.column_names:
                told = outcomes.filter(outcomes.column(path).is_valid())
                feature, rows = snapshot.features[path], self._judged(told)
                found.append(self._compared(rows, told, path, feature, output, f"seen of {path}"))
        return [each for each in found if each is not None]

    def _judged(self, outcomes: pa.Table) -> pa.Table:
        """Return the rows of the matrix that outcomes judge."""
        here = comparable(self.snapshot.table, self._names, "the snapshot")
        judged = EntityCodes.of(self._places(outcomes)).encode(here) >= 0
        return self.snapshot.table.filter(pa.array(judged))

    def _compared(
        self,
        rows: pa.Table,
        outcomes: pa.Table,
        column: str,
        feature: ResolvedFeature,
        output: str,
        name: str,
    ) -> TableComparison | None:
        """Compare a column of outcomes with that of the rows that they judge."""
        if not outcomes.num_rows:
            return None
        snapshot, path = self.snapshot, feature.reference.path
        found = outcomes.select([*(f"key {key}" for key in self._keys), JUDGED_TIME, column])
        tables = measure(
            rows,
            found.rename_columns([*self._names, path]),
            self._keys,
            {path: output},
            check_tolerances(self.order.tolerances, snapshot.dtypes | {path: feature.dtype}),
            time=snapshot.time_column,
            mapper=side_by_side,
        )
        candidates = (
            self._later(tables, path, outcomes)
            if column == VALUE
            else self._history(rows).candidates(tables, {path: feature})
        )
        said = compare(name, tables, limits=self.order.limits, candidates=candidates)
        covered = rows.num_rows / snapshot.table.num_rows
        score = said.confidence_score
        return evolve(said, confidence_score=None if score is None else round(score * covered, 4))

    def _history(self, rows: pa.Table) -> History:
        snapshot = self.snapshot
        return History(
            self.parts, rows, snapshot.time_column, snapshot.position, snapshot.request.knowledge
        )

    def _later(
        self, tables: MeasuredTables, path: str, outcomes: pa.Table
    ) -> dict[str, list[Candidate]]:
        """Return the outcomes that were recorded after the snapshot was frozen, as a cause."""
        if not tables.wrong(path):
            return {}
        places = tables.pairing.found_of(tables.sample(path))
        later = outcomes.column(POSITION).to_numpy()[places] > self.snapshot.position
        values = tables.columns[path].found.array.take(pa.array(np.asarray(places)))
        told = "outcomes recorded after the snapshot was frozen"
        return {path: [Candidate("later value", told, values, later, certain=True)]}
