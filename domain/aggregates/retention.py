"""The stream of a table's retention: how long its past rows are kept, and what was removed."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from attrs import evolve, frozen

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.retention import RetentionApplied, RetentionSet
from featuretrail.domain.inputs import shown

DEFAULTS: dict[str, timedelta | None] = {
    "feature_consistency_checks": timedelta(days=90),
    "feature_performance_metrics": timedelta(days=90),
    "feature_drift_detection": timedelta(days=90),
    "feature_metadata": None,
}
"""The tables of the read side that have past rows, and how long these are kept by default."""

SERVED = "served"
"""The log of what was served: a row is past when it was served."""

KEPT: dict[str, timedelta | None] = {**DEFAULTS, SERVED: timedelta(days=90)}
"""All tables with a retention, and how long past rows are kept unless told otherwise."""

OUTCOMES = ("outcomes", "outcome_batches")
"""The tables of what really happened: kept for ever, as training data is made of labels."""

CURRENT = ("feature_snapshot_versions", "feature_lineage", "feature_documentation")
"""The tables whose every row says what a thing is now, so that none is ever past."""

SHORTEST, LONGEST = timedelta(days=1), timedelta(days=36_500)

RetentionEvent = RetentionSet | RetentionApplied


@frozen
class Retention:
    """The retention of a table as its events tell it; ``keep`` is ``None`` for ever."""

    id: UUID
    table: str
    keep: timedelta | None
    version: int = 0
    horizon: datetime | None = None

    @classmethod
    def initial(cls, table: str) -> Self:
        """Return the retention of a table before its first event.

        Raises ``NotFoundError`` for an unknown table, ``InvalidInputError`` for one that has
        nothing to remove.
        """
        if table in OUTCOMES:
            raise InvalidInputError(
                f"{table} has no retention: outcomes are labels of training data, and kept for "
                f"ever; there is one for {', '.join(KEPT)}"
            )
        if table in CURRENT:
            raise InvalidInputError(
                f"{table} has no retention: each of its rows says what a thing is now, so none is "
                f"ever past; there is one for {', '.join(KEPT)}"
            )
        if table not in KEPT:
            raise NotFoundError("table with a retention", table, list(KEPT))
        return cls(stream_id("retention", table), table, KEPT[table])

    def evolve(self, event: RetentionEvent) -> Self:
        """Return the state after ``event``."""
        version = event.originator_version
        match event:
            case RetentionSet():
                return evolve(self, version=version, keep=_keep(event.keep_microseconds))
            case RetentionApplied():
                return evolve(self, version=version, horizon=event.horizon)


def decide_set(state: Retention, keep: timedelta | None, metadata: Metadata) -> list[RetentionSet]:
    """Return the event that changes how long past rows are kept, or none when it is so already.

    ``None`` keeps them for ever. Raises ``InvalidInputError``.
    """
    checked = check_keep("keep", keep)
    if checked == state.keep:
        return []
    return [
        RetentionSet.in_stream(
            state.id,
            state.version + 1,
            table=state.table,
            keep_microseconds=None if checked is None else checked // timedelta(microseconds=1),
            metadata=metadata,
        )
    ]


def check_keep(what: str, keep: object) -> timedelta | None:
    """Return how long something is kept, a day to a century, or ``None`` for ever.

    Raises ``InvalidInputError``.
    """
    if keep is None:
        return None
    if not isinstance(keep, timedelta):
        raise InvalidInputError(
            f"{what} is {shown(keep)}; give a timedelta such as timedelta(days=90), or None to "
            "keep for ever"
        )
    if not SHORTEST <= keep <= LONGEST:
        raise InvalidInputError(
            f"{what} is {keep}; give at least a day and at most {LONGEST.days:,} days, or None to "
            "keep for ever"
        )
    return keep


def _keep(microseconds: int | None) -> timedelta | None:
    return None if microseconds is None else timedelta(microseconds=microseconds)
