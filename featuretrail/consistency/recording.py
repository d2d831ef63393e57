"""Checks of consistency as the log keeps them: one event a type, all in one transaction."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from attrs import evolve

from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.domain.consistency.report import CheckResult
from featuretrail.domain.events import ConsistencyChecked, Metadata
from featuretrail.domain.records import consistency_check


def recorded(
    parts: ConsistencyParts,
    snapshot_id: str,
    results: Sequence[CheckResult],
    metadata: Metadata | None,
) -> Mapping[str, CheckResult]:
    """Record what was found, unless ``metadata`` is ``None``; every call is a check of its own."""
    if metadata is None:
        return {each.check_type: each for each in results}
    events = [_event(snapshot_id, each, metadata) for each in results]
    positions = parts.log.append(*events).positions
    return {
        each.check_type: evolve(each, position=position)
        for each, position in zip(results, positions, strict=True)
    }


def _event(snapshot_id: str, result: CheckResult, metadata: Metadata) -> ConsistencyChecked:
    return consistency_check(
        uuid4(),
        snapshot_id,
        metadata,
        check_type=result.check_type,
        status=result.status,
        details=result.details(),
        check_duration_ms=result.duration_ms,
        confidence_score=result.confidence_score,
        auto_fixed=result.auto_fixed,
    )
