"""Time and memory as measured, beside what the system itself counts for a known load."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import PAGESIZE, mmap
from threading import Barrier, Event, Thread

import psutil
import pytest

import featuretrail as ft
from featuretrail.infrastructure.performance.memory import PeakMemory
from featuretrail.infrastructure.performance.meter import Meter, Reading
from tests.engines.database import Database
from tests.performance.conftest import recorded
from tests.store.weather import filled, spine

MIB = 200
BUSY_SECONDS = 0.6

LOAD = f"""
import json, sys, time
import numpy as np
import featuretrail as ft

with ft.connect(sys.argv[1], artifacts="database:") as store:
    measure = store.performance.measure("weather.temp")
    print("begin", flush=True)
    sys.stdin.readline()
    with measure:
        block = np.ones({MIB} * 2**17)
        end = time.process_time() + {BUSY_SECONDS}
        while time.process_time() < end:
            pass
        del block
    print("end", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def watching(process: psutil.Process) -> Iterator[list[float]]:
    """List the resident MiB of a process, again and again until the end."""
    seen: list[float] = []
    ended = Event()

    def look() -> None:
        while not ended.wait(0.005):
            seen.append(process.memory_info().rss / 2**20)

    watcher = Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def _busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


LINUX = pytest.mark.skipif(not PeakMemory().available, reason="no /proc to count memory with")


@LINUX
@pytest.mark.tiers("embedded")
def test_a_known_load_is_recorded_as_the_system_counts_it(database: Database) -> None:
    """Another process looks at the child all the while, through psutil.

    The peak of wait4 is no measure here: a child's begins with that of the process that starts it.
    """
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)
        store.projections.catch_up()
    child = subprocess.Popen(
        [sys.executable, "-c", LOAD, database.url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        assert child.stdout.readline() == "begin\n"
        looked_at = psutil.Process(child.pid)
        resident, times, begun = looked_at.memory_info().rss, _busy(looked_at), time.monotonic()
        with watching(looked_at) as seen:
            child.stdin.write("go\n")
            child.stdin.flush()
            assert child.stdout.readline() == "end\n"
        seconds = time.monotonic() - begun
        processor = _busy(looked_at) - times
    assert child.wait() == 0

    with ft.connect(database.url, artifacts="database:") as store:
        store.projections.catch_up()
        found = store.get_feature_performance_metrics("weather.temp").total

    assert found is not None
    assert found.uses == 1
    assert found.mean_ms / 1e3 == pytest.approx(seconds, rel=0.1)
    assert found.cpu_ms is not None
    assert found.cpu_ms / 1e3 == pytest.approx(processor, rel=0.1)
    grown = max(seen) - resident / 2**20
    assert found.max_memory_mb == pytest.approx(grown, rel=0.1)
    assert found.max_memory_mb == pytest.approx(MIB, rel=0.1)


@LINUX
def test_nested_blocks_each_have_their_own_peak() -> None:
    outer = Meter.start().watch_memory()
    _touch(64).close()
    inner = Meter.start().watch_memory()
    held = _touch(16)
    inside = inner.stop()
    held.close()
    outside = outer.stop()

    assert inside.memory_mb == pytest.approx(16, abs=2)
    assert outside.memory_mb == pytest.approx(64, abs=4)


def _touch(mib: int) -> mmap:
    """Make new memory resident: an allocator could give what it still has from before."""
    memory = mmap(-1, mib * 2**20)
    for page in range(0, len(memory), PAGESIZE):
        memory[page] = 1
    return memory


@LINUX
def test_blocks_of_several_threads_at_once_have_no_memory() -> None:
    barrier = Barrier(2)
    readings: list[Reading] = []

    def work() -> None:
        meter = Meter.start().watch_memory()
        barrier.wait(10)
        readings.append(meter.stop())

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = Meter.start().watch_memory().stop()

    assert [each.memory_mb for each in readings] == [None, None]
    assert alone.memory_mb is not None


@LINUX
def test_blocks_that_overlap_without_being_nested_have_no_memory() -> None:
    one = Meter.start().watch_memory()
    other = Meter.start().watch_memory()

    assert (one.stop().memory_mb, other.stop().memory_mb) == (None, None)


@LINUX
@pytest.mark.tiers("embedded")
def test_memory_is_told_of_a_retrieval_that_is_large_enough(database: Database) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        filled(store)
        for rows in (4, 2000):
            store.get_historical_features(spine(rows=rows), "delay")
            store.performance.flush()

    told = {each["row_count"]: each["memory_usage_mb"] for each in recorded(database.url)}
    assert told[4] is None
    assert told[2000] >= 0


def test_processor_time_of_another_thread_is_not_told() -> None:
    readings: list[Reading] = []
    meter = Meter.start().watch_memory()
    thread = Thread(target=lambda: readings.append(meter.stop()))
    thread.start()
    thread.join()

    assert readings[0].cpu_seconds is None


@LINUX
def test_a_forked_process_measures_its_own_memory() -> None:
    program = """
import json, os, sys
import numpy as np
from featuretrail.infrastructure.performance.meter import Meter
outer = Meter.start().watch_memory()
ballast = np.ones(64 * 2**17)
reader, writer = os.pipe()
if os.fork() == 0:
    meter = Meter.start().watch_memory()
    block = np.ones(128 * 2**17)
    os.write(writer, json.dumps([meter.stop().memory_mb, outer.stop().memory_mb]).encode())
    os._exit(0)
os.wait()
print(os.read(reader, 1000).decode())
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    grown, of_parent = json.loads(run.stdout)
    assert grown == pytest.approx(128, rel=0.1)  # the child first copies pages that it shares
    assert of_parent is None
