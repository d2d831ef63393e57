"""Outcomes of one type of check, put together from comparisons."""

from collections.abc import Sequence

from featuretrail.domain.consistency.comparison import TableComparison
from featuretrail.domain.consistency.judging import Status, confidence, worst
from featuretrail.domain.consistency.report import CheckResult
from featuretrail.domain.events.checks import CheckType


def not_evaluated(check_type: CheckType, *reasons: str) -> CheckResult:
    """Return the outcome of a check that had nothing to compare, and why."""
    return CheckResult(check_type, "not evaluated", None, (), reasons)


def evaluated(
    check_type: CheckType,
    found: Sequence[TableComparison],
    reasons: Sequence[str] = (),
    *,
    at_least: Status = "passed",
    expected_cells: int | None = None,
) -> CheckResult:
    """Return the outcome of comparisons: the worst of them, and no better than ``at_least``.

    Its confidence is that of all their cells together; ``expected_cells`` are more than those of
    the comparisons where these are of a part of the rows.
    """
    expected = sum(each.expected_cells for each in found)
    return CheckResult(
        check_type=check_type,
        status=worst([at_least, *(each.status for each in found)]),
        confidence_score=confidence(
            sum(each.faults for each in found),
            sum(each.cells for each in found),
            expected if expected_cells is None else expected_cells,
        ),
        comparisons=tuple(found),
        reasons=tuple(reasons),
    )
