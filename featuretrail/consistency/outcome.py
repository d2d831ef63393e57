"""``outcome``: what the outcome tracker recorded against the training matrix."""

from collections.abc import Sequence

import pyarrow as pa
from attrs import evolve

from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.history import History
from featuretrail.consistency.order import ConsistencyOrder
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.consistency.results import evaluated, not_evaluated
from featuretrail.domain.consistency.comparison import TableComparison, compare
from featuretrail.domain.consistency.measured import key_column, measure
from featuretrail.domain.consistency.report import CheckResult
from featuretrail.domain.consistency.tolerance import check_tolerances
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.events.checks import CheckType
from featuretrail.domain.registry import ResolvedFeature

CHECK: CheckType = "outcome"

JUDGED = "judged_time"


def check_outcome(
    parts: ConsistencyParts, snapshot: ExaminedSnapshot, order: ConsistencyOrder
) -> CheckResult:
    """Compare labels, and the features that a tracker saw, with the rows that they judge.

    A row without an outcome is no fault: it lowers the confidence. A value that was not seen (NULL)
    is not compared.
    """
    label = snapshot.label
    if label is None:
        return not_evaluated(CHECK, "the snapshot has no label that outcomes could be of")
    outcomes = parts.outcomes.of_snapshot(snapshot.snapshot_id, label.reference)
    if not outcomes.num_rows:
        return not_evaluated(CHECK, f"no outcome of {label.reference} was recorded of its rows")
    rows = outcomes.filter(outcomes.column(JUDGED).is_valid())
    found = [
        said
        for path in [label.reference.path, *snapshot.outputs]
        if (said := _compared(parts, snapshot, order, label, rows, path)) is not None
    ]
    if not found:
        return not_evaluated(CHECK, "the outcomes judge no row of the snapshot, or of the sample")
    return evaluated(CHECK, found)


def _compared(
    parts: ConsistencyParts,
    snapshot: ExaminedSnapshot,
    order: ConsistencyOrder,
    label: ResolvedFeature,
    outcomes: pa.Table,
    path: str,
) -> TableComparison | None:
    """Compare the label, or one feature that was seen, on the rows that have it."""
    is_label = path == label.reference.path
    column = "value" if is_label else path
    output = snapshot.request.label_column if is_label else snapshot.outputs[path]
    feature = label if is_label else snapshot.features[path]
    if column not in outcomes.column_names or output is None:
        return None
    keys = [*label.group.keys]
    told = outcomes.filter(outcomes.column(column).is_valid())
    found = pa.table(
        {
            **{key: told.column(key) for key in keys},
            snapshot.time_column: told.column(JUDGED),
            path: told.column(column),
        }
    )
    rows, found = _judged(snapshot, keys, found)
    if not found.num_rows:
        return None
    tables = measure(
        rows,
        found,
        keys,
        {path: output},
        check_tolerances(order.tolerances, snapshot.dtypes | {path: feature.dtype}),
        time=snapshot.time_column,
    )
    history = History(
        parts, rows, snapshot.time_column, snapshot.position, snapshot.request.knowledge
    )
    said = compare(
        f"{'outcomes' if is_label else 'seen'} of {path}",
        tables,
        limits=order.limits,
        candidates={} if is_label else history.candidates(tables, {path: feature}),
    )
    covered = rows.num_rows / snapshot.table.num_rows
    score = said.confidence_score
    return evolve(said, confidence_score=None if score is None else round(score * covered, 4))


def _judged(
    snapshot: ExaminedSnapshot, keys: Sequence[str], found: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """Return the rows of the matrix that are judged; of a sample, the outcomes of these alone."""
    names = [*keys, snapshot.time_column]
    matrix = snapshot.table
    here = [_comparable(matrix, name, "the snapshot") for name in names]
    there = [_comparable(found, name, "the outcomes") for name in names]
    judged = EntityCodes.of(there).encode(here) >= 0
    if snapshot.sample < 1:
        found = found.filter(pa.array(EntityCodes.of(here).encode(there) >= 0))
    return matrix.filter(pa.array(judged)), found


def _comparable(table: pa.Table, name: str, what: str) -> pa.Array:
    column = key_column(table, name, what)
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
