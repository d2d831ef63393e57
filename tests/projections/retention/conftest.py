"""The read side over a log whose clock can be moved on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from featuretrail.domain.events import Metadata
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.maintenance import Maintenance
from featuretrail.projections.projections import Projections
from featuretrail.projections.retention import RetentionSettings
from tests.projections.retention.clock import pass_time

Days = Callable[[float], datetime]


@pytest.fixture
def settings(pool: Database, log: EventLog) -> RetentionSettings:
    """How long past rows are kept; ben decides."""
    return RetentionSettings(
        pool, log, lambda actor, reason: Metadata(actor=actor or "ben", reason=reason)
    )


@pytest.fixture
def maintenance(pool: Database, side: Projections) -> Maintenance:
    """What removes."""
    return Maintenance(pool, side)


@pytest.fixture
def days(pool: Database) -> Days:
    """Let days pass for the log: ``days(100)``."""
    return lambda number: pass_time(pool, timedelta(days=number))
