"""Snapshots through the face: freezing, proving, comparing, and finding every tampering."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import featuretrail as ft
from featuretrail.domain.aggregates import SnapshotAggregate
from featuretrail.domain.aggregates.snapshot import decide_assess
from featuretrail.domain.digest import table_digest
from featuretrail.domain.errors import (
    AlreadyExistsError,
    ChainBrokenError,
    ContentAlteredError,
    InvalidInputError,
    InvalidSpineError,
    NotFoundError,
)
from featuretrail.domain.events import Metadata, SnapshotAssessed, SnapshotCreated, stream_id
from featuretrail.infrastructure.database import Database as LogDatabase
from featuretrail.infrastructure.log.application import EventLog
from tests.engines.database import Database
from tests.store.weather import DELAY, NOON, filled, hourly, spine, weather

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def tamper(database: Database, statement: str) -> None:
    """Run ``statement`` as an intruder who can switch triggers off."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        changed = connection.execute(statement).rowcount
        connection.execute("SET session_replication_role = origin")
    assert changed > 0, "the tampering changed nothing"


def test_a_snapshot_is_frozen_read_back_and_proven(
    artifact_store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(artifact_store)
    info = artifact_store.create_feature_snapshot("delay", spine(), reason="first model")
    assert (info.snapshot_id, info.rows, info.actor) == ("delay@1.0.0", 4, "anna")
    frozen = artifact_store.get_feature_snapshot("delay@1.0.0")
    assert frozen.to_arrow().column_names == ["origin", "event_time", "flight", "temp", "sky"]
    assert frozen.to_arrow()["temp"].to_pylist() == [60.0, 61.0, 62.0, None]
    assert table_digest(frozen.to_arrow()) == info.digest
    verification = artifact_store.verify_snapshot("delay@1.0.0")
    assert verification.ok
    assert verification.stored_ok
    assert verification.rederived_ok


def test_values_that_come_later_change_neither_digest_nor_proof(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine())
    store.ingest("weather", hourly().set_column(2, "temp", pa.array([0.0] * 8)), reason="late")
    store.retract("weather", {"origin": "JFK"}, NOON, "broken sensor")
    assert store.verify_snapshot(info.snapshot_id).ok
    again = store.get_historical_features(spine(), DELAY, known_at=info.position)
    assert table_digest(again) == info.digest
    assert table_digest(store.get_historical_features(spine(), DELAY)) != info.digest


def test_snapshots_of_a_past_position_equal_those_made_then(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    then = store.create_feature_snapshot("delay", spine())
    store.ingest("weather", hourly(8))
    now = store.create_feature_snapshot("delay", spine(), known_at=then.position)
    assert now.digest == then.digest
    assert now.snapshot_id == "delay@1.1.0"


def test_identical_content_is_stored_once(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    filled(store)
    store.create_feature_snapshot("delay", spine())
    store.create_feature_snapshot("delay", spine())
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(DISTINCT digest) FROM featuretrail.blobs").fetchone()
    assert row == (1,)


def test_an_existing_version_is_never_overwritten(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    store.create_feature_snapshot("delay", spine(), "3.0.0")
    with pytest.raises(AlreadyExistsError, match=r"delay@3\.0\.0"):
        store.create_feature_snapshot("delay", spine(), "3.0.0")
    assert store.create_feature_snapshot("delay", spine()).version == "3.1.0"


def test_a_changed_set_takes_the_next_major_version(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    store.create_feature_snapshot("delay", spine())
    store.register(ft.FeatureSet("delay", ["weather.temp"], version="1.1.0"))
    assert store.create_feature_snapshot("delay", spine()).version == "2.0.0"


def test_a_retry_with_its_key_returns_the_first_snapshot(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    first = store.create_feature_snapshot("delay", spine(), idempotency_key="job 7")
    assert store.create_feature_snapshot("delay", spine(), idempotency_key="job 7") == first
    assert len(store.snapshots.list()) == 1


def test_a_split_is_frozen_with_the_rows(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    split = ft.Split(seed=1, fractions={"train": 0.5, "test": 0.5})
    info = store.create_feature_snapshot("delay", spine(), split=split)
    frozen = store.get_feature_snapshot(info.snapshot_id)
    assert sum(part.num_rows for part in frozen.splits.values()) == 4
    assert set(frozen.splits) == {"train", "test"}
    assert store.verify_snapshot(info.snapshot_id).ok


def test_given_labels_are_frozen_as_they_are(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine(), labels=[1.0, None, 3.0, 4.0])
    frozen = store.get_feature_snapshot(info.snapshot_id)
    assert frozen.label == "label"
    assert frozen.to_arrow()["label"].to_pylist() == [1.0, None, 3.0, 4.0]
    assert store.verify_snapshot(info.snapshot_id).ok


def test_a_label_is_the_first_value_at_or_after_the_spine_time(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    store.register(ft.FeatureSet("next", ["weather.sky"], label="weather.temp"))
    info = store.create_feature_snapshot("next", spine())
    frozen = store.get_feature_snapshot(info.snapshot_id)
    assert frozen.label == "temp"
    assert frozen.to_arrow()["temp"].to_pylist() == [62.0, None, 64.0, 65.0]
    store.ingest("weather", hourly().set_column(2, "temp", pa.array([0.0] * 8)))
    assert store.verify_snapshot(info.snapshot_id).ok


@pytest.mark.parametrize(
    ("labels", "reason"),
    [([1.0], "1 rows and the spine 4"), ({"a": [1] * 4, "b": [1] * 4}, "2 columns")],
)
def test_labels_that_do_not_fit_are_refused(
    store: ft.TimescaleDBFeatureStore, labels: object, reason: str
) -> None:
    filled(store)
    with pytest.raises(InvalidSpineError, match=reason):
        store.create_feature_snapshot("delay", spine(), labels=labels)
    assert store.snapshots.list() == []


def test_a_snapshot_becomes_numpy_pandas_and_polars(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    store.register(ft.FeatureSet("numbers", ["weather.temp"]))
    frozen = store.get_feature_snapshot(
        store.create_feature_snapshot("numbers", spine()).snapshot_id
    )
    np.testing.assert_array_equal(frozen.to_numpy()[:, 0], [60.0, 61.0, 62.0, np.nan])
    assert list(frozen.to_pandas()["flight"]) == [0, 1, 2, 3]
    assert frozen.to_polars()["temp"].to_list() == [60.0, 61.0, 62.0, None]
    with pytest.raises(InvalidInputError, match="'origin' is string"):
        frozen.to_numpy(["origin"])
    assert "numbers@1.0.0" in frozen._repr_html_()


def test_an_exported_snapshot_keeps_its_digest(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine())
    store.snapshots.export(info.snapshot_id, str(tmp_path / "delay.parquet"))
    exported = pq.read_table(tmp_path / "delay.parquet")
    assert table_digest(exported) == info.digest
    assert exported.schema.metadata[b"featuretrail.digest"].decode() == info.digest


def test_a_comparison_counts_rows_cells_and_versions(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    first = store.create_feature_snapshot("delay", spine())
    store.ingest("weather", hourly(1).set_column(2, "temp", pa.array([0.0, 61.0])))
    second = store.create_feature_snapshot("delay", spine(rows=6))
    difference = store.diff_snapshots(first.snapshot_id, second.snapshot_id)
    assert not difference.equal
    assert (difference.rows_only_here, difference.rows_only_other) == (0, 2)
    assert difference.changed_cells == {"temp": 1}
    (example,) = difference.examples
    assert (example.row, example.column, example.value, example.other) == (0, "temp", 60.0, 0.0)
    assert store.diff_snapshots(first.snapshot_id, first.snapshot_id).equal


def test_an_empty_spine_makes_an_empty_provable_snapshot(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine().slice(0, 0))
    assert info.rows == 0
    assert store.verify_snapshot(info.snapshot_id).ok


def test_an_unknown_snapshot_lists_the_near_ones(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    store.create_feature_snapshot("delay", spine())
    with pytest.raises(NotFoundError, match=r"did you mean 'delay@1\.0\.0'"):
        store.get_feature_snapshot("delay@1.0.1")


def test_a_snapshot_is_found_when_it_was_assessed_and_another_one_is_unreadable(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    filled(store)
    for minutes in (30, 45):
        store.create_feature_snapshot("delay", spine(minutes=minutes))
    state = SnapshotAggregate.initial("delay@1.1.0")
    with LogDatabase(database.url) as log:
        for recorded in EventLog(log).history(state.id):
            assert isinstance(recorded.event, SnapshotCreated)
            state = state.evolve(recorded.event)
        EventLog(log).append(*decide_assess(state, Metadata(), evidence=[7], quality_score=90))
    tamper(database, "UPDATE featuretrail.events SET state = '{}' WHERE position = 6")

    assert store.get_feature_snapshot("delay@1.1.0").info.version == "1.1.0"
    with pytest.raises(ChainBrokenError, match="position 6"):
        store.get_feature_snapshot("delay@1.0.0")


def test_a_snapshots_stream_that_begins_with_another_event_is_named(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    filled(store)
    intruder = SnapshotAssessed.in_stream(stream_id("snapshot", "delay@1.0.0"), 1, evidence=[1])
    with LogDatabase(database.url) as log:
        EventLog(log).append(intruder)

    with pytest.raises(ChainBrokenError, match="begins with SnapshotAssessed"):
        store.get_feature_snapshot("delay@1.0.0")


TRUNCATED = "UPDATE featuretrail.blobs SET content = substring(content FROM 1 FOR 700)"
EXCHANGED = (
    "UPDATE featuretrail.blobs AS blob SET content = other.content "
    "FROM featuretrail.blobs AS other "
    "WHERE blob.digest = '\\x{digest}' AND other.digest <> blob.digest"
)


@pytest.mark.parametrize("statement", [TRUNCATED, EXCHANGED], ids=["truncated", "exchanged"])
def test_a_tampered_blob_in_the_database_is_named(
    store: ft.TimescaleDBFeatureStore, database: Database, statement: str
) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine())
    store.create_feature_snapshot("delay", spine(minutes=45))
    tamper(database, statement.format(digest=info.digest))
    verification = store.verify_snapshot(info.snapshot_id)
    assert not verification.ok
    assert not verification.stored_ok
    assert verification.rederived_ok is None
    assert verification.not_evaluated is not None
    with pytest.raises(ContentAlteredError):
        store.get_feature_snapshot(info.snapshot_id)
    fault, *_ = store.audit.verify().faults
    assert fault.kind == "snapshot"
    assert store.audit.show(fault.position).subject == "snapshot delay@1.0.0"


@pytest.mark.tiers("embedded")
def test_a_tampered_or_missing_file_is_named(database: Database, tmp_path: Path) -> None:
    with ft.connect(database.url, artifacts=str(tmp_path)) as store:
        filled(store)
        info = store.create_feature_snapshot("delay", spine())
        (file,) = tmp_path.rglob("*.arrow")
        content = bytearray(file.read_bytes())
        file.chmod(0o600)
        file.write_bytes(content[: len(content) // 2])
        assert not store.verify_snapshot(info.snapshot_id).stored_ok
        file.unlink()
        verification = store.verify_snapshot(info.snapshot_id)
        assert not verification.stored_ok
        assert "no stored snapshot" in verification.faults[0]


def test_a_tampered_value_row_is_named_with_its_batch(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    receipt = filled(store)
    info = store.create_feature_snapshot("delay", spine())
    tamper(
        database,
        "UPDATE featuretrail_values.weather SET temp = 99 WHERE origin = 'EWR' AND temp = 60",
    )
    verification = store.verify_snapshot(info.snapshot_id)
    assert verification.stored_ok
    assert verification.rederived_ok is False
    (difference,) = verification.differences
    assert (difference.row, difference.column, difference.value, difference.other) == (
        0,
        "temp",
        60.0,
        99.0,
    )
    assert [cause.position for cause in verification.causes] == [receipt.position]
    (fault,) = store.audit.verify().faults
    assert (fault.kind, fault.position) == ("values", receipt.position)


def test_a_tampered_event_is_named_by_its_position(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine())
    tamper(
        database,
        "UPDATE featuretrail.events SET state = convert_to(replace(convert_from(state, 'UTF8'), "
        "'\"ttl_microseconds\":21600000000', '\"ttl_microseconds\":60000000'), 'UTF8') "
        "WHERE topic = 'featuretrail.group.defined'",
    )
    with ft.connect(database.url, artifacts="database:") as fresh:
        verification = fresh.verify_snapshot(info.snapshot_id)
        assert verification.stored_ok
        assert verification.rederived_ok is False
        assert verification.causes[0].position == 1
        report = fresh.audit.verify()
    assert not report.ok
    assert report.faults[0].position == 1
    assert report.faults[0].kind == "chain"


def test_an_untouched_store_verifies(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    store.create_feature_snapshot("delay", spine())
    store.retract("weather", {"origin": "JFK"}, NOON + timedelta(hours=1), "broken")
    report = store.audit.verify()
    assert report.ok
    assert (report.events, report.snapshots) == (store.position, 1)


def test_a_group_that_is_defined_later_cannot_be_joined_before(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    with pytest.raises(NotFoundError, match="weather"):
        store.get_historical_features(spine(), DELAY, known_at=0)
    with pytest.raises(NotFoundError, match="position"):
        store.get_historical_features(spine(), DELAY, known_at=99)
    with pytest.raises(InvalidInputError, match="known_at"):
        store.get_historical_features(spine(), DELAY, known_at=-1)


def test_the_ttl_of_a_past_position_is_the_one_of_then(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    position = store.position
    late = pa.table({"origin": ["EWR"], "event_time": [NOON + timedelta(hours=8)]})
    store.register(
        ft.FeatureGroup(
            "weather", {"origin": "text"}, ttl=timedelta(days=1), owner="ops", version="1.1.0"
        )
    )
    now = store.get_historical_features(late, ["weather.temp"], status=True)
    then = store.get_historical_features(late, ["weather.temp"], status=True, known_at=position)
    assert now["temp__status"].to_pylist() == ["present"]
    assert then["temp__status"].to_pylist() == ["present"]
    later = pa.table({"origin": ["EWR"], "event_time": [NOON + timedelta(hours=12)]})
    assert store.get_historical_features(later, ["weather.temp"], status=True, known_at=position)[
        "temp__status"
    ].to_pylist() == ["expired"]
    assert weather().ttl == timedelta(hours=6)


def test_a_snapshot_of_the_past_takes_the_set_of_then(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    then = store.create_feature_snapshot("delay", spine())
    store.register(ft.FeatureSet("delay", ["weather.temp"], version="1.1.0"))
    again = store.create_feature_snapshot("delay", spine(), known_at=then.position)
    assert again.digest == then.digest
    assert (
        table_digest(store.get_historical_features(spine(), "delay", known_at=then.position))
        == then.digest
    )


def test_a_set_defined_later_can_still_freeze_the_past(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    position = store.position
    store.register(ft.FeatureSet("later", ["weather.temp"]))
    info = store.create_feature_snapshot("later", spine(), known_at=position)
    assert info.position == position
    assert store.verify_snapshot(info.snapshot_id).ok
