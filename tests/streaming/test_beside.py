"""A stream beside what else happens: verification, long ingests, computations that fail."""

import threading

import psycopg
import pytest

import featuretrail as ft
from featuretrail.infrastructure.streaming.computing import Follower
from tests.engines.database import Database
from tests.streaming.sensors import SENSORS, message, stored

pytestmark = pytest.mark.tiers("embedded")


def test_verification_finds_no_fault_in_what_streams_store_meanwhile(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    stop = threading.Event()

    def stream() -> None:
        with store.stream("sensors", source="test", max_rows=1) as writer:
            offset = 0
            while not stop.is_set():
                offset += 1
                writer.put(message(offset), offset=offset)

    thread = threading.Thread(target=stream)
    thread.start()
    try:
        reports = [store.audit.verify() for _ in range(4)]
    finally:
        stop.set()
        thread.join()

    assert [report.faults for report in reports] == [()] * 4
    with database.connect() as connection:  # and still finds what no event certifies
        connection.execute(
            "INSERT INTO featuretrail_values.sensors (sensor, event_time, batch) "
            "VALUES ('S1', '2013-01-01Z', 1000000)"
        )
    assert any("no event certifies" in str(fault) for fault in store.audit.verify().faults)


def test_a_group_locked_for_longer_than_the_server_waits_only_delays_a_stream(
    database: Database,
) -> None:
    with (
        ft.connect(
            psycopg.conninfo.make_conninfo(database.url, options="-c lock_timeout=200"),
            artifacts="database:",
        ) as store,
        database.connect() as connection,
    ):
        store.register(SENSORS)
        writer = store.stream("sensors", source="test")
        writer.put(message(1), offset=1)
        writer.flush()
        with connection.transaction():
            connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('featuretrail.values:sensors', 0))"
            )
            writer.put(message(2), offset=2)
            threading.Event().wait(0.6)
        writer.close()

    assert stored(database.url) == [1, 2]


def test_what_a_computation_fails_of_is_seen_whatever_it_is() -> None:
    def fail() -> None:
        raise ZeroDivisionError("of no kind we know")

    follower = Follower(fail)
    follower.close()

    assert follower.failures >= 1
    assert "of no kind we know" in str(follower.error)
