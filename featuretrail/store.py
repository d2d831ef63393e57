"""The feature store as its users meet it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, Unpack

import pyarrow as pa

from featuretrail.alerts.alerts import Alerts
from featuretrail.audit.audit import Audit
from featuretrail.consistency.checker import FeatureConsistencyChecker
from featuretrail.consistency.order import CHECK_TYPES, Tolerances
from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.documentation.documentation import Documentation
from featuretrail.domain.changes import Registration
from featuretrail.domain.consistency.report import ConsistencyReport
from featuretrail.domain.definitions import FeatureGroup, FeatureSet
from featuretrail.domain.documentation.record import FeatureDocumentation
from featuretrail.domain.events import Metadata
from featuretrail.domain.events.outcomes import OnConflict
from featuretrail.domain.inputs import check_label, check_text, optional
from featuretrail.domain.json_values import check_json_object
from featuretrail.domain.lineage.feature_lineage import FeatureLineage
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.performance.summary import FeaturePerformance
from featuretrail.domain.quality.feature_quality import FeatureQuality
from featuretrail.domain.quality.window import Window
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.registry import Registry
from featuretrail.domain.splits import Split
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.access import needs
from featuretrail.infrastructure.alerts.settings import AlertSettings
from featuretrail.infrastructure.blobs.store import BlobStore
from featuretrail.infrastructure.computing.computer import Progress, RuleComputer
from featuretrail.infrastructure.computing.recording import LogRecorder
from featuretrail.infrastructure.computing.report import ComputeReport
from featuretrail.infrastructure.computing.requested import Requested
from featuretrail.infrastructure.consistency.source import ValueSource
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.embedded import EmbeddedServer
from featuretrail.infrastructure.erasing.eraser import Eraser
from featuretrail.infrastructure.erasing.erasure import Erasure
from featuretrail.infrastructure.lineage.declaring import LineageDeclarer
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.infrastructure.lineage.training import TrainingRun, TrainingRuns
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.outcomes.receipt import OutcomeReceipt
from featuretrail.infrastructure.outcomes.recording import OutcomeOrder
from featuretrail.infrastructure.performance.recorder import Recorder
from featuretrail.infrastructure.registration import Registrar
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.retrieval.leakage import LeakageReport, leakage_report
from featuretrail.infrastructure.retrieval.online import OnlineReader
from featuretrail.infrastructure.serving.served_log import ServedLog
from featuretrail.infrastructure.snapshots.comparison import SnapshotDiff
from featuretrail.infrastructure.snapshots.manager import FeatureSnapshotManager
from featuretrail.infrastructure.snapshots.order import SnapshotOrder, check_split
from featuretrail.infrastructure.snapshots.request import Closed, Knowledge
from featuretrail.infrastructure.snapshots.snapshot import FeatureSnapshot, SnapshotInfo
from featuretrail.infrastructure.snapshots.storage import SnapshotStorage
from featuretrail.infrastructure.snapshots.verification import SnapshotVerification
from featuretrail.infrastructure.streaming.keywords import StreamKeywords
from featuretrail.infrastructure.streaming.streams import Streams
from featuretrail.infrastructure.streaming.updates import Updates
from featuretrail.infrastructure.streaming.writer import StreamWriter
from featuretrail.infrastructure.values.ingestion import ValueStore
from featuretrail.lineage.tracker import FeatureLineageTracker, Parents
from featuretrail.monitoring.checking import Checkers
from featuretrail.monitoring.monitoring import Monitoring
from featuretrail.outcomes.outcomes import Outcomes
from featuretrail.performance.performance import WEEK, Performance
from featuretrail.projections.maintenance import Maintenance, MaintenanceReport
from featuretrail.projections.projections import Projections
from featuretrail.projections.projector import Policy
from featuretrail.projections.retention import RetentionSettings
from featuretrail.quality.monitor import FeatureQualityMonitor
from featuretrail.quality.sources import QualitySources
from featuretrail.requests import Features, Requests
from featuretrail.serving.served import Served
from featuretrail.status import read_status


class TimescaleDBFeatureStore:
    """A feature store in one PostgreSQL database, with or without TimescaleDB.

    Made by ``featuretrail.connect``; a context manager that closes its connections (and stops the
    embedded server with its last user). Safe to share between threads. ``actor`` is recorded with
    every decision that names no actor of its own.
    """

    def __init__(
        self,
        database: Database,
        blobs: BlobStore,
        *,
        actor: str,
        projection_errors: Policy = "park",
        record_performance: bool = True,
        serve_log: float = 0.0,
        server: EmbeddedServer | None = None,
        alerts: AlertSettings | None = None,
        sources: Mapping[str, ValueSource] | None = None,
    ) -> None:
        self._database = database
        self._server = server
        self._actor = actor
        self._log = EventLog(database)
        self._registry = RegistryReader(database)
        self._requests = Requests(self._log, self._registry)
        lineage = LineageReader(database)
        declarer = LineageDeclarer(database, self._log, lineage)
        self._registrar = Registrar(database, self._log, self._registry, declarer)
        self._values = ValueStore(database, self._log)
        self._historical = HistoricalReader(database)
        self._recorder = Recorder(
            database, self._log, partial(self._metadata, None, None), on=record_performance
        )
        served = ServedLog(database, self._log, partial(self._metadata, None, None), serve_log)
        self.served = Served(database, self._registry, served)
        self._online = OnlineReader(
            database, self._registry, self._historical, self._recorder, served
        )
        self.rules = RuleComputer(
            database,
            self._log,
            self._registry,
            self._historical,
            self._values,
            LogRecorder(self._log, self._recorder.written_at, self._recorder.record),
        )
        self.streams = Streams(
            database, self._log, self._registry, self._values, self.rules, self._metadata
        )
        self.snapshots = FeatureSnapshotManager(
            database, self._log, self._registry, self._historical, blobs, self._recorder
        )
        self.outcomes = Outcomes(database, self._log, self._registry, self._values, self.snapshots)
        self.projections = Projections(database, self._log, policy=projection_errors)
        self.performance = Performance(
            database, self._log, self._registry, self.projections, self._recorder, self._metadata
        )
        storage = SnapshotStorage(database, blobs)
        self.audit = Audit(database, self._log, self._registry, storage, self.projections)
        self._eraser = Eraser(database, self._log, self._registry, storage)
        self.quality = FeatureQualityMonitor(
            QualitySources(
                database,
                self._log,
                self._registry,
                self._historical,
                self.snapshots,
                storage,
                self._metadata,
            )
        )
        self.consistency = FeatureConsistencyChecker(
            ConsistencyParts(
                database,
                self._log,
                self._registry,
                self._historical,
                self.snapshots,
                self.projections,
                self._metadata,
                sources or {},
            )
        )
        self.lineage = FeatureLineageTracker(
            database, self._log, self._registry, lineage, declarer, self._metadata
        )
        self.documentation = Documentation(self.quality.sources, lineage, self.projections)
        self.training_runs = TrainingRuns(database, self._log, lineage)
        self.retention = RetentionSettings(database, self._log, self._metadata)
        self._maintenance = Maintenance(database, self.projections)
        self.alerts = Alerts(
            database,
            self._log,
            self._registry,
            alerts or AlertSettings(),
            self._metadata,
            self.quality.acknowledge,
        )
        self.monitor = Monitoring(
            database,
            self._log,
            self._registry,
            Checkers(self.quality, self.consistency),
            self.alerts,
            self._metadata,
        )

    @needs("writer")
    def register(
        self,
        *definitions: FeatureGroup | FeatureSet,
        reason: str | None = None,
        actor: str | None = None,
    ) -> Registration:
        """Register groups (with their features) and feature sets in one transaction.

        An equal definition makes no event; a changed one needs a new version. Raises
        ``DefinitionChangedError``, ``InvalidDefinitionError`` or ``NotFoundError``. The functions
        of Python rules among them can compute from here on.
        """
        registration = self._registrar.register(definitions, self._metadata(actor, reason))
        self.rules.bind(each for each in definitions if isinstance(each, FeatureGroup))
        return registration

    @needs("auditor")
    def plan(self, *definitions: FeatureGroup | FeatureSet) -> Registration:
        """Return what ``register`` would change; nothing is written."""
        return self._registrar.plan(definitions)

    @needs("writer")
    def ingest(
        self,
        group: str,
        data: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        idempotency_key: str | None = None,
        on_duplicate: str = "error",
        partial: bool = False,
        source: str | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> Receipt:
        """Store the rows of ``data`` as one batch of ``group``: all of them or none.

        ``data`` (an Arrow table or batches, a pandas or polars frame, or a dict of arrays) has the
        key columns, ``event_time`` (aware), and every feature of the group (a subset with
        ``partial=True``). Two rows of the same keys and event time are an error unless
        ``on_duplicate="last"``. A second call with the same ``idempotency_key`` returns the first
        receipt and writes nothing. Raises ``InvalidValuesError`` and writes nothing.
        """
        registry = self._registry.current()
        return self._values.ingest(
            registry.group(group),
            registry.features_of(group),
            data,
            registry=registry,
            idempotency_key=idempotency_key,
            on_duplicate=on_duplicate,
            partial=partial,
            source=source,
            metadata=self._metadata(actor, reason),
        )

    def stream(
        self,
        group: str,
        *,
        source: str,
        **options: Unpack[StreamKeywords],
    ) -> StreamWriter:
        """Open a writer that stores the messages of ``source`` in ``group`` as they come.

        In micro-batches, each message once by its offset. The options, and their defaults, are
        those of ``StreamKeywords``.
        """
        return self.streams.open(group, source=source, **options)

    def subscribe(
        self, groups: str | Sequence[str] | None = None, after: int | None = None
    ) -> Updates:
        """Follow the batches that arrive in ``groups`` after a position; see ``Streams``."""
        return self.streams.subscribe(groups, after)

    @needs("writer")
    def compute(
        self,
        features: Requested,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        progress: Progress | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> ComputeReport:
        """Compute features by their rules, and first whatever is due of the features they read.

        ``features`` are references, groups or sets (all their features with rules), or names of
        these. Without ``since`` every row is computed that parents have changed since the last
        run, else every row with an event time in ``[since, until)``. Written are the rows whose
        values the store does not hold yet, each group's in one batch: so a second call writes
        nothing. ``progress`` is called with what is done, how far, and how far it goes. Raises
        ``RuleError``, ``RetentionError``, ``InvalidInputError`` or ``NotFoundError``.
        """
        return self.rules.compute(
            features, since, until, metadata=self._metadata(actor, reason), progress=progress
        )

    @needs("writer")
    def retract(
        self,
        group: str,
        keys: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        from_event_time: datetime,
        reason: str,
        *,
        actor: str | None = None,
        idempotency_key: str | None = None,
    ) -> Receipt:
        """Declare that values of ``keys`` from an event time on, as known until now, do not hold.

        From here on they read as ``retracted``; cuts before this position still see them.
        """
        return self._values.retract(
            self._registry.current().group(group),
            keys,
            from_event_time,
            self._metadata(actor, reason),
            idempotency_key=idempotency_key,
        )

    @needs("owner")
    def erase(
        self,
        group: str,
        keys: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        reason: str,
        *,
        cascade: bool = False,
        dry_run: bool = False,
        actor: str | None = None,
    ) -> Erasure:
        """Really delete all rows of the entities ``keys`` of ``group``, for the past too.

        Values, online rows, served rows, outcomes, parked messages, and rows of snapshots; with
        ``cascade`` also what rules computed from the group under the same keys. ``dry_run`` only
        counts. The log keeps a salted digest of the keys. Raises ``InvalidInputError``, and
        ``StorageError`` (nothing is erased then) where a snapshot cannot be read.
        """
        metadata = self._metadata(actor, reason)
        return self._eraser.erase(group, keys, metadata, cascade=cascade, dry_run=dry_run)

    @needs("auditor")
    def get_historical_features(
        self,
        spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
        features: Features,
        *,
        time_column: str = "event_time",
        known_at: int | datetime | None = None,
        knowledge: Knowledge = "latest",
        closed: Closed = "right",
        status: bool = False,
        event_time: bool = False,
        method: str | None = None,
    ) -> pa.Table:
        """Join each spine row to the values that held at its time: one output row a spine row.

        ``known_at`` (a position or an aware datetime) asks what the store knew then;
        ``knowledge="row"`` asks, for each row, only what was known at its own time;
        ``closed="left"`` leaves out values of exactly the spine time. ``status`` and ``event_time``
        add ``<feature>__status`` and ``<feature>__event_time``. ``method`` (``"sql"`` or
        ``"pull"``) overrides the choice by cost; both give equal answers.
        """
        position = self._requests.position(known_at)
        resolved = self._requests.resolve(features, self._requests.registry(position))
        how: dict[str, Any] = {
            "time_column": time_column,
            "position": position,
            "knowledge": knowledge,
            "closed": closed,
            "status": status,
            "event_time": event_time,
            "method": method,
        }
        if not self._recorder.on:
            return self._historical.get(spine, resolved, **how)
        table, cost = self._historical.metered(spine, resolved, **how)
        self._recorder.add_call(cost, "training", "retrieve")
        return table

    @needs("auditor")
    def get_online_features(
        self,
        features: Features,
        entity_rows: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        status: bool = False,
        event_time: bool = False,
        served_id: bool = False,
    ) -> pa.Table:
        """Return the newest value of each feature for each entity row, as of now.

        Columns: the entity rows' own, then the features; order and duplicates are kept.
        ``served_id`` adds that column: the id of the row in the served log (see ``store.served``),
        by which an outcome can judge it; NULL where the entity is not sampled.
        """
        return self._online.get(
            partial(self._requests.resolve, features),
            entity_rows,
            status=status,
            event_time=event_time,
            served_id=served_id,
        )

    @needs("auditor")
    def leakage_report(
        self,
        spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
        features: Features,
        *,
        time_column: str = "event_time",
        known_at: int | datetime | None = None,
        closed: Closed = "right",
    ) -> LeakageReport:
        """Compare a retrieval with and without the row cut: the rows that saw their future."""
        position = self._requests.position(known_at)
        if position is None:  # both retrievals shall see the same values
            position = self._log.head().position
        return leakage_report(
            self._historical,
            spine,
            self._requests.resolve(features, self._requests.registry(position)),
            time_column=time_column,
            position=position,
            closed=closed,
        )

    @needs("writer")
    def create_feature_snapshot(
        self,
        feature_set: str | FeatureSet,
        spine: Any,  # noqa: ANN401 - whatever frames.to_table reads
        version: str | Version | None = None,
        *,
        time_column: str = "event_time",
        known_at: int | datetime | None = None,
        knowledge: Knowledge = "latest",
        closed: Closed = "right",
        labels: Any = None,  # noqa: ANN401 - a sequence, an array or a frame of one column
        split: Split | None = None,
        metadata: Mapping[str, Any] | None = None,
        actor: str | None = None,
        reason: str | None = None,
        idempotency_key: str | None = None,
    ) -> SnapshotInfo:
        """Freeze the training matrix of ``feature_set`` over ``spine`` under its digest.

        Labels come from ``labels`` (one a spine row), from a spine column of the label's name, or
        are looked up: the first value at or after each spine time. Without ``version`` the next
        minor is taken (the next major when the set changed). With ``known_at`` the set is the one
        of then (today's, if it was not defined yet). ``metadata`` is a JSON object of the
        caller's. A second call with the same ``idempotency_key`` returns the first snapshot. Raises
        ``InvalidInputError``, ``AlreadyExistsError``, ``IdempotencyError`` or ``StorageError``.
        """
        optional(check_label, "idempotency_key", idempotency_key)
        position = self._requests.position(known_at)
        order = SnapshotOrder(
            feature_set=self._requests.frozen_set(feature_set, position),
            spine=spine,
            version=None if version is None else Version.parse(version),
            time_column=time_column,
            position=position,
            knowledge=knowledge,
            closed=closed,
            labels=labels,
            split=check_split(split),
            annotations={} if metadata is None else check_json_object("metadata", metadata),
            metadata=self._metadata(actor, reason),
            idempotency_key=idempotency_key,
        )
        return self.snapshots.create(order)

    def get_feature_snapshot(self, snapshot_id: str) -> FeatureSnapshot:
        """Read a snapshot, its digest checked; raise ``ContentAlteredError`` if it was altered."""
        return self.snapshots.get(snapshot_id)

    def verify_snapshot(self, snapshot_id: str) -> SnapshotVerification:
        """Prove a snapshot twice: by its stored bytes, and by deriving it again from the values."""
        return self.snapshots.verify(snapshot_id)

    def diff_snapshots(self, snapshot_id: str, other_id: str) -> SnapshotDiff:
        """Compare two snapshots: definitions, columns, rows and cells."""
        return self.snapshots.diff(snapshot_id, other_id)

    def track_feature_lineage(
        self,
        feature_name: str,
        parents: Parents | None = None,
        *,
        version: str | Version | None = None,
        computation_rule: str | None = None,
        streaming_source: str | None = None,
        outcome_tracking_version: str | None = None,
        cross_system_consistency: str | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> FeatureLineage:
        """Declare what a version of a feature (the latest, without one) is made from.

        ``parents`` are references (``"weather.temp"``: its latest version), ``"source NAME"`` or
        ``"source NAME@VERSION"``, ``"stream NAME"``, or ``Parent`` objects; without them, and
        without ``computation_rule``, what the rule in its definition says. ``streaming_source`` is
        the stream it arrives by, ``outcome_tracking_version`` the outcome it is judged by. Score,
        complexity and computation time are evaluated, see ``docs/how-to/lineage.md``; the same
        declaration again makes no event. Raises ``LineageCycleError`` with the path,
        ``NotFoundError`` or ``InvalidInputError``.
        """
        return self.lineage.track(
            feature_name,
            parents,
            version=version,
            computation_rule=computation_rule,
            streaming_source=streaming_source,
            outcome_tracking_version=outcome_tracking_version,
            cross_system_consistency=cross_system_consistency,
            reason=reason,
            actor=actor,
        )

    def record_training_run(
        self,
        model: str,
        snapshot: str | SnapshotInfo,
        *,
        version: str | Version | None = None,
        metrics: Mapping[str, float] | None = None,
        parameters: Mapping[str, Any] | None = None,
        code_version: str | None = None,
        run_id: str | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> TrainingRun:
        """Record that ``model`` was trained on ``snapshot``, so that lineage reaches it.

        Without ``version`` (the model's) its next minor is taken. A retry that repeats ``version``
        or ``run_id`` (the run's name in the caller's own tracking) returns the first. Raises
        ``NotFoundError``, ``InvalidInputError``, ``AlreadyExistsError`` or ``IdempotencyError``.
        """
        return self.training_runs.record(
            model,
            snapshot.snapshot_id if isinstance(snapshot, SnapshotInfo) else snapshot,
            self._metadata(actor, reason),
            version=version,
            run_id=run_id,
            metrics=metrics,
            parameters=parameters,
            code_version=code_version,
        )

    def record_outcomes(
        self,
        label: str | FeatureReference,
        data: Any,  # noqa: ANN401 - whatever frames.to_table reads
        *,
        snapshot: str | None = None,
        on_conflict: OnConflict = "error",
        unjudged: bool = False,
        idempotency_key: str | None = None,
        source: str | None = None,
        reason: str | None = None,
        actor: str | None = None,
    ) -> OutcomeReceipt:
        """Record what really happened: values of ``label``, and what each of them judges.

        ``data`` has the keys of the label's group, ``event_time`` (when the outcome became true),
        the label's column, and what is judged: ``served_id``, or ``judged_time`` (the spine time)
        with ``snapshot`` or a ``snapshot_id`` column; ``unjudged=True`` allows rows that judge
        nothing. Columns such as ``weather.temp`` are what the tracker saw of features. The same
        again is counted, not stored; another value is an error, dropped (``"keep"``) or holds from
        here on (``"replace"``). All is stored or nothing. Raises ``OutcomeConflictError``,
        ``InvalidInputError``, ``NotFoundError`` or ``IdempotencyError``.
        """
        self.served.flush()  # what this process served can be judged
        order = OutcomeOrder(
            label=str(label),
            snapshot=snapshot,
            unjudged=unjudged,
            on_conflict=on_conflict,
            idempotency_key=idempotency_key,
            source=source,
            metadata=self._metadata(actor, reason),
        )
        return self.outcomes.record(order, data)

    def get_feature_performance_metrics(
        self, feature: str | FeatureReference, time_period: timedelta = WEEK
    ) -> FeaturePerformance:
        """Return what a feature cost in the last ``time_period``: in all, by context, by version.

        Counts, mean, percentiles, memory, the score against its budget, trends, and each version
        against the one before it. Raises ``NotFoundError`` or ``InvalidInputError``.
        """
        return self.performance.metrics(feature, time_period)

    def check_feature_quality(
        self,
        feature: str | FeatureReference,
        data: Any = None,  # noqa: ANN401 - a column or a table, whatever frames reads
        window: Window | None = None,
        *,
        actor: str | None = None,
        reason: str | None = None,
    ) -> FeatureQuality:
        """Judge how good a feature's values are; see ``store.quality.check_feature_quality``."""
        return self.quality.check_feature_quality(feature, data, window, actor=actor, reason=reason)

    def validate_feature_consistency(
        self,
        snapshot_id: str,
        check_types: str | Sequence[str] = CHECK_TYPES,
        *,
        sources: str | ValueSource | Sequence[str | ValueSource] | None = None,
        tolerances: Tolerances | None = None,
        sample: float = 1.0,
        auto_fix: bool = False,
        actor: str | None = None,
        reason: str | None = None,
    ) -> ConsistencyReport:
        """Compare a snapshot with what served, judged or else holds its values.

        See ``store.consistency.check``.
        """
        self.served.flush()  # what this process served is compared too
        return self.consistency.check(
            snapshot_id,
            check_types,
            sources=sources,
            tolerances=tolerances,
            sample=sample,
            auto_fix=auto_fix,
            actor=actor,
            reason=reason,
        )

    def generate_feature_documentation(
        self,
        feature: str | FeatureReference,
        version: str | Version | None = None,
        *,
        reason: str | None = None,
        actor: str | None = None,
    ) -> FeatureDocumentation:
        """Write and record a feature's documentation; see ``store.documentation.generate``."""
        return self.documentation.generate(feature, version, reason=reason, actor=actor)

    @needs("auditor")
    def registry(self, known_at: int | datetime | None = None) -> Registry:
        """Return all definitions, now or as they were at a position or time."""
        return self._requests.registry(self._requests.position(known_at))

    @property
    @needs("reader")
    def position(self) -> int:
        """The log's head: the position of the newest event."""
        return self._log.head().position

    def wait_until(self, position: int, timeout: float = 10.0) -> int:
        """Wait until the read side holds the events up to ``position``; return where it is then.

        So the tables show what was written before, for example up to ``receipt.position``. Raises
        ``ProjectionTimeoutError`` after ``timeout`` seconds.
        """
        return self.projections.wait_until(position, timeout)

    @needs("owner")
    def maintain(
        self, *, dry_run: bool = False, reason: str | None = None, actor: str | None = None
    ) -> MaintenanceReport:
        """Remove what retention has due and return what it was, or with ``dry_run`` would be.

        As often as you like, by several at once; see ``store.retention`` for how long rows are
        kept. Where TimescaleDB's Community edition runs jobs, one does this every day.
        """
        groups = [
            name
            for name, known in self._registry.current().groups.items()
            if known.latest.retention is not None
        ]
        if dry_run:
            return self._maintenance.preview(groups)
        given = "retention is due" if reason is None else reason
        return self._maintenance.apply(self._metadata(actor, given), groups)

    @needs("auditor")
    def status(self) -> dict[str, Any]:
        """Return what is active here and what is not, and why; as ``featuretrail db status``."""
        return read_status(self._database, self._registry)

    def close(self) -> None:
        """Close the connections; an embedded server stops with its last user.

        What was served and measured last is recorded before, or given up after 2 seconds each.
        """
        self.served.close()
        self._recorder.close()
        self._historical.close()
        self._database.close()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"TimescaleDBFeatureStore({self._database.address!r})"

    def _metadata(self, actor: str | None, reason: str | None) -> Metadata:
        return Metadata(
            actor=optional(check_text, "actor", self._actor if actor is None else actor),
            reason=optional(check_text, "reason", reason),
        )
