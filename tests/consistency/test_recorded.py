"""What a check leaves behind: its event, its row, a quality, an alert, a run of a monitor."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import featuretrail as ft
from featuretrail.infrastructure.consistency.settings import ConsistencySettings
from tests.consistency.weather import SNAPSHOT, WEATHER, changed, numbers
from tests.engines.database import Database


@pytest.mark.tiers("embedded", "apache")
def test_a_failed_check_is_recorded_and_reaches_quality_and_alerts(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    matrix = store.get_feature_snapshot(SNAPSHOT).to_arrow()
    altered = changed(matrix, "temp", numbers(matrix, "temp") * 1.8)
    store.alerts.set_rule("people", destinations=["nobody"])

    report = store.validate_feature_consistency(
        SNAPSHOT,
        ["cross_system", "quality", "outcome"],
        sources=ft.FrameSource(altered),
        reason="nightly",
    )

    position = report["cross_system"].position
    assert position is not None
    first = store.consistency.check_at(position)
    assert (first.status, first.check_type) == ("failed", "cross_system")
    assert first.details["comparisons"][0]["features"]["weather.temp"]["causes"][0]["name"] == (
        "unit factor"
    )
    assert [each.check_type for each in store.consistency.checks(SNAPSHOT)] == [
        "outcome",
        "quality",
        "cross_system",
    ]
    quality = store.check_feature_quality("weather.temp").dimensions["consistency"]
    assert quality.score == 50.0  # cross_system failed, quality passed, outcome has nothing to say
    assert "cross_system failed" in quality.reason
    store.alerts.send_due()  # which nobody can be told, as no destination is configured
    [alert] = store.alerts.list(everything=True)
    assert alert.title == f"[high] cross_system consistency of {SNAPSHOT} failed"
    assert "temp, unit factor" in alert.text
    assert "1.8" in report._repr_html_()

    for frame in (altered, matrix):  # the same finding again, and then none
        store.validate_feature_consistency(
            SNAPSHOT, "cross_system", sources=ft.FrameSource(frame, name="frame")
        )
        store.alerts.send_due()
    assert [each.title for each in store.alerts.list(everything=True)] == [
        alert.title,
        f"[high] resolved: cross_system consistency of {SNAPSHOT} passed",
    ]


def test_a_monitor_checks_a_snapshot_against_the_configured_sources(
    store: ft.TimescaleDBFeatureStore, database: Database, tmp_path: object
) -> None:
    matrix = store.get_feature_snapshot(SNAPSHOT).to_arrow()
    path = f"{tmp_path}/mirror.parquet"
    pq.write_table(changed(matrix, "temp", numbers(matrix, "temp") + 1), path)
    described = {"sources": {"mirror": {"kind": "parquet", "path": path}}}
    settings = ft.Settings(
        url=database.url,
        artifacts="database:",
        consistency=ConsistencySettings.model_validate(described),
    )
    with ft.connect(settings=settings) as other:
        start = datetime.now(UTC) - timedelta(hours=2)
        made = other.monitor.schedule(
            "same", f"snapshot {SNAPSHOT}", every=timedelta(hours=1), missed="skip", starts_at=start
        )
        run = other.monitor.run_due().runs[0]

        assert made.checks == ("consistency",)
        assert run.outcome == "found"
        assert run.results[0]["statuses"]["cross_system"] == "failed"
        assert any("offset" in words for words in run.results[0]["words"])
        assert list(other.consistency.sources) == ["mirror"]
        with pytest.raises(ft.NotFoundError):
            other.monitor.schedule("no", "snapshot other@1.0.0", every=timedelta(hours=1))
        with pytest.raises(ft.InvalidInputError, match="consistency of a snapshot"):
            other.monitor.schedule(
                "no", "group weather", every=timedelta(hours=1), checks=["consistency"]
            )


def test_a_stale_version_is_told_from_one_the_store_knew_before(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    matrix = store.get_feature_snapshot(SNAPSHOT).to_arrow()
    corrected = changed(matrix, "temp", np.round(numbers(matrix, "temp") ** 1.1))
    store.ingest("weather", corrected, reason="the sensor was calibrated anew")
    spine = matrix.select(["origin", "event_time"])
    store.create_feature_snapshot("conditions", spine)

    stale = store.consistency.check(
        "conditions@1.1.0", "cross_system", sources=ft.FrameSource(matrix), record=False
    )
    early = store.consistency.check(
        SNAPSHOT, "cross_system", sources=ft.FrameSource(corrected), record=False
    )

    [said] = stale["cross_system"].comparisons[0].features["weather.temp"].causes
    assert said.name == "stale version"
    assert "the store knew at position" in said.evidence
    [said] = early["cross_system"].comparisons[0].features["weather.temp"].causes
    assert said.name == "later value"


def test_values_of_an_earlier_version_of_the_feature_are_named(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    matrix = store.get_feature_snapshot(SNAPSHOT).to_arrow()
    temp = ft.Feature("temp", "float64", version="2.0.0", constraints=ft.Range(-60, 160))
    store.register(
        ft.FeatureGroup("weather", keys=WEATHER.keys, features=[temp, *WEATHER.features[1:]]),
        ft.FeatureSet(
            "conditions",
            ["weather.temp@2.0.0", "weather.gust", "weather.sky"],
            version="2.0.0",
        ),
    )
    squared = changed(matrix, "temp", numbers(matrix, "temp") ** 2 / 100)
    store.ingest("weather", squared)
    made = store.create_feature_snapshot("conditions", matrix.select(["origin", "event_time"]))

    report = store.consistency.check(
        made.snapshot_id, "cross_system", sources=ft.FrameSource(matrix), record=False
    )

    [said] = report["cross_system"].comparisons[0].features["weather.temp"].causes
    assert (said.name, "weather.temp@1.0.0" in said.evidence) == ("stale version", True)


def test_a_snapshot_that_breaks_its_own_constraints_is_found(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    spine = pa.table(
        {
            "origin": ["EWR", "EWR", "JFK"],
            "event_time": pa.array(
                [datetime(2025, 4, 1, tzinfo=UTC)] * 3, pa.timestamp("us", tz="UTC")
            ),
        }
    )
    hot = {"origin": ["EWR"], "event_time": [datetime(2025, 3, 30, tzinfo=UTC)], "temp": [900.0]}
    store.ingest("weather", hot, partial=True)
    made = store.create_feature_snapshot("conditions", spine)

    found = store.validate_feature_consistency(made.snapshot_id, "quality")["quality"]

    assert found.status == "failed"
    assert "2 break Range(-60, 140)" in found.reasons[0]
    assert "1 of 3 rows repeat another one" in found.reasons[1]
    assert store.validate_feature_consistency(SNAPSHOT, "quality").ok
