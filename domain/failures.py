"""Failures of computing: the one-event records of runs that stored nothing."""

from datetime import datetime
from uuid import UUID

from featuretrail.domain.errors import RuleError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.events.computing import ComputeFailed
from featuretrail.domain.rule_units import Unit

LONGEST_MESSAGE = 2_000
"""Characters of a message that are kept."""


def compute_failed(
    record_id: UUID,
    unit: Unit,
    error: Exception,
    started_at: datetime,
    metadata: Metadata,
    *,
    since: datetime | None,
    until: datetime | None,
) -> ComputeFailed:
    """Return the event of a run of ``unit`` that ``error`` ended, the only one of its stream.

    What a message shows of values is left out where featuretrail wrote it: the log forgets nothing.
    """
    message = error.without_values if isinstance(error, RuleError) else str(error)
    return ComputeFailed.in_stream(
        record_id,
        1,
        group=unit.group.name,
        features=[str(feature.reference) for feature in unit.features],
        failed=error.feature if isinstance(error, RuleError) else None,
        since=since,
        until=until,
        error=_kind(error),
        message=recordable(message),
        started_at=started_at,
        metadata=metadata,
    )


def recordable(message: str) -> str:
    """Return ``message`` as the log can keep it: not too long, without NUL and lone surrogates."""
    return (
        message.encode(errors="replace")
        .decode()
        .replace("\0", "\N{REPLACEMENT CHARACTER}")[:LONGEST_MESSAGE]
    )


def _kind(error: Exception) -> str:
    """Return the class of what went wrong: of a rule's own error, where it raised one."""
    at_fault = error.__cause__ if isinstance(error, RuleError) else None
    return type(error if at_fault is None else at_fault).__name__
