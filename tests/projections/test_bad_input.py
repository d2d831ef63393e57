"""What is odd but allowed reaches the tables as it is; what cannot be is refused or parked."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.rows import dict_row

import featuretrail as ft
from featuretrail.domain.aggregates import DriftIncident, FeatureMetadataAggregate, LineageAggregate
from featuretrail.domain.aggregates.drift_incident import decide_acknowledge
from featuretrail.domain.aggregates.feature_metadata import decide_record
from featuretrail.domain.aggregates.lineage import decide_declare
from featuretrail.domain.errors import FeatureTrailError
from featuretrail.domain.events import (
    ConsistencyChecked,
    DriftDetected,
    DriftUpdated,
    Measurement,
    Metadata,
    PerformanceSampled,
)
from featuretrail.domain.parents import Parent
from featuretrail.domain.records import consistency_check
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.folding import ATTEMPTS
from tests.engines.database import Database as Clone
from tests.store.weather import NOON

EVERYWHERE = pytest.mark.tiers("embedded", "apache", "community")

STREAM = UUID("c0ffee00-0000-4000-8000-000000000001")
ANNA = Metadata(actor="anna")
DETECTION: dict[str, Any] = {
    "feature_name": "weather.temp",
    "version": None,
    "drift_type": "concept",
    "drift_score": 1.0,
    "threshold_value": 0.5,
    "severity": "low",
    "details": {},
}
ODD = "\uffff \U0001f321 \\u0000 e\u0301 ';--\r\n"


def group(*features: ft.Feature, **changes: Any) -> ft.FeatureGroup:
    return ft.FeatureGroup("weather", keys={"origin": "text"}, features=features, **changes)


def rows(database: Clone, table: str) -> list[dict[str, Any]]:
    with database.connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        connection.execute("SET TIME ZONE 'UTC'")
        statement: Any = f"SELECT * FROM featuretrail.{table} ORDER BY position, id"
        return cursor.execute(statement).fetchall()


def append(database: Clone, *events: Any) -> None:
    with Database(database.url) as pool:
        for event in events:
            EventLog(pool).append(event)


@EVERYWHERE
def test_nul_becomes_the_replacement_character_and_other_odd_text_stays(
    database: Clone, store: ft.TimescaleDBFeatureStore
) -> None:
    store.register(group(ft.Feature("temp", "float64", f"a\0b{ODD}", tags=["\0", "z\0"])))
    incident = DriftIncident.initial(STREAM)
    found = DriftDetected.in_stream(STREAM, 1, **DETECTION | {"details": {"k\0": ["\0", ODD]}})
    [noticed] = decide_acknowledge(incident.evolve(found), Metadata(actor="an\0na"))
    append(database, found)
    store.projections.catch_up()
    append(database, noticed)
    store.projections.catch_up()

    schema = {
        row["metadata_key"]: row["metadata_value"] for row in rows(database, "feature_metadata")
    }
    assert schema["description"] == f"a\ufffdb{ODD}"
    assert schema["tags"] == ["\ufffd", "z\ufffd"]
    [drift] = rows(database, "feature_drift_detection")
    assert drift["drift_details"] == {"k\ufffd": ["\ufffd", ODD]}
    assert drift["acknowledged_by"] == "an\ufffdna"
    assert store.projections.dead_letters() == []
    proof = store.projections.verify().verification
    assert proof is not None
    assert proof.ok


def test_half_a_surrogate_pair_is_refused_before_it_reaches_the_log(
    database: Clone, store: ft.TimescaleDBFeatureStore
) -> None:
    key = FeatureMetadataAggregate.initial("weather.temp", "business", "owner")
    with pytest.raises(FeatureTrailError, match="Unicode"):
        store.register(group(ft.Feature("temp", "float64", "\ud800")))
    with pytest.raises(FeatureTrailError, match="Unicode"):
        decide_record(key, {"a": ["\udfff"]}, ANNA)
    with pytest.raises(FeatureTrailError, match="cannot be recorded as JSON"):
        append(
            database, DriftDetected.in_stream(STREAM, 1, **DETECTION | {"details": {"a": "\ud800"}})
        )
    with Database(database.url) as pool:
        assert EventLog(pool).head().position == 0


@EVERYWHERE
def test_numbers_and_times_at_their_ends_are_kept(
    database: Clone, store: ft.TimescaleDBFeatureStore
) -> None:
    ends = [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)]
    taken = [
        Measurement(
            feature_name="weather.temp",
            measured_at=moment,
            computation_time_ms=1.7976931348623157e308,
            memory_usage_mb=5e-324,
            usage_frequency=2**63 - 1,
            accuracy_impact=-1.7976931348623157e308,
            computation_context="training",
        )
        for moment in ends
    ]
    numbers: list[float] = [2**63 - 1, -(2**63), 1.7976931348623157e308, 5e-324, 0.1]
    key = FeatureMetadataAggregate.initial("weather.temp", "business", "numbers")
    append(database, PerformanceSampled.in_stream(STREAM, 1, measurements=taken))
    append(database, *decide_record(key, numbers, ANNA))
    store.projections.catch_up()

    found = rows(database, "feature_performance_metrics")
    assert sorted(row["measured_at"] for row in found) == ends
    for row in found:
        assert (row["computation_time_ms"], row["memory_usage_mb"], row["usage_frequency"]) == (
            1.7976931348623157e308,
            5e-324,
            2**63 - 1,
        )
    [metadata] = rows(database, "feature_metadata")
    integers, floats = metadata["metadata_value"][:2], metadata["metadata_value"][2:]
    assert integers == numbers[:2]
    assert list(map(float, floats)) == numbers[2:]  # the greatest is written with all its digits


@EVERYWHERE
def test_what_is_no_number_is_null_in_json_and_parked_where_a_number_must_be(
    database: Clone, store: ft.TimescaleDBFeatureStore
) -> None:
    nan, inf = float("nan"), float("inf")
    checked = ConsistencyChecked.in_stream(
        STREAM, 1, snapshot_id="delay@1.0.0", check_type="outcome", status="passed",
        details={"mean": nan, "largest": [inf, -inf]}, auto_fixed=False, check_duration_ms=0.0,
        confidence_score=None,
    )  # fmt: skip
    other = UUID(int=STREAM.int + 1)
    append(database, checked, DriftDetected.in_stream(other, 1, **DETECTION | {"drift_score": inf}))
    store.projections.catch_up()

    [check] = rows(database, "feature_consistency_checks")
    assert check["details"] == {"mean": None, "largest": [None, None]}
    [letter] = store.projections.dead_letters()
    assert (letter.position, letter.attempts) == (2, ATTEMPTS)
    assert "drift_score" in letter.error
    assert rows(database, "feature_drift_detection") == []


def test_a_huge_and_a_deep_json_value_are_kept_whole(
    database: Clone, store: ft.TimescaleDBFeatureStore
) -> None:
    deep: Any = []
    for _ in range(60):
        deep = [deep]
    details = {"rows": [{"n": n, "text": "ß" * 100} for n in range(100_000)], "deep": deep}
    event = consistency_check(
        STREAM, "delay@1.0.0", ANNA, check_type="cross_system", status="failed", details=details,
        check_duration_ms=0, confidence_score=100,
    )  # fmt: skip
    after = UUID(int=STREAM.int + 1)
    append(database, event, DriftDetected.in_stream(after, 1, **DETECTION))
    store.projections.catch_up()

    [check] = rows(database, "feature_consistency_checks")
    assert check["details"] == details
    assert len(rows(database, "feature_drift_detection")) == 1


@EVERYWHERE
def test_names_that_need_quotes_or_are_as_long_as_can_be_reach_the_tables(
    database: Clone, store: ft.TimescaleDBFeatureStore
) -> None:
    longest = "ß" * 31 + "x"  # 63 bytes
    features = [ft.Feature("Größe", "float64"), ft.Feature(longest, "int64")]
    store.register(
        ft.FeatureGroup("select", keys={"from": "text"}, features=features),
        ft.FeatureSet("order", ["select.Größe", f"select.{longest}"]),
    )
    store.ingest(
        "select", {"from": ["a"], "event_time": [NOON], "Größe": [1.5], longest: [2**63 - 1]}
    )
    spine = {"from": ["a", "b"], "event_time": [NOON, NOON]}
    info = store.create_feature_snapshot("order", spine)
    lineage = LineageAggregate.initial(f"select.{longest}@1.0.0")
    parents = [
        Parent("source", 'a"; DROP SCHEMA featuretrail; --'),
        Parent.feature("select.Größe@1.0.0"),
    ]
    append(database, *decide_declare(lineage, parents, ANNA))
    store.projections.catch_up()

    [snapshot] = rows(database, "feature_snapshot_versions")
    assert (snapshot["snapshot_id"], snapshot["data_points_count"]) == (info.snapshot_id, 2)
    assert snapshot["features"] == ["select.Größe", f"select.{longest}"]
    [made] = rows(database, "feature_lineage")
    assert made["feature_name"] == f"select.{longest}"
    assert {parent["name"] for parent in made["parent_features"]} == {
        "select.Größe",
        'a"; DROP SCHEMA featuretrail; --',
    }
    with database.connect() as connection:
        children = connection.execute(
            "SELECT feature_name FROM featuretrail.feature_lineage WHERE parent_features @> "
            """'[{"kind": "feature", "name": "select.Größe"}]'"""
        ).fetchall()
    assert children == [(f"select.{longest}",)]


@pytest.mark.parametrize("together", [True, False], ids=["in one page", "page by page"])
def test_a_revision_that_comes_before_its_row_is_parked_and_the_row_waits(
    database: Clone, store: ft.TimescaleDBFeatureStore, together: bool
) -> None:
    early = DriftUpdated.in_stream(STREAM, 1, drift_score=2.0, severity="high", details={})
    for event in (early, DriftDetected.in_stream(STREAM, 2, **DETECTION)):
        append(database, event)
        if not together:
            store.projections.catch_up()
    store.projections.catch_up()

    first, second = store.projections.dead_letters()
    assert first.error == (
        "MissingRowError: 1 rows of feature_drift_detection are to be revised, 0 exist"
    )
    assert (first.position, first.waits_for) == (1, None)
    assert (second.position, second.waits_for) == (2, 1)
    assert rows(database, "feature_drift_detection") == []
