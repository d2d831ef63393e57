"""One unit's run: read, evaluate, compare, store; anew when another writer was first."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen

from featuretrail.domain.asof import Flags, Ints
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import ConcurrencyError
from featuretrail.domain.events.base import Metadata, stream_id
from featuretrail.domain.events.performance import Measurement
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.records import measurement
from featuretrail.domain.registry import Registry, ResolvedFeature
from featuretrail.domain.rule_units import Place, Unit, place
from featuretrail.infrastructure.computing.evaluation import Evaluated, Functions, evaluate
from featuretrail.infrastructure.computing.marks import Mark
from featuretrail.infrastructure.computing.report import ComputedFeature
from featuretrail.infrastructure.computing.rows import UnitRows, read_rows, unchanged
from featuretrail.infrastructure.computing.window import Window, window_of
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.retrieval.cuts import GroupCut, read_cuts
from featuretrail.infrastructure.retrieval.historical import HistoricalReader
from featuretrail.infrastructure.values.ingestion import ValueStore
from featuretrail.infrastructure.values.moments import as_datetime

ATTEMPTS = 5


@frozen
class Order:
    """A unit to be computed in ``[since, until)``; without ``since`` from what is due on."""

    unit: Unit
    since: datetime | None
    until: datetime | None


@frozen
class Outcome:
    """What a run did, and what it cost (nothing is measured where nothing was written)."""

    features: tuple[ComputedFeature, ...]
    measurements: tuple[Measurement, ...] = ()


@frozen(eq=False)
class _Computed:
    """Rows in the window with their values, and which of them the store does not hold.

    ``rows`` holds the keys, the event time and, if the group has one, the known time.
    """

    rows: pa.Table = field(repr=False)
    values: dict[Place, Evaluated] = field(repr=False)
    new: Flags = field(repr=False)


class UnitRunner:
    """Runs orders. Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        historical: HistoricalReader,
        values: ValueStore,
        functions: Functions,
    ) -> None:
        self._database = database
        self._log = log
        self._historical = historical
        self._values = values
        self._functions = functions

    def run(self, order: Order, registry: Registry, metadata: Metadata) -> Outcome:
        """Compute the unit of ``order``; decided anew when another writer stored it meanwhile."""
        for attempt in range(ATTEMPTS):
            try:
                return self._run(order, registry, metadata)
            except ConcurrencyError:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _run(self, order: Order, registry: Registry, metadata: Metadata) -> Outcome:
        unit = order.unit
        position = self._log.head().position
        with self._database.connection() as connection:
            window = window_of(connection, unit, position, order.since, order.until)
            own = read_cuts(connection, [unit.group.name], position, recorded=False)[
                unit.group.name
            ]
        if window.empty:
            return Outcome(tuple(_idle(feature, window) for feature in unit.features))
        computed = self._compute(order, window, own, position)
        receipt = None
        if computed.new.any() or window.left != window.due:
            receipt = self._values.store_computed(
                unit.group,
                registry.features_of(unit.group.name),
                _stored(registry, unit, computed),
                registry=registry,
                source=str(Mark(position, window.left)),
                last_batch=own.last_batch,
                position=position,
                metadata=metadata,
            )
        return _outcome(unit, window, computed, receipt)

    def _compute(self, order: Order, window: Window, own: GroupCut, position: int) -> _Computed:
        unit = order.unit
        rows = read_rows(self._historical, unit, position, window.lead, window.until)
        with self._database.connection() as connection:  # retention may have removed some of them
            again = window_of(connection, unit, position, order.since, order.until)
        if again != window:
            raise ConcurrencyError(
                stream_id("group", unit.group.name), own.last_batch, own.last_batch
            )
        values = evaluate(self._database, unit, rows, self._functions, window.since)
        return self._compared(unit, rows, values, window, own, position)

    def _compared(
        self,
        unit: Unit,
        rows: UnitRows,
        values: dict[Place, Evaluated],
        window: Window,
        own: GroupCut,
        position: int,
    ) -> _Computed:
        """Leave out the rows that only led in, and mark those that the store does not hold."""
        first = rows.times >= window.since
        table = rows.table
        if not first.all():
            chosen = pa.array(np.flatnonzero(first))
            table = table.take(chosen)
            values = {
                key: Evaluated(each.feature, each.values.take(chosen), each.cost)
                for key, each in values.items()
            }
        told = None if rows.known is None else rows.known[first]
        new = np.ones(table.num_rows, np.bool_)
        if table.num_rows and _may_hold(own, unit, window):
            arrays = {key: each.values for key, each in values.items()}
            new = ~unchanged(self._historical, unit.features, table, arrays, position)
        return _Computed(_with_known_time(unit, table, told), values, new)


def _may_hold(own: GroupCut, unit: Unit, window: Window) -> bool:
    """Tell whether the store may hold rows of ``unit`` in the window."""
    written = any(own.writers(feature.column) != frozenset() for feature in unit.features)
    return own.rows > 0 and written and own.last_event_time >= window.since


def _with_known_time(unit: Unit, table: pa.Table, told: Ints | None) -> pa.Table:
    if told is None or unit.group.known_time is None:
        return table
    return table.append_column(unit.group.known_time, pa.array(told).cast(UTC_TIME))


def _stored(registry: Registry, unit: Unit, computed: _Computed) -> pa.Table:
    """Return the new rows, each feature under the name that says its version."""
    latest = {feature.reference for feature in registry.features_of(unit.group.name)}
    table = computed.rows
    for feature in unit.features:
        name = feature.name
        if feature.reference not in latest:
            name = f"{name}@{feature.version.version}"
        table = table.append_column(name, computed.values[place(feature)].values)
    return table if computed.new.all() else table.filter(pa.array(computed.new))


def _outcome(unit: Unit, window: Window, computed: _Computed, receipt: Receipt | None) -> Outcome:
    times = computed.rows.column("event_time")
    first, last = as_datetime(pc.min(times)), as_datetime(pc.max(times))
    features, measurements = [], []
    for feature in unit.features:
        cost = computed.values[place(feature)].cost
        milliseconds = 1000 * cost.seconds
        features.append(
            ComputedFeature(
                feature=str(feature.reference),
                rows=computed.rows.num_rows,
                written=int(computed.new.sum()),
                first=first,
                last=last,
                milliseconds=milliseconds,
                position=None if receipt is None else receipt.position,
                due=window.left,
            )
        )
        measurements.append(
            measurement(
                feature.reference.path,
                datetime.now(UTC),
                milliseconds,
                "training",
                operation="compute",
                version=str(feature.version.version),
                memory_usage_mb=cost.memory_mb,
                cpu_time_ms=None if cost.cpu_seconds is None else 1000 * cost.cpu_seconds,
                row_count=computed.rows.num_rows,
            )
        )
    return Outcome(tuple(features), () if receipt is None else tuple(measurements))


def _idle(feature: ResolvedFeature, window: Window) -> ComputedFeature:
    return ComputedFeature(str(feature.reference), 0, 0, None, None, 0.0, None, window.due)
