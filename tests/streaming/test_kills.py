"""A writer that is killed: what it stored is stored once, and the next one goes on after it."""

import subprocess
import sys
import time

import psycopg
import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.streaming.sensors import stored

pytestmark = pytest.mark.tiers("embedded")

COUNT = 1_200


def test_every_message_is_stored_once_though_the_writer_is_killed(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    begun = []
    for killed in (True, True, False):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.streaming.killed", database.url, str(COUNT)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            begun.append(int(process.stdout.readline()))
            if killed:
                _await_rows(database.url, begun[-1] + 100)
                process.kill()
        assert killed or process.returncode == 0

    assert stored(database.url) == list(range(1, COUNT + 1))
    assert begun[0] == 0 < begun[1] < begun[2]
    [status] = store.streams.status()
    assert (status.offset, status.messages) == (str(COUNT), COUNT)
    assert status.redelivered > 0
    assert store.audit.verify().ok


def _await_rows(url: str, count: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            [(rows,)] = connection.execute("SELECT count(*) FROM featuretrail_values.sensors")
            if rows >= count:
                return
            time.sleep(0.01)
    raise AssertionError(f"{count} rows were not stored in time")
