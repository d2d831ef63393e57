"""What is examined: the store as it is, read only, and a trial store beside it."""

from functools import cached_property
from typing import Protocol

import psycopg
import pyarrow as pa
from attrs import define, field, frozen

from featuretrail.doctor.notes import Notes
from featuretrail.doctor.specimen import DERIVED, READINGS, SET, readings, spine
from featuretrail.domain.errors import SchemaError
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.blobs.store import BlobStore
from featuretrail.infrastructure.database import Capabilities, Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.migrations import check
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.settings import Settings
from featuretrail.infrastructure.snapshots.snapshot import SnapshotInfo
from featuretrail.store import TimescaleDBFeatureStore


@frozen(eq=False)
class Patient:
    """The store that is examined: the server refuses every write through ``database``."""

    database: Database = field()
    blobs: BlobStore
    settings: Settings
    capabilities: Capabilities

    @property
    def log(self) -> EventLog:
        """Its log."""
        return EventLog(self.database)

    def migrated(self) -> bool:
        """Tell whether every migration was applied, as far as the role may see that."""
        try:
            with self.database.connection() as connection:
                check(connection)
        except (SchemaError, psycopg.Error):
            return False
        return True

    def registry(self) -> Registry:
        """Return its definitions."""
        return RegistryReader(self.database).current()


@define(eq=False, slots=False)
class Trial:
    """A store in the throw-away database, with ``rows`` rows of made-up readings."""

    store: TimescaleDBFeatureStore
    database: Database
    rows: int
    limited: bool
    """Whether section 15's limits, which are for 100,000 rows, apply."""

    @cached_property
    def made_up(self) -> pa.Table:
        """The readings, whose definitions are registered from here on."""
        self.store.register(READINGS, DERIVED, SET, reason="a trial of the doctor's")
        return readings(self.rows)

    @cached_property
    def table(self) -> pa.Table:
        """The readings, which are in the store from here on."""
        self.store.ingest(READINGS.name, self.made_up, idempotency_key="the doctor's readings")
        return self.made_up

    @cached_property
    def snapshot(self) -> SnapshotInfo:
        """A snapshot of every reading."""
        return self.store.create_feature_snapshot(SET, spine(self.table))

    def limit(self, milliseconds: float) -> float | None:
        """Return a limit for 100,000 rows, ``None`` where the trial has another number of rows."""
        return milliseconds if self.limited else None

    def feature(self, column: str) -> str:
        """Return how a column of the readings, which are in the store, is referred to."""
        return f"{READINGS.name}.{self.table.schema.field(column).name}"


class Check(Protocol):
    """One of the eight: looks at the store, and tries the same in the throw-away one."""

    @property
    def name(self) -> str:
        """What the check is called."""
        ...

    def look(self, patient: Patient, notes: Notes, /) -> None:
        """Examine the store as it is; change nothing."""
        ...

    def try_out(self, trial: Trial, patient: Patient, notes: Notes, /) -> None:
        """Do in the throw-away store what the check is about."""
        ...
