"""Many threads against a small pool: only a connection may be wanting, and nothing is left."""

import pytest

from benchmarks.pool import MIX, run
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.verification import verify_chain
from tests.engines.database import Database as Clone

pytestmark = pytest.mark.tiers("embedded")


def test_forty_threads_share_eight_connections_and_leave_nothing(database: Clone) -> None:
    load = run(database.url, threads=40, seconds=3, groups=10, pool_size=5, pool_overflow=3)

    before, most, after = load.connections
    assert load.errors == {}
    assert all(load.seconds[kind] for kind in set(MIX))
    assert (before, after) == (0, 0)
    assert most <= 8 + 10 + 1  # the pool's, the pulls', and one that looks
    assert load.threads[0] == load.threads[1]
    assert load.pool["open"] <= 8
    assert load.pool["lost"] == 0
    with Database(database.url) as opened:
        assert verify_chain(opened).ok


def test_a_load_that_finds_no_connection_in_time_counts_time_outs_and_no_errors(
    database: Clone,
) -> None:
    load = run(
        database.url,
        threads=20,
        seconds=1,
        groups=5,
        pool_size=1,
        pool_overflow=0,
        pool_timeout=0.05,
    )

    assert load.errors == {}
    assert load.timeouts > 0
    assert load.operations > 0
