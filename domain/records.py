"""One-event records: facts that are streams of their own and are never revised."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from featuretrail.domain.aggregates.snapshot import check_snapshot
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.events.checks import (
    CheckStatus,
    CheckType,
    ConsistencyChecked,
    QualityChecked,
)
from featuretrail.domain.events.performance import (
    Context,
    Measurement,
    Operation,
    PerformanceSampled,
)
from featuretrail.domain.inputs import (
    check_amount,
    check_choice,
    check_count,
    check_feature,
    check_flag,
    check_id,
    check_label,
    check_number,
    check_score,
    check_text,
    check_version,
    optional,
    several,
    shown,
)
from featuretrail.domain.json_values import check_json_object
from featuretrail.domain.moments import check_moment

_RECORD_ID = "the id of a record"


def quality_check(
    record_id: UUID,
    feature_name: str,
    metadata: Metadata,
    *,
    version: str | None,
    score: float | None,
    dimensions: Mapping[str, float | None],
    coverage: float,
    reasons: Iterable[str] = (),
    snapshot_id: str | None = None,
) -> QualityChecked:
    """Return the event of a check of a feature's quality, the only one of stream ``record_id``.

    A dimension that was not evaluated is ``None``; when none was, there is no score. Raises
    ``InvalidInputError``.
    """
    scores = _dimensions(dimensions)
    if score is not None and all(dimension is None for dimension in scores.values()):
        raise InvalidInputError(
            f"score is {shown(score)}, but no dimension was evaluated; a score of nothing is None"
        )
    return QualityChecked.in_stream(
        check_id(_RECORD_ID, record_id),
        1,
        feature_name=check_feature(feature_name),
        version=optional(check_version, "version", version),
        score=optional(check_score, "score", score),
        dimensions=scores,
        coverage=check_score("coverage", coverage),
        reasons=[check_text("a reason", reason) for reason in several("reasons", reasons)],
        snapshot_id=optional(check_snapshot, "snapshot_id", snapshot_id),
        metadata=metadata,
    )


def consistency_check(
    record_id: UUID,
    snapshot_id: str,
    metadata: Metadata,
    *,
    check_type: CheckType,
    status: CheckStatus,
    details: Mapping[str, Any],
    check_duration_ms: float,
    confidence_score: float | None,
    auto_fixed: bool = False,
) -> ConsistencyChecked:
    """Return the event of a check of a snapshot, the only one of stream ``record_id``.

    A check that was not evaluated has no confidence. Raises ``InvalidInputError``.
    """
    if status == "not evaluated" and confidence_score is not None:
        raise InvalidInputError(
            f"confidence_score is {shown(confidence_score)}, but the check was not evaluated; the "
            "confidence in nothing is None"
        )
    return ConsistencyChecked.in_stream(
        check_id(_RECORD_ID, record_id),
        1,
        snapshot_id=check_snapshot("snapshot_id", snapshot_id),
        check_type=check_choice("check_type", check_type, get_args(CheckType)),
        status=check_choice("status", status, get_args(CheckStatus)),
        details=check_json_object("details", details),
        auto_fixed=check_flag("auto_fixed", auto_fixed),
        check_duration_ms=check_amount("check_duration_ms", check_duration_ms),
        confidence_score=optional(check_score, "confidence_score", confidence_score),
        metadata=metadata,
    )


def measurement(
    feature_name: str,
    measured_at: datetime,
    computation_time_ms: float,
    computation_context: Context,
    *,
    version: str | None = None,
    cpu_time_ms: float | None = None,
    memory_usage_mb: float | None = None,
    usage_frequency: int = 1,
    row_count: int | None = None,
    performance_score: float | None = None,
    snapshot_id: str | None = None,
    operation: Operation | None = None,
    accuracy_impact: float | None = None,
) -> Measurement:
    """Return one measurement of one feature, checked; raise ``InvalidInputError``."""
    return Measurement(
        feature_name=check_feature(feature_name),
        version=optional(check_version, "version", version),
        measured_at=check_moment("measured_at", measured_at),
        computation_time_ms=check_amount("computation_time_ms", computation_time_ms),
        cpu_time_ms=optional(check_amount, "cpu_time_ms", cpu_time_ms),
        memory_usage_mb=optional(check_amount, "memory_usage_mb", memory_usage_mb),
        usage_frequency=check_count("usage_frequency", usage_frequency),
        row_count=optional(check_count, "row_count", row_count),
        performance_score=optional(check_score, "performance_score", performance_score),
        snapshot_id=optional(check_snapshot, "snapshot_id", snapshot_id),
        computation_context=_check_context(computation_context),
        operation=optional(check_operation, "operation", operation),
        accuracy_impact=optional(check_number, "accuracy_impact", accuracy_impact),
    )


def performance_sample(
    record_id: UUID, measurements: Iterable[Measurement], metadata: Metadata
) -> PerformanceSampled:
    """Return the event of ``measurements``, the only one of stream ``record_id``; at least one.

    They keep their order. Raises ``InvalidInputError``.
    """
    checked = [_measured(item) for item in several("measurements", measurements)]
    if not checked:
        raise InvalidInputError("measurements is empty; a sample has at least one")
    return PerformanceSampled.in_stream(
        check_id(_RECORD_ID, record_id), 1, measurements=checked, metadata=metadata
    )


def _dimensions(given: object) -> dict[str, float | None]:
    if not isinstance(given, Mapping):
        raise InvalidInputError(
            f"dimensions is {shown(given)}; give a mapping of names to scores, such as "
            "{'completeness': 98.5, 'validity': None}"
        )
    return {
        check_label("a dimension", name): optional(check_score, f"dimension {name!r}", score)
        for name, score in given.items()
    }


def _measured(given: object) -> Measurement:
    if not isinstance(given, Measurement):
        raise InvalidInputError(f"a measurement is {shown(given)}; make it by measurement(...)")
    return measurement(**dict(given))


def _check_context(given: object) -> Context:
    contexts: tuple[Context, ...] = get_args(Context)
    chosen = check_choice("computation_context", given, contexts)
    return next(context for context in contexts if context == chosen)


def check_operation(what: str, given: object) -> Operation:
    """Return what was done when a measurement was taken."""
    operations: tuple[Operation, ...] = get_args(Operation)
    chosen = check_choice(what, given, operations)
    return next(operation for operation in operations if operation == chosen)
