"""Retention of values: what could be needed stays, and what cannot be told is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import featuretrail as ft
from featuretrail.domain.events import ValuesRemoved
from featuretrail.domain.events.values import removals_stream
from featuretrail.infrastructure.log.decoding import encode
from tests.engines.database import Database

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

DAY = timedelta(days=1)
LONG_AGO = datetime(2025, 1, 2, tzinfo=UTC)
"""A Thursday, on which a chunk of seven days begins."""
VALUES = """SELECT origin, event_time, temp FROM featuretrail_values.weather
ORDER BY origin, event_time"""


def group(**changes: Any) -> ft.FeatureGroup:
    known: dict[str, Any] = {"retention": 30 * DAY}
    return ft.FeatureGroup(
        "weather",
        {"origin": "text"},
        [ft.Feature("temp", "float64"), ft.Feature("sky", "text")],
        **known | changes,
    )


def daily(first: datetime, days: int, origins: tuple[str, ...] = ("EWR", "JFK")) -> pa.Table:
    places = [(origin, day) for day in range(days) for origin in origins]
    return pa.table(
        {
            "origin": [origin for origin, _ in places],
            "event_time": [first + day * DAY for _, day in places],
            "temp": [float(day) for _, day in places],
            "sky": ["clear" for _ in places],
        }
    )


def spine(*times: datetime) -> pa.Table:
    return pa.table({"origin": ["EWR" for _ in times], "event_time": list(times)})


@pytest.fixture
def filled(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    """A year-old history of sixty days and what holds since yesterday."""
    store.register(group(), ft.FeatureSet("all", ["weather.temp", "weather.sky"]))
    store.ingest("weather", daily(LONG_AGO, 60))
    store.ingest("weather", daily(now() - DAY, 1, ("JFK",)))
    return store


def now() -> datetime:
    return datetime.now(UTC)


def stored(database: Database) -> list[tuple[Any, ...]]:
    with database.connect() as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        return connection.execute(VALUES).fetchall()


def test_what_still_holds_stays_and_the_report_says_what_went(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    report = filled.maintain(reason="a year is over")

    last = LONG_AGO + 59 * DAY
    assert [row[:2] for row in stored(database)][:2] == [("EWR", last), ("JFK", last)]
    assert len(stored(database)) == 3
    [removed] = report.removed
    assert (removed.kind, removed.name, removed.rows) == ("group", "weather", 118)
    assert removed.position == filled.position
    assert filled.maintain().removed == ()
    online = filled.get_online_features(["weather.temp"], {"origin": ["EWR"]})
    assert online["temp"].to_pylist() == [59.0]


def test_the_event_says_what_went_and_is_written_as_python_writes_it(
    filled: ft.TimescaleDBFeatureStore,
) -> None:
    filled.maintain(reason="a year is over")

    [entry] = filled._log.history(removals_stream("weather"))
    event = entry.event
    assert isinstance(event, ValuesRemoved)
    assert (event.metadata.actor, event.metadata.reason) == ("anna", "a year is over")
    assert (event.rows, event.batches) == (118, [(1, 118)])
    assert entry.state == encode(event)


def test_a_dry_run_counts_and_removes_nothing(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    head = filled.position

    report = filled.maintain(dry_run=True)

    assert [(each.name, each.rows) for each in report.removed] == [("weather", 118)]
    assert len(stored(database)) == 121
    assert filled.position == head


@pytest.mark.parametrize("method", ["sql", "pull"])
def test_a_question_that_needs_what_went_is_refused_and_others_are_answered(
    filled: ft.TimescaleDBFeatureStore, method: str
) -> None:
    late, early = now(), LONG_AGO + 10 * DAY
    ask = filled.get_historical_features
    before = ask(spine(late), ["weather.temp"], status=True, method=method)
    report = filled.maintain()

    assert ask(spine(late), ["weather.temp"], status=True, method=method).equals(before)
    with pytest.raises(ft.RetentionError, match="1 of 2 rows are before the horizon") as caught:
        ask(spine(late, early), ["weather.temp"], method=method)
    [removed] = report.removed
    assert (caught.value.group, caught.value.position) == ("weather", removed.position)
    assert caught.value.horizon == removed.horizon.isoformat()
    with pytest.raises(ft.RetentionError, match="known at position 4 cannot be told"):
        ask(spine(late), ["weather.temp"], known_at=4, method=method)
    with pytest.raises(ft.RetentionError, match="ask for times from"):
        ask(spine(removed.horizon), ["weather.temp"], knowledge="row", method=method)


def test_a_leakage_report_and_labels_are_refused_too(filled: ft.TimescaleDBFeatureStore) -> None:
    filled.maintain()
    old = spine(LONG_AGO + 10 * DAY)
    labelled = ft.FeatureSet("labelled", ["other.x"], label="weather.temp")
    other = ft.FeatureGroup("other", {"origin": "text"}, [ft.Feature("x", "float64")])
    filled.register(other, labelled)

    with pytest.raises(ft.RetentionError):
        filled.leakage_report(old, ["weather.temp"])
    with pytest.raises(ft.RetentionError):
        filled.create_feature_snapshot("labelled", old)
    assert filled.create_feature_snapshot("labelled", spine(now())).rows == 1


def test_what_holds_stays_feature_by_feature(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    partial = daily(LONG_AGO + 65 * DAY, 1).drop_columns("sky")
    filled.ingest("weather", partial, partial=True)
    ask = filled.get_historical_features
    before = ask(spine(now()), ["weather.temp", "weather.sky"], status=True, event_time=True)
    filled.maintain()

    after = ask(spine(now()), ["weather.temp", "weather.sky"], status=True, event_time=True)
    assert after.drop_columns("event_time").equals(before.drop_columns("event_time"))
    assert len(stored(database)) == 5
    assert filled.audit.verify().ok


def test_what_a_retraction_hides_goes_and_what_it_does_not_hide_stays(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    filled.retract("weather", {"origin": "EWR"}, LONG_AGO + 50 * DAY, "broken sensor")
    again = daily(LONG_AGO + 55 * DAY + timedelta(hours=1), 1, ("EWR",))
    filled.ingest("weather", again)
    ask = filled.get_historical_features
    before = ask(spine(now()), ["weather.temp"], status=True)["temp"]
    filled.maintain()

    assert [row[1] for row in stored(database) if row[0] == "EWR"] == [
        LONG_AGO + 55 * DAY + timedelta(hours=1)
    ]
    assert ask(spine(now()), ["weather.temp"])["temp"].equals(before)
    assert before.to_pylist() == [0.0]


def test_a_cut_before_an_older_value_was_known_is_refused(
    filled: ft.TimescaleDBFeatureStore,
) -> None:
    before = filled.position
    filled.ingest("weather", daily(LONG_AGO + 59 * DAY + timedelta(hours=1), 1, ("EWR",)))
    late = now()
    filled.maintain()

    with pytest.raises(ft.RetentionError, match=f"known at position {before} cannot be told"):
        filled.get_historical_features(spine(late), ["weather.temp"], known_at=before)
    answer = filled.get_historical_features(spine(late), ["weather.temp"], known_at=before + 1)
    assert answer["temp"].to_pylist() == [0.0]
    recent = spine(late - timedelta(hours=1))
    with pytest.raises(ft.RetentionError, match="1 of 1 rows are from before all"):
        filled.get_historical_features(recent, ["weather.temp"], knowledge="row")
    assert filled.get_historical_features(recent, ["weather.temp"])["temp"].to_pylist() == [0.0]


def test_a_snapshot_keeps_its_rows_and_its_derivation_is_not_evaluated(
    filled: ft.TimescaleDBFeatureStore,
) -> None:
    filled.create_feature_snapshot("all", spine(LONG_AGO + 10 * DAY))
    filled.create_feature_snapshot("all", spine(now()))
    filled.maintain()

    old, new = (filled.verify_snapshot(f"all@1.{minor}.0") for minor in (0, 1))

    assert filled.get_feature_snapshot("all@1.0.0").to_arrow()["temp"].to_pylist() == [10.0]
    assert (old.ok, old.proven) == (True, False)
    assert (old.stored_ok, old.rederived_ok, old.faults, old.causes) == (True, None, (), ())
    assert old.not_evaluated is not None
    assert "retention removed values of 'weather'" in old.not_evaluated
    assert (new.ok, new.proven, new.not_evaluated) == (True, True, None)


def test_a_removal_that_the_log_does_not_state_excuses_no_derivation(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    filled.create_feature_snapshot("all", spine(LONG_AGO + 10 * DAY))
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO featuretrail.value_removals VALUES "
            "('weather', 3, '2025-03-01T00:00:00Z', 10, 2, '2025-03-01T00:00:00Z')"
        )

    proof = filled.verify_snapshot("all@1.0.0")

    assert (proof.ok, proof.stored_ok, proof.rederived_ok) == (False, True, False)
    assert [cause.position for cause in proof.causes] == [3]
    assert "the table of removals was altered" in proof.faults[0]


@pytest.mark.tiers("embedded")
def test_an_altered_event_of_a_removal_excuses_no_derivation(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    filled.create_feature_snapshot("all", spine(LONG_AGO + 10 * DAY))
    removal = filled.maintain().position
    with database.connect() as connection, connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "UPDATE featuretrail.events SET digest = sha256(digest) WHERE position = %s", [removal]
        )

    proof = filled.verify_snapshot("all@1.0.0")

    assert (proof.ok, proof.chain_ok, proof.rederived_ok) == (False, False, None)
    assert [cause.position for cause in proof.causes] == [removal]


def test_the_audit_explains_what_went_and_still_finds_what_was_taken(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    filled.maintain()
    assert filled.audit.verify().ok

    with database.connect() as connection:
        connection.execute("DELETE FROM featuretrail_values.weather WHERE origin = 'EWR'")
    [fault] = filled.audit.verify().faults
    assert "1 rows are stored, the event certifies 120, of which retention removed 118" in (
        fault.reason
    )


def test_the_audit_finds_an_altered_table_of_removals(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    filled.maintain()
    with database.connect() as connection:
        connection.execute("DELETE FROM featuretrail.value_removals")

    [fault] = filled.audit.verify().faults

    assert fault.reason.endswith("its row in the table of removals was altered")


def test_late_rows_are_taken_and_go_with_a_later_removal(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    filled.maintain()
    filled.ingest("weather", daily(LONG_AGO + 58 * DAY + timedelta(hours=1), 1, ("EWR",)))

    assert len(stored(database)) == 4
    assert filled.maintain().removed == ()  # the horizon has not moved
    assert filled.audit.verify().ok


@pytest.mark.tiers(without="embedded")
def test_chunks_in_which_nothing_stays_are_dropped(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    chunks = """SELECT range_start FROM timescaledb_information.chunks
        WHERE hypertable_schema = 'featuretrail_values' ORDER BY 1"""
    with database.connect() as connection:
        before = connection.execute(chunks).fetchall()
    filled.maintain()
    with database.connect() as connection:
        after = connection.execute(chunks).fetchall()

    assert after == before[-2:]
    assert len(before) == 3


def test_a_group_without_retention_keeps_everything(
    database: Database, store: ft.TimescaleDBFeatureStore
) -> None:
    store.register(group(retention=None))
    store.ingest("weather", daily(LONG_AGO, 3))

    assert store.maintain().removed == ()
    assert len(stored(database)) == 6


@pytest.mark.tiers("embedded")
def test_another_retention_needs_a_new_version(store: ft.TimescaleDBFeatureStore) -> None:
    store.register(group(retention=None))
    with pytest.raises(ft.DefinitionChangedError, match="retention_microseconds"):
        store.register(group())
    store.register(group(version="1.1.0"))
    assert store.registry().group("weather").retention == 30 * DAY


@pytest.mark.parametrize(
    "retention", [timedelta(0), -DAY, timedelta(hours=23), timedelta.max, 30, "30d"]
)
@pytest.mark.tiers("embedded")
def test_what_is_no_retention_is_refused(retention: Any) -> None:
    with pytest.raises(ft.InvalidDefinitionError, match="at least a day"):
        group(retention=retention)


@pytest.mark.tiers("community")
def test_a_job_of_the_database_removes_values_too(
    database: Database, filled: ft.TimescaleDBFeatureStore
) -> None:
    job = filled.maintain(dry_run=True).job
    with database.connect() as connection:
        connection.execute(f"CALL run_job({job})".encode())

    assert len(stored(database)) == 3
    assert filled.maintain().removed == ()
    assert filled.audit.verify().ok
