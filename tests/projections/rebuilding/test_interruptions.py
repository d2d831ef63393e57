"""A rebuild killed at any moment leaves the live tables whole, and goes on when it is repeated."""

import random
import signal
import subprocess
import sys
import time
from threading import Thread

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.projections import Projections
from tests.engines.database import Database as GivenDatabase
from tests.projections.rebuilding.conftest import digests, rows
from tests.projections.rebuilding.histories import fill

pytestmark = pytest.mark.tiers("embedded", "apache")

KILLS = 4
LONGEST = 1.5
"""Seconds after which the last kill falls: several rebuilds of this log fit in."""

REBUILDS = """
import sys
from datetime import timedelta
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.pages import EventPages
from featuretrail.projections.projections import Projections

EventPages.__init__.__defaults__ = (25,)
with Database(sys.argv[1]) as database:
    side = Projections(database, EventLog(database))
    print("begins", flush=True)
    while True:
        report = side.rebuild(soak=timedelta(0))
        assert report.ok and report.swapped, report
"""


def killed_after(seconds: float, url: str) -> None:
    """Run rebuilds in a process and kill it without warning."""
    process = subprocess.Popen(
        [sys.executable, "-c", REBUILDS, url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    time.sleep(seconds)  # the moment of the kill is the point
    process.send_signal(signal.SIGKILL)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (-signal.SIGKILL, "")


def until_alone(pool: Database, sessions: int) -> None:
    """Wait until the server noticed that the killed process is gone."""
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    while rows(pool, count) > [(sessions,)]:
        time.sleep(0.01)


def test_rebuilds_killed_at_random_moments_go_on_and_end_equal(
    side: Projections, log: EventLog, pool: Database, database: GivenDatabase
) -> None:
    fill(log, 40)
    side.catch_up()
    before = digests(pool)
    chance = random.Random()  # noqa: S311 - every run at other moments
    [(sessions,)] = rows(
        pool, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    )

    for kill in range(KILLS):
        killed_after(chance.uniform(0, LONGEST * (kill + 1) / KILLS), database.url)
        until_alone(pool, sessions)

        live = [each for each in side.status().generations if each.state == "live"]
        assert [each.schema_name for each in live] == ["featuretrail"]
        assert digests(pool) == before
    report = side.rebuild()

    assert (report.ok, report.swapped) == (True, True)
    assert digests(pool) == before
    orphans = (
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'featuretrail_%' "
        "AND nspname NOT IN (SELECT schema_name FROM featuretrail.generations) "
        "AND nspname NOT IN ('featuretrail_values', 'featuretrail_online', "
        "'featuretrail_retracted')"
    )
    assert rows(pool, orphans) == []


@pytest.mark.tiers("embedded")
def test_kills_under_load_lose_and_double_nothing(
    side: Projections, log: EventLog, pool: Database, database: GivenDatabase
) -> None:
    fill(log, 10)
    stop, written = Stop(), [10]
    daemon = Thread(target=side.run, args=(stop,))

    def write() -> None:
        while not stop.is_set():
            fill(log, 1, first=written[0])
            written[0] += 1
            stop.wait(0.02)

    writer = Thread(target=write)
    daemon.start()
    writer.start()
    try:
        for _ in range(2):
            killed_after(random.uniform(0, LONGEST), database.url)  # noqa: S311
            owned = (
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
            while rows(pool, owned) > [(1,)]:
                time.sleep(0.01)
    finally:
        stop.set()
        writer.join()
        daemon.join()
    side.catch_up()

    assert rows(pool, "SELECT count(*) FROM featuretrail.feature_lineage") == [(written[0],)]
    assert side.verify().ok
    assert side.rebuild().swapped
