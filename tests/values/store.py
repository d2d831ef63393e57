"""A store of values over a test's database: its groups registered, its log and tables readable."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from attrs import frozen
from psycopg import sql

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.events import Metadata
from featuretrail.domain.receipts import Receipt
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registration import Registrar
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.values.ingestion import ValueStore
from featuretrail.infrastructure.values.tables import online_table, retracted_table, values_table

DAY = datetime(2013, 1, 1, tzinfo=UTC)
METADATA = Metadata(actor="tester", reason="a test")

WEATHER = FeatureGroup(
    "weather",
    keys={"origin": "text", "station": "int64"},
    features=[
        Feature("temp", "float64"),
        Feature("gusts", "int64"),
        Feature("rain", "bool"),
        Feature("sky", "text"),
        Feature("sunrise", "timestamptz"),
    ],
)


def hours(*numbers: float) -> pa.Array:
    """Event times that many hours after ``DAY``."""
    return pa.array([DAY + timedelta(hours=n) for n in numbers], pa.timestamp("us", tz="UTC"))


def weather(rows: int = 3, **changed: Any) -> dict[str, Any]:
    """Valid columns of ``WEATHER`` with ``rows`` rows, some of them replaced."""
    return {
        "origin": ["EWR"] * rows,
        "station": [1] * rows,
        "event_time": hours(*range(rows)),
        "temp": [20.5 + n for n in range(rows)],
        "gusts": list(range(rows)),
        "rain": [n % 2 == 0 for n in range(rows)],
        "sky": [f"clouds {n}" for n in range(rows)],
        "sunrise": hours(*range(rows)),
        **changed,
    }


@frozen
class Values:
    """What the tests of values hold on to."""

    database: Database
    log: EventLog
    registry: RegistryReader
    store: ValueStore

    def register(self, *groups: FeatureGroup) -> None:
        """Register ``groups`` and make their tables."""
        Registrar(self.database, self.log, self.registry).register(groups, METADATA)

    def ingest(self, group: str, data: Any, **options: Any) -> Receipt:
        """Ingest as the face does."""
        registry = self.registry.current()
        return self.store.ingest(
            registry.group(group),
            registry.features_of(group),
            data,
            registry=registry,
            **{"metadata": METADATA, **options},
        )

    def retract(self, group: str, keys: Any, moment: Any, **options: Any) -> Receipt:
        """Retract as the face does."""
        return self.store.retract(
            self.registry.current().group(group), keys, moment, METADATA, **options
        )

    def rows(self, table: sql.Identifier, order: str = "1, 2, 3, 4, 5") -> list[dict[str, Any]]:
        """The rows of a table, as dicts, in order."""
        with self.database.connection() as connection:
            statement = sql.SQL("SELECT * FROM {} ORDER BY " + order).format(table)
            cursor = connection.execute(statement)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def values(self, group: str = "weather") -> list[dict[str, Any]]:
        """The stored rows of ``group``."""
        return self.rows(values_table(group), "batch, event_time, 1")

    def online(self, group: str = "weather") -> list[dict[str, Any]]:
        """The newest rows of ``group``."""
        return self.rows(online_table(group), "layout, 1, 2")

    def retracted(self, group: str = "weather") -> list[dict[str, Any]]:
        """The retractions of ``group``."""
        return self.rows(retracted_table(group), "batch, 1, 2")

    def batches(self) -> list[dict[str, Any]]:
        """The recorded batches."""
        return self.rows(sql.Identifier("featuretrail", "batches"), "group_name, batch")

    def counts(self, group: str = "weather") -> tuple[int, ...]:
        """How much is written: events, batches, values, newest rows, retractions."""
        return (
            self.log.head().position,
            len(self.batches()),
            len(self.values(group)),
            len(self.online(group)),
            len(self.retracted(group)),
        )


@contextmanager
def opened(url: str) -> Iterator[Values]:
    """Open a store of values on the migrated database at ``url``, with ``WEATHER`` registered."""
    with Database(url) as database:
        log = EventLog(database)
        registry = RegistryReader(database)
        values = Values(database, log, registry, ValueStore(database, log))
        values.register(WEATHER)
        yield values
