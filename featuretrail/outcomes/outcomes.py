"""Outcomes: recorded, listed, and counted against the rows of snapshots."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from featuretrail.domain.names import FeatureReference
from featuretrail.domain.outcomes.rows import OutcomeRows
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.outcomes.judged import JudgedThings, judged_rows
from featuretrail.infrastructure.outcomes.reading import OutcomeReader
from featuretrail.infrastructure.outcomes.receipt import OutcomeReceipt
from featuretrail.infrastructure.outcomes.recording import OutcomeOrder, OutcomeRecorder
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.serving.reading import ServedReader
from featuretrail.infrastructure.snapshots.manager import FeatureSnapshotManager
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot
from featuretrail.infrastructure.values.ingestion import ValueStore
from featuretrail.outcomes.coverage import LabelCoverage, OutcomeCoverage


class Outcomes:
    """What really happened, and what it judges; ``store.outcomes``."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        registry: RegistryReader,
        values: ValueStore,
        snapshots: FeatureSnapshotManager,
    ) -> None:
        self._database = database
        self._registry = registry
        self._snapshots = snapshots
        self._reader = OutcomeReader(database, registry)
        judged = JudgedThings(database, ServedReader(database, registry), snapshots)
        self._recorder = OutcomeRecorder(database, log, registry, values, judged)

    @needs("writer")
    def record(self, order: OutcomeOrder, data: object) -> OutcomeReceipt:
        """Record outcomes; see the facade's ``record_outcomes``."""
        return self._recorder.record(order, data)

    def rows(
        self,
        label: str | FeatureReference,
        *,
        snapshot: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> pa.Table:
        """Return what was recorded of ``label`` (of one version if pinned), oldest first.

        Those that judge ``snapshot``, with event times in ``[since, until)``; replaced ones too.
        Columns: ``recorded_at``, ``position``, ``label``, ``version``, the keys, ``event_time``,
        ``value``, ``served_id``, ``snapshot_id``, ``judged_time``, ``late``, ``replaced``, then
        ``group.feature`` for what was seen. Raises ``NotFoundError`` or ``InvalidInputError``.
        """
        return self._reader.rows(label, snapshot=snapshot, since=since, until=until, limit=limit)

    def records(
        self,
        label: str | FeatureReference | None = None,
        *,
        snapshot: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Return what was recorded (of ``label``), values as JSON spells them; see ``rows``."""
        return self._reader.records(label, snapshot=snapshot, since=since, until=until, limit=limit)

    def holding(
        self,
        snapshot_id: str,
        label: str | FeatureReference | None = None,
        *,
        limit: int | None = None,
    ) -> list[dict[str, Any]]:
        """Return the outcomes that hold for rows of a snapshot, one a row, label and version.

        A value that was replaced is that of the replacement, whatever that was said to judge.
        """
        return self._reader.holding(snapshot_id, label, limit=limit)

    @needs("auditor")
    def coverage(self, snapshot_id: str) -> OutcomeCoverage:
        """Return how many rows of a snapshot have an outcome, by label and version.

        Raises ``NotFoundError`` for a snapshot that does not exist.
        """
        snapshot = self._snapshots.get(snapshot_id)
        held = self._reader.holding(snapshot_id)
        names = sorted({(each["label"], each["version"]) for each in held})
        labels = [
            self._covered(
                snapshot, [each for each in held if (each["label"], each["version"]) == name]
            )
            for name in names
        ]
        return OutcomeCoverage(snapshot.info.snapshot_id, snapshot.info.rows, tuple(labels))

    def _covered(self, snapshot: FeatureSnapshot, held: list[dict[str, Any]]) -> LabelCoverage:
        label, version = held[0]["label"], held[0]["version"]
        resolved = self._registry.current().resolve(f"{label}@{version}")
        rows = OutcomeRows.of_records(resolved.group.keys, resolved.dtype, {}, held).table
        keys = [rows[f"key {name}"].combine_chunks() for name in resolved.group.keys]
        judged = judged_rows(resolved, snapshot, keys, rows["judged_time"].combine_chunks())
        return LabelCoverage(
            label,
            version,
            int(np.count_nonzero(judged)),
            _count(each["late"] for each in held),
            _count(each["replaced"] for each in held),
            _count(each["position"] > snapshot.info.position for each in held),
        )


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
