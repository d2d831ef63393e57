"""The recorder's promises: bounded, never in the way, nothing twice, nothing in secret."""

import gc
import logging
import os
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from threading import Barrier, Thread

import pytest

import featuretrail as ft
from featuretrail.domain.errors import AccessDeniedError, DatabaseError
from featuretrail.domain.events import Metadata
from featuretrail.domain.records import measurement
from featuretrail.infrastructure.database import Database as Pool
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.performance import buffer as buffering
from featuretrail.infrastructure.performance import recorder as recording
from featuretrail.infrastructure.performance import writer as writing
from featuretrail.infrastructure.performance.recorder import Recorder
from featuretrail.infrastructure.performance.usage import Selection, Use
from tests.engines.database import Database
from tests.log.proxy import Proxy
from tests.performance.conftest import recorded, uses
from tests.roles.conftest import Roled, prefix, roled  # noqa: F401 (fixtures)
from tests.store.weather import NOON, spine

pytestmark = pytest.mark.tiers("embedded")

MOST = 500

TEMP = Use(Selection((("weather.temp", "1.0.0"),)), "inference")


def of(pool: Pool) -> Recorder:
    return Recorder(pool, EventLog(pool), lambda: Metadata(actor="anna"))


def wait_for(holds: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_what_waits_is_written_by_itself_after_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "FLUSH_SECONDS", 0.2)
    with Pool(database.url) as pool:
        recorder = of(pool)
        recorder.add(TEMP, 1.5)
        wait_for(lambda: uses(database.url) == 1)
        recorder.add(TEMP, 1.5)
        wait_for(lambda: uses(database.url) == 2)
        recorder.close()


def test_threads_that_record_at_once_lose_nothing(database: Database) -> None:
    with Pool(database.url) as pool:
        recorder = of(pool)
        start = Barrier(8)

        def work(number: int) -> None:
            start.wait(10)
            for turn in range(500):
                recorder.add(TEMP, 0.5 + number + turn % 7, rows=2)
                if turn % 100 == 0:
                    recorder.flush()

        threads = [Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        recorder.close()

    found = recorded(database.url)
    assert sum(each["usage_frequency"] for each in found) == 4000
    assert sum(each["row_count"] for each in found) == 8000
    total = sum(each["usage_frequency"] * each["computation_time_ms"] for each in found)
    assert total == pytest.approx(
        sum(0.5 + number + turn % 7 for number in range(8) for turn in range(500))
    )
    assert recorder.status().written == 4000


def test_a_database_that_is_away_is_not_waited_for_and_what_waits_is_written_later(
    database: Database,
) -> None:
    with Proxy(database.url) as proxy, Pool(proxy.url, pool_timeout=1) as pool:
        recorder = of(pool)
        recorder.add(TEMP, 1.0)
        recorder.flush()
        proxy.down()
        for _ in range(1000):
            recorder.add(TEMP, 1.0)
        added = recorder.status()
        with pytest.raises(DatabaseError):
            recorder.flush()
        recorder.add(TEMP, 1.0)
        away = recorder.status()
        proxy.up()
        recorder.flush()
        recorder.close()

    assert (added.waiting, added.error) == (1000, None)  # nobody has tried to connect
    assert (away.on, away.waiting, away.dropped, away.written) == (True, 1001, 0, 1)
    assert recorder.status().error is None
    assert uses(database.url) == 1002


def test_the_thread_says_why_it_could_not_write_and_tries_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "FLUSH_SECONDS", 0.1)
    with Proxy(database.url) as proxy, Pool(proxy.url, pool_timeout=0.5) as pool:
        recorder = of(pool)
        proxy.down()
        recorder.add(TEMP, 1.0)
        wait_for(lambda: recorder.status().error is not None)
        proxy.up()
        wait_for(lambda: uses(database.url) == 1)
        wait_for(lambda: recorder.status().error is None)
        recorder.close()


def test_measurements_whose_reply_was_lost_are_written_once(database: Database) -> None:
    with Proxy(database.url) as proxy, Pool(proxy.url) as pool:
        recorder = of(pool)
        recorder.add(TEMP, 1.0)
        proxy.lose_reply_to(b"featuretrail.performance.sampled")
        recorder.flush()
        assert proxy.lost.is_set()
        recorder.add(TEMP, 1.0)
        recorder.close()

    assert uses(database.url) == 2


def test_measurements_that_were_written_by_an_attempt_that_failed_are_written_once(
    database: Database,
) -> None:
    with Pool(database.url) as pool:
        recorder = of(pool)
        recorder.add(TEMP, 1.0)
        assert recorder._writer._prepare()
        EventLog(pool).append(*recorder._writer._pending)  # committed, and nobody heard of it

        position = recorder.flush()
        recorder.close()

    assert (position, recorder.status().written) == (1, 1)
    assert uses(database.url) == 1


def test_there_is_room_for_so_many_and_what_is_beyond_is_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (buffering, recording):
        monkeypatch.setattr(module, "MOST_MEASUREMENTS", MOST)
    with Proxy(database.url) as proxy, Pool(proxy.url, pool_timeout=0.5) as pool:
        recorder = of(pool)
        proxy.down()
        for number in range(2 * MOST + 100):
            recorder.add(Use(Selection(((f"g.f{number}", None),)), "training"), 1.0)
        status = recorder.status()
        proxy.up()
        wait_for(lambda: _flushed(recorder))
        recorder.close()

    kept = recorder.status().written
    # what the thread took before it found the database away makes room once
    assert MOST <= kept <= 2 * MOST
    assert status.waiting == kept
    assert status.dropped == 2 * MOST + 100 - kept
    assert uses(database.url) == kept


def _flushed(recorder: Recorder) -> bool:
    while recorder.flush() is not None:
        pass
    return recorder.status().waiting == 0


def test_closing_does_not_wait_long_and_says_what_is_lost(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with Proxy(database.url) as proxy, Pool(proxy.url, pool_timeout=30) as pool:
        recorder = of(pool)
        recorder.add(TEMP, 1.0)
        proxy.down()
        begun = time.monotonic()
        with caplog.at_level(logging.WARNING, "featuretrail.performance"):
            recorder.close(timeout=0.5)
        taken = time.monotonic() - begun
        recorder.add(TEMP, 1.0)

    assert taken < 5
    assert (recorder.status().dropped, recorder.status().waiting) == (1, 0)
    assert "1 uses of features were not recorded" in caplog.text
    assert "Recorder(Recording(on=False, reason='the store was closed'" in repr(recorder)


def test_a_role_that_may_not_write_records_nothing_and_reads_on(roled: Roled) -> None:  # noqa: F811
    with roled.store("auditor") as store:
        before = store.position
        store.get_historical_features(spine(), ["weather.temp"])
        waiting = store.performance.status()
        assert store.performance.flush() is None
        store.get_historical_features(spine(), ["weather.temp"])
        store.get_online_features(["weather.temp"], {"origin": ["EWR"]})
        refused = store.performance.status()
        assert store.position == before
        found = store.get_feature_performance_metrics("weather.temp")

    assert (waiting.on, waiting.waiting) == (True, 1)
    assert (refused.on, refused.waiting, refused.dropped) == (False, 0, 0)
    assert "may not append to the log" in (refused.reason or "")
    assert "may not append to the log" in repr(store.performance)
    assert found.total is None


def test_each_role_reads_figures_and_a_writer_sets_budgets(roled: Roled) -> None:  # noqa: F811
    with roled.store("writer") as writer:
        writer.get_historical_features(spine(), ["weather.temp"])
        writer.performance.set_budget("weather.temp", 10)
        assert writer.get_feature_performance_metrics("weather.temp").behind > 0
    with roled.store("projector") as projector:
        projector.projections.catch_up()
    with roled.store("reader") as reader:
        found = reader.get_feature_performance_metrics("weather.temp")
        assert reader.performance.overview().features.keys() == {"weather.temp"}
        with pytest.raises(ft.NotFoundError, match=r"weather\.temp"):
            reader.get_feature_performance_metrics("weather.tmp")
        with pytest.raises(AccessDeniedError, match="the role writer"):
            reader.performance.set_budget("weather.temp", 1)
        with pytest.raises(AccessDeniedError, match="the role auditor"):
            reader.performance.hints()
    assert found.total is not None
    assert (found.total.uses, found.budget_ms, found.behind) == (1, 10.0, 0)
    with roled.store("auditor") as auditor:
        assert auditor.performance.hints() == []


def test_a_forked_process_records_nothing_and_leaves_the_parents_alone(
    database: Database,
) -> None:
    program = """
import os, sys
import featuretrail as ft
from tests.store.weather import filled
store = ft.connect(sys.argv[1], artifacts="database:")
filled(store)
store.get_online_features(["weather.temp"], {"origin": ["EWR"]})
child = os.fork()
if child == 0:
    with store.performance.measure("weather.temp"):
        pass
    status = store.performance.status()
    store.performance.recorder.close()
    os._exit(0 if not status.on and status.waiting == 0 and "forked" in status.reason else 1)
_, status = os.waitpid(child, 0)
store.close()
sys.exit(os.waitstatus_to_exitcode(status))
"""
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, database.url],
        check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )

    assert uses(database.url) == 1


def test_a_store_that_nobody_closed_leaves_no_thread(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "FLUSH_SECONDS", 0.1)
    with Pool(database.url) as pool:
        recorder = of(pool)
        recorder.add(TEMP, 1.0)
        wait_for(lambda: uses(database.url) == 1)
        gone = weakref.ref(recorder)
        thread = recorder._writer._thread
        del recorder

        wait_for(lambda: gc.collect() >= 0 and gone() is None)
        assert thread is not None
        thread.join(10)
        assert not thread.is_alive()


def test_no_thread_runs_before_there_is_something_to_write(database: Database) -> None:
    before = threading.active_count()
    with Pool(database.url) as pool:
        during = threading.active_count()
        recorder = of(pool)
        assert threading.active_count() == during
        recorder.record([measurement("weather.temp", NOON, 1.0, "training")])
        assert threading.active_count() == during + 1
        recorder.close()
        assert threading.active_count() == during
    assert threading.active_count() <= max(before, during)
    assert recorder not in [each for each in recording._recorders if each.on]
