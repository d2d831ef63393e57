"""``streaming``: what was served, and what is answered online now, against the values."""

from attrs import evolve

from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.online import OnlineCheck
from featuretrail.consistency.order import ConsistencyOrder
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.consistency.results import evaluated, not_evaluated
from featuretrail.consistency.served import ServedCheck
from featuretrail.domain.consistency.comparison import TableComparison
from featuretrail.domain.consistency.judging import Status
from featuretrail.domain.consistency.report import CheckResult
from featuretrail.domain.errors import RetentionError
from featuretrail.domain.events.checks import CheckType

CHECK: CheckType = "streaming"


def check_streaming(
    parts: ConsistencyParts, snapshot: ExaminedSnapshot, order: ConsistencyOrder
) -> CheckResult:
    """Compare the served rows and the online answers of a snapshot's features with the values.

    With ``auto_fix`` online rows that disagree are refreshed and compared again; what was found
    then is a warning, and only what still disagrees fails.
    """
    if snapshot.table.num_rows == 0:
        return not_evaluated(CHECK, "no row of the snapshot is in the sample")
    found: list[TableComparison] = []
    reasons: list[str] = []
    fixed: dict[str, int] = {}
    for group, features in snapshot.groups.items():
        try:
            served, remarks = ServedCheck(parts, snapshot, order, features).compared()
            found += served
            reasons += remarks or ([] if served else [f"{group}: no rows were served and logged"])
            found += _online(OnlineCheck(parts, snapshot, order, features), order, fixed)
        except RetentionError as error:
            reasons.append(f"{group} was not compared: {error}")
    if not found:
        return not_evaluated(CHECK, *reasons)
    at_least: Status = "warning" if fixed else "passed"
    return evolve(evaluated(CHECK, found, reasons, at_least=at_least), fixed=fixed)


def _online(
    check: OnlineCheck, order: ConsistencyOrder, fixed: dict[str, int]
) -> list[TableComparison]:
    """Compare, and fix what disagrees if that is asked for: then both comparisons are told."""
    said, wrong = check.compared(f"online {check.group}")
    if not wrong.num_rows or not order.auto_fix or order.metadata is None:
        return [said]
    fixed[check.group] = check.refresh(wrong, order.metadata)
    again, _ = check.compared(f"online {check.group}, refreshed")
    # what was found stays told, but what counts is what is so now
    return [evolve(said, status="warning"), again]
