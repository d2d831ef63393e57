"""The made-up readings of the trials: hourly levels of sensors, the same in every run."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from featuretrail.domain.constraints import Range
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.infrastructure.computing.functions import rule

START = datetime(2025, 1, 1, tzinfo=UTC)
SENSORS = 100


@rule(["doctor_readings.level"])
def change(level: Any) -> Any:  # noqa: ANN401 - as rules are written; numpy arrays
    """Return by how much the level changed since the row before."""
    return np.diff(level, prepend=np.nan)


READINGS = FeatureGroup(
    "doctor_readings",
    keys={"sensor": "int64"},
    owner="featuretrail doctor",
    description="Made-up readings of the doctor's trials.",
    features=[
        Feature("level", "float64", "Level of the water", constraints=Range(-100, 100), unit="cm"),
        Feature("flow", "float64", "Flow of the water", unit="l/s"),
    ],
)
DERIVED = FeatureGroup(
    "doctor_changes",
    keys={"sensor": "int64"},
    owner="featuretrail doctor",
    description="What is computed from the readings of the doctor's trials.",
    features=[Feature("change", "float64", "Change of the level", rule=change, unit="cm")],
)
SET = FeatureSet(
    "doctor_levels", ["doctor_readings.level", "doctor_readings.flow"], owner="featuretrail doctor"
)


def readings(rows: int) -> pa.Table:
    """Return ``rows`` readings, every hundredth level NULL."""
    chance = np.random.default_rng(15)
    hours = [START + timedelta(hours=row // SENSORS) for row in range(rows)]
    return pa.table(
        {
            "sensor": np.arange(rows) % SENSORS,
            "event_time": pa.array(hours, pa.timestamp("us", tz="UTC")),
            "level": pa.array(chance.normal(0, 5, rows), mask=np.arange(rows) % 100 == 99),
            "flow": chance.normal(20, 2, rows),
        }
    )


def spine(table: pa.Table) -> pa.Table:
    """Return the rows to ask about: each reading at its own time."""
    return table.select(["sensor", "event_time"])
