"""The served log: what was answered is kept as it was, can be told again, and is certified."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.infrastructure.serving import served_log, writer
from tests.engines.database import Database

pytestmark = pytest.mark.tiers("embedded", "apache")

FEATURES = ["weather.temp", "weather.sky"]
AIRPORTS = {"origin": ["JFK", "LGA", "EWR", "JFK"]}


def now_values(minutes_ago: int = 5) -> pa.Table:
    moment = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return pa.table(
        {
            "origin": ["EWR", "JFK"],
            "event_time": [moment, moment],
            "temp": [float("inf"), None],
            "sky": ["clear", "é\\u0001\n"],
        }
    )


@pytest.mark.tiers("embedded", "apache", "community")
def test_what_was_served_is_logged_as_it_was_answered(store: ft.TimescaleDBFeatureStore) -> None:
    store.ingest("weather", now_values())
    head = store.position

    answer = store.get_online_features(
        FEATURES, AIRPORTS, status=True, event_time=True, served_id=True
    )
    assert store.served.flush() == head + 1
    logged = store.served.get(answer["served_id"].to_pylist())

    by_id = {row["served_id"]: row for row in logged.to_pylist()}
    assert len(by_id) == 4
    for row in answer.to_pylist():
        kept = by_id[row["served_id"]]
        assert kept["origin"] == row["origin"]
        assert kept["known_position"] == head
        for name in ("temp", "sky"):
            assert kept[f"weather.{name}"] == row[name]
            assert kept[f"weather.{name}__status"] == row[f"{name}__status"]
            assert kept[f"weather.{name}__event_time"] == row[f"{name}__event_time"]
            assert kept[f"weather.{name}__version"] == "1.0.0"
    assert logged.schema.field("weather.temp").type == pa.float64()
    assert store.served.rows(FEATURES).equals(logged)
    assert logged["origin"].to_pylist() == AIRPORTS["origin"]
    assert store.served.rows("weather.temp", limit=1).num_rows == 1
    assert store.served.rows("weather.temp", until=datetime(2020, 1, 1, tzinfo=UTC)).num_rows == 0
    assert store.audit.verify().faults == ()


def test_rows_that_were_altered_added_or_lost_are_found_by_the_audit(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    store.ingest("weather", now_values())
    store.get_online_features(FEATURES, AIRPORTS)
    position = store.served.flush()

    def faults() -> list[str]:
        found = store.audit.verify(skip=["chain", "snapshots", "read-side"]).faults
        assert {each.position for each in found} <= {position, 1}
        return [each.reason for each in found]

    with database.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM featuretrail.served")
        assert faults() == []
        for change, words in (
            ("SET values = jsonb_set(values, '{0}', '61')", "digest"),
            ("SET keys = jsonb_build_object('origin', 7)", "cannot be read"),
            ("SET known_position = known_position - 1", "digest"),
            ("SET features = '{weather.temp@1.0.0,weather.sky@9.0.0}'", "cannot be read"),
            ("SET position = 1", "certified by no event"),
        ):
            connection.execute("UPDATE featuretrail.served " + change)
            assert any(words in fault for fault in faults())
            connection.execute("DELETE FROM featuretrail.served")
            assert "0 rows are stored" in faults()[0]
            connection.execute("INSERT INTO featuretrail.served SELECT * FROM kept")
        assert faults() == []


def test_an_answer_can_be_derived_again_from_what_the_log_held_then(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    for minutes in (30, 20, 10):
        store.ingest("weather", now_values(minutes))
        store.get_online_features(FEATURES, {"origin": ["EWR", "JFK", "nowhere"]})
    store.retract("weather", {"origin": "EWR"}, datetime.now(UTC) - timedelta(hours=1), "wrong")
    store.get_online_features(FEATURES, {"origin": ["EWR"]})
    store.served.flush()

    rows = store.served.rows(FEATURES).to_pylist()
    assert len(rows) == 10
    for row in rows:
        again = store.get_historical_features(
            {"origin": [row["origin"]], "event_time": [row["served_at"]]},
            FEATURES,
            known_at=row["known_position"],
            status=True,
            event_time=True,
        ).to_pylist()[0]
        for name in ("temp", "sky"):
            for suffix in ("", "__status", "__event_time"):
                assert again[name + suffix] == row[f"weather.{name}{suffix}"]
    assert {row["weather.temp__status"] for row in rows} == {
        "present", "null", "missing", "retracted",
    }  # fmt: skip


def test_a_newest_row_that_lies_ahead_is_not_what_was_served(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    store.ingest("weather", now_values(1))
    soon = now_values()
    moment = datetime.now(UTC) + timedelta(seconds=40)
    times = pa.array([moment, moment], pa.timestamp("us", tz="UTC"))
    store.ingest("weather", soon.set_column(1, "event_time", times))

    answer = store.get_online_features("weather.sky", {"origin": ["EWR"]}, served_id=True)
    store.served.flush()

    assert answer.column_names == ["origin", "sky", "served_id"]
    [row] = store.served.get(answer["served_id"][0].as_py()).to_pylist()
    assert row["weather.sky"] == "clear"
    assert row["weather.sky__event_time"] < row["served_at"]


def test_the_same_entities_are_sampled_by_every_process(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    origins = [f"A{n:03}" for n in range(400)]
    logged: list[set[str]] = []
    for share in (0.1, 0.5, 0.1):
        with ft.connect(database.url, serve_log=share, record_performance=False) as other:
            answer = other.get_online_features("weather.temp", {"origin": origins}, served_id=True)
            flags = answer["served_id"].is_valid().to_pylist()
            logged.append({o for o, flag in zip(origins, flags, strict=True) if flag})
            other.get_online_features("weather.temp", {"origin": origins})
    rows = store.served.rows(["weather.temp"])["origin"].to_pylist()

    first, half, again = logged
    assert first == again < half
    assert 20 < len(first) < 70
    assert 150 < len(half) < 250
    assert sorted(rows) == sorted([*first, *first, *half, *half, *again, *again])
    none = ft.connect(database.url, record_performance=False)
    with none:
        answer = none.get_online_features("weather.temp", {"origin": ["EWR"]}, served_id=True)
        assert answer["served_id"].to_pylist() == [None]
        assert none.served.status().reason == "serve_log is 0: no entity is sampled"


def test_what_finds_no_room_is_counted_and_said(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_log, "MOST_CELLS", 8)
    monkeypatch.setattr(writer, "FLUSH_SECONDS", 3600.0)
    for _ in range(5):
        store.get_online_features(FEATURES, AIRPORTS)

    assert (store.served.status().waiting, store.served.status().dropped) == (1, 16)
    store.served.flush()
    assert store.served.rows(FEATURES).num_rows == 4
    assert store.status()["served_log"]["dropped"] == 16
    assert store.status()["served_log"]["rows"] == 4
    assert store.served.status().written == 4


def test_a_large_answer_is_written_in_several_batches(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "BATCH_CELLS", 15)
    store.get_online_features(FEATURES, {"origin": [f"A{n}" for n in range(20)]})
    store.get_online_features("weather.sky", {"origin": ["EWR"]})
    store.served.flush()

    assert store.served.rows(FEATURES).num_rows == 21
    assert store.status()["served_log"]["batches"] == 3
    assert store.audit.verify().faults == ()


@pytest.mark.tiers("embedded")
def test_closing_writes_what_waits_and_reports_what_it_cannot(
    store: ft.TimescaleDBFeatureStore, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    other = ft.connect(database.url, serve_log=1.0, record_performance=False)
    other.get_online_features(FEATURES, AIRPORTS)
    other.close()
    assert store.served.rows(FEATURES).num_rows == 4
    other.served.close()

    with database.connect() as connection:
        store.get_online_features(FEATURES, AIRPORTS)
        connection.execute("ALTER TABLE featuretrail.served RENAME TO away")
        store.served.close()
        connection.execute("ALTER TABLE featuretrail.away RENAME TO served")
    assert "4 served rows were not logged" in caplog.text
    status = store.served.status()
    assert (status.on, status.dropped, status.reason) == (False, 4, "the store was closed")
    assert "served" in (status.error or "")


def test_ids_that_are_none_are_refused(store: ft.TimescaleDBFeatureStore) -> None:
    with pytest.raises(ft.NotFoundError, match="no served row"):
        store.served.get("019a0000-0000-7000-8000-000000000000")
    with pytest.raises(ft.NotFoundError, match="no served row"):
        store.served.get("c9bf9e57-1685-4c89-bafb-ff5af830be8a")
    for wrong in ("7", 7):
        with pytest.raises(ft.InvalidInputError, match="served_id"):
            store.served.get([wrong])  # type: ignore[list-item]
    with pytest.raises(ft.InvalidInputError, match="served_id"):
        store.get_online_features(
            "weather.temp", {"origin": ["EWR"], "served_id": [1]}, served_id=True
        )
    with pytest.raises(ft.InvalidInputError, match="serve_log"):
        ft.connect(serve_log=1.5)
    with pytest.raises(ft.NotFoundError, match="hum"):
        store.served.rows("weather.hum")
    with pytest.raises(ft.NaiveTimeError):
        store.served.rows("weather.temp", since=datetime(2025, 1, 1))  # noqa: DTZ001 - on purpose
