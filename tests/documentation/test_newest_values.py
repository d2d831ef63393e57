"""Statistics and examples are of the newest rows that hold a feature, however they are spread."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.documentation.values import NEWEST_ROWS
from tests.engines.database import Database

START = datetime(2026, 1, 1, tzinfo=UTC)
MANY = NEWEST_ROWS + 10_000


def rows(count: int, start: datetime = START, **columns: object) -> pa.Table:
    """Return ``count`` rows of one entity a second."""
    times = np.datetime64(start.replace(tzinfo=None), "us") + np.arange(count) * 1_000_000
    stamps = pa.array(times, pa.timestamp("us", "UTC"))
    return pa.table({"k": ["x"] * count, "event_time": stamps, **columns})


def section(documented: ft.FeatureDocumentation, heading: str) -> str:
    return documented.content.partition(f"## {heading}")[2].partition("\n## ")[0]


@pytest.mark.tiers("embedded", "apache", "community")
def test_values_are_the_newest_of_the_feature_and_never_more_than_so_many(
    database: Database,
) -> None:
    features = [ft.Feature(name, "float64") for name in ("often", "once", "never")]
    same = ft.FeatureGroup("same", keys={"k": "text"}, features=[ft.Feature("x", "float64")])
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(ft.FeatureGroup("part", keys={"k": "text"}, features=features), same)
        numbers = np.arange(MANY, dtype=np.float64)
        store.ingest("part", rows(MANY, often=numbers, once=numbers), partial=True)
        later = START + timedelta(days=30)
        store.ingest("part", rows(MANY, later, often=numbers), partial=True)
        old = datetime(1900, 1, 1, tzinfo=UTC)
        store.ingest("part", rows(1, old, often=[-1.0]), partial=True)
        keys = [f"k{number:05}" for number in range(MANY)]
        times = pa.array([START] * MANY, pa.timestamp("us", "UTC"))
        store.ingest("same", pa.table({"k": keys[::-1], "event_time": times, "x": numbers}))

        often, once, never = (store.documentation.describe(f"part.{each.name}")
                              for each in features)  # fmt: skip
        at_once = store.documentation.describe("same.x")

    assert f"The newest values, event times {later:%Y-%m-%d}" in section(often, "Values")
    assert f"| rows | {NEWEST_ROWS:,} |" in section(often, "Values")
    assert f"The newest values, event times {START:%Y-%m-%d}" in section(once, "Values")
    assert "| maximum | 29,999 |" in section(once, "Values")
    assert "values" not in {each.item for each in once.missing}
    assert once.examples[1]["output"][0]["once"] == float(MANY - 1)
    assert "values" in {each.item for each in never.missing}
    assert "the store holds no value of it" in section(never, "Values")
    assert "None" not in never.content
    assert f"| rows | {NEWEST_ROWS:,} |" in section(at_once, "Values")
    # of equal times those of the first entities, in whatever order they arrived
    assert [each["k"] for each in at_once.examples[0]["rows"]] == [
        f"k{number:05}" for number in range(NEWEST_ROWS - 60, NEWEST_ROWS - 55)
    ]
