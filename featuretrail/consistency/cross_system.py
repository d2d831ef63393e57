"""``cross_system``: the matrix of a snapshot against what other systems hold."""

from collections.abc import Sequence

from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.history import History
from featuretrail.consistency.order import ConsistencyOrder
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.consistency.results import evaluated, not_evaluated
from featuretrail.domain.consistency.comparison import TableComparison, compare
from featuretrail.domain.consistency.measured import measure
from featuretrail.domain.consistency.report import CheckResult
from featuretrail.domain.consistency.tolerance import check_tolerances
from featuretrail.domain.errors import InvalidInputError, SourceError
from featuretrail.domain.events.checks import CheckType
from featuretrail.infrastructure.consistency.source import ValueSource
from featuretrail.infrastructure.quality.side_by_side import side_by_side
from featuretrail.infrastructure.values.frames import to_table

CHECK: CheckType = "cross_system"


def check_cross_system(
    parts: ConsistencyParts, snapshot: ExaminedSnapshot, order: ConsistencyOrder
) -> CheckResult:
    """Compare the matrix with every source; one that cannot be read says so in the reasons."""
    if not order.sources:
        return not_evaluated(CHECK, "no source was given, and none is configured")
    if snapshot.table.num_rows == 0:
        return not_evaluated(CHECK, "no row of the snapshot is in the sample")
    found: list[TableComparison] = []
    reasons: list[str] = []
    for source in order.sources:
        try:
            found.append(_compared(parts, snapshot, order, source))
        except SourceError as error:
            reasons.append(str(error))
    if not found:
        return not_evaluated(CHECK, *reasons)
    return evaluated(CHECK, found, reasons, at_least="warning" if reasons else "passed")


def _compared(
    parts: ConsistencyParts,
    snapshot: ExaminedSnapshot,
    order: ConsistencyOrder,
    source: ValueSource,
) -> TableComparison:
    request = snapshot.asked()
    what = f"source {source.name!r}"
    rows = request.kept(to_table(source.read(request), what), what)
    held = {path: output for path, output in snapshot.outputs.items() if path in rows.column_names}
    if not held:
        raise InvalidInputError(
            f"{what} answered with the columns {', '.join(rows.column_names)}, none of which is "
            f"one of the features {', '.join(snapshot.outputs)}; name them so"
        )
    tables = measure(
        snapshot.table,
        rows,
        request.keys,
        held,
        check_tolerances(order.tolerances, snapshot.dtypes),
        time=request.time_column,
        mapper=side_by_side,
    )
    history = History(
        parts,
        snapshot.table,
        snapshot.time_column,
        snapshot.position,
        snapshot.request.knowledge,
        snapshot.request.closed,
    )
    return compare(
        source.name,
        tables,
        limits=order.limits,
        candidates=history.candidates(tables, snapshot.features),
        not_compared=_absent(snapshot, held),
    )


def _absent(snapshot: ExaminedSnapshot, held: Sequence[str] | dict[str, str]) -> dict[str, str]:
    return {path: "the source has no such column" for path in snapshot.outputs if path not in held}
