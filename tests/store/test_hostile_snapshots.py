"""Snapshots of odd spines and requests: frozen and proven, or refused with a reason."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.errors import (
    IdempotencyError,
    InvalidInputError,
    InvalidSpineError,
    StorageError,
)
from tests.engines.database import Database
from tests.store.weather import NOON, filled, hourly, spine

pytestmark = pytest.mark.tiers("embedded")

FAR = pa.array([2**62, -(2**62), 0, None], pa.int64()).cast(pa.timestamp("us", tz="UTC"))


@pytest.mark.parametrize(
    "column",
    [
        pa.nulls(4),
        pa.array(["a", "b", None, "a"]).dictionary_encode(),
        pa.array([1.5, np.nan, None, 1.5]).dictionary_encode(),
        pa.array(["a", "b", None, "a"], pa.string_view()),
        pa.array([b"\xff", b"", None, b"a"], pa.binary_view()),
        pa.array([1.7e308] * 4),
        FAR,
        pa.array([2**31 - 1, 0, 1, None], pa.int32()).cast(pa.date32()),
    ],
    ids=lambda column: str(column.type),
)
def test_a_carried_column_of_any_certified_type_is_frozen_and_proven(
    store: ft.TimescaleDBFeatureStore, column: pa.Array
) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine().append_column("x", column))
    assert store.verify_snapshot(info.snapshot_id).ok
    assert store.diff_snapshots(info.snapshot_id, info.snapshot_id).changed_cells == {}


def test_labels_that_are_all_null_are_frozen(store: ft.TimescaleDBFeatureStore) -> None:
    filled(store)
    info = store.create_feature_snapshot("delay", spine(), labels=[None] * 4)
    assert store.verify_snapshot(info.snapshot_id).ok


@pytest.mark.parametrize(
    "metadata",
    [{"a": object()}, {"a": float("nan")}, {"a": "\ud800"}, {"a": b"\xff"}, {"a": NOON}],
    ids=["object", "NaN", "surrogate", "bytes", "time"],
)
def test_metadata_that_json_cannot_keep_is_refused(
    store: ft.TimescaleDBFeatureStore, metadata: dict[str, Any]
) -> None:
    filled(store)
    with pytest.raises(InvalidInputError, match="cannot be kept as JSON"):
        store.create_feature_snapshot("delay", spine(), metadata=metadata)
    assert store.snapshots.list() == []


def test_the_highest_version_has_no_next_one_and_hurts_no_other_snapshot(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    store.create_feature_snapshot("delay", spine(), "999999999.999999999.999999999")
    with pytest.raises(InvalidInputError, match="whole numbers from 0 to 999999999"):
        store.create_feature_snapshot("delay", spine())
    assert len(store.snapshots.list()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"spine": spine(minutes=45)},
        {"labels": [1.0, 2.0, 3.0, 4.0]},
        {"version": "5.0.0"},
        {"closed": "left"},
        {"split": ft.Split()},
        {"known_at": 5},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_key_used_again_for_another_request_is_refused(
    store: ft.TimescaleDBFeatureStore, change: dict[str, Any]
) -> None:
    filled(store)
    store.ingest("weather", hourly(1, NOON))
    store.create_feature_snapshot("delay", spine(), idempotency_key="job 7")
    with pytest.raises(IdempotencyError, match="job 7"):
        store.create_feature_snapshot(
            **{"feature_set": "delay", "spine": spine(), "idempotency_key": "job 7", **change}
        )
    assert len(store.snapshots.list()) == 1


def test_racing_retries_make_one_snapshot_and_racing_requests_one_each(
    database: Database,
) -> None:
    def create(number: int) -> str:
        key = "job" if number % 2 else None
        with ft.connect(database.url, artifacts="database:") as store:
            return store.create_feature_snapshot("delay", spine(), idempotency_key=key).snapshot_id

    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)
        with ThreadPoolExecutor(6) as pool:
            made = list(pool.map(create, range(12)))
        assert len(set(made[1::2])) == 1
        assert len(set(made[::2])) == 6
        assert len(store.snapshots.list()) == 7
        assert store.audit.verify().ok


def test_a_label_with_the_name_of_a_feature_is_told_apart_by_its_group(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    store.register(
        ft.FeatureGroup("flights", {"flight": "int64"}, [ft.Feature("temp", "float64")]),
        ft.FeatureSet("next", ["weather.temp"], label="flights.temp"),
    )
    store.ingest("flights", {"flight": [2], "event_time": [NOON.replace(hour=20)], "temp": [9.0]})
    info = store.create_feature_snapshot("next", spine())
    table = store.get_feature_snapshot(info.snapshot_id).to_arrow()
    assert table.column_names[-2:] == ["temp", "flights__temp"]
    assert table["flights__temp"].to_pylist() == [None, None, 9.0, None]
    assert store.verify_snapshot(info.snapshot_id).ok


def test_a_label_is_never_looked_up_by_a_key_of_another_type(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    filled(store)
    store.register(
        ft.FeatureGroup("flights", {"flight": "int64"}, [ft.Feature("late", "float64")]),
        ft.FeatureSet("next", ["weather.temp"], label="flights.late"),
    )
    for flights in (pa.array([0.6, 1.5, 2.5, 3.5]), pa.array(["a", "b", "c", "d"])):
        with pytest.raises(InvalidSpineError, match="key column 'flight'"):
            store.create_feature_snapshot("next", spine().set_column(2, "flight", flights))


def test_a_feature_named_split_and_a_split_cannot_share_a_matrix(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.register(
        ft.FeatureGroup("g", {"origin": "text"}, [ft.Feature("split", "float64")]),
        ft.FeatureSet("s", ["g.split"]),
    )
    with pytest.raises(InvalidSpineError, match="the split needs a column 'split'"):
        store.create_feature_snapshot("s", spine(), split=ft.Split())


def test_an_export_that_fails_leaves_the_file_that_was_there(
    store: ft.TimescaleDBFeatureStore, tmp_path: Path
) -> None:
    filled(store)
    name = store.create_feature_snapshot("delay", spine()).snapshot_id
    for path in ("", "a\0b", str(tmp_path), str(tmp_path / "no" / "x.parquet")):
        with pytest.raises(InvalidInputError, match="cannot be written"):
            store.snapshots.export(name, path)
    (tmp_path / "x.parquet").write_text("before")
    store.snapshots.export(name, tmp_path / "x.parquet")
    assert (tmp_path / "x.parquet").read_bytes().startswith(b"PAR1")
    assert [file.name for file in tmp_path.iterdir()] == ["x.parquet"]


def test_a_folder_of_snapshots_that_cannot_be_written_is_named(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with ft.connect(database.url, artifacts=str(tmp_path / "file" / "inside")) as store:
        filled(store)
        with pytest.raises(StorageError, match="inside"):
            store.create_feature_snapshot("delay", spine())
        assert store.snapshots.list() == []


@pytest.mark.parametrize(
    "arguments",
    [{"feature_set": None}, {"feature_set": 5}, {"reason": 5}, {"actor": "\ud800"}, {"split": {}}],
    ids=ascii,
)
def test_an_argument_of_a_wrong_type_is_refused_with_a_reason(
    store: ft.TimescaleDBFeatureStore, arguments: dict[str, Any]
) -> None:
    filled(store)
    with pytest.raises(InvalidInputError):
        store.create_feature_snapshot(**{"feature_set": "delay", "spine": spine(), **arguments})
    assert store.snapshots.list() == []
