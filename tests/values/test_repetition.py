"""Retries, races and crashes: a batch is stored once and whole, or not at all."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from attrs import evolve

from featuretrail.domain.definitions import Feature
from featuretrail.domain.errors import (
    ConcurrencyError,
    DatabaseUnavailableError,
    IdempotencyError,
)
from featuretrail.domain.receipts import Receipt
from tests.engines.database import Database
from tests.log.events import counted
from tests.log.proxy import Proxy
from tests.values.store import DAY, WEATHER, Values, opened, weather

SERVERS = pytest.mark.tiers("embedded", "apache")


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_repeated_key_returns_the_first_receipt_and_writes_nothing(values: Values) -> None:
    first = values.ingest("weather", weather(), idempotency_key="monday")
    before = values.counts()

    again = values.ingest("weather", weather(), idempotency_key="monday")

    assert again.repeated
    assert (again.rows, again.batch, again.position, again.digest) == (
        first.rows, first.batch, first.position, first.digest,
    )  # fmt: skip
    assert values.counts() == before


def test_a_key_used_for_other_content_is_refused(values: Values) -> None:
    values.ingest("weather", weather(), idempotency_key="monday")
    before = values.counts()

    with pytest.raises(IdempotencyError, match="'monday' was used before"):
        values.ingest("weather", weather(temp=[0.0, 0.0, 0.0]), idempotency_key="monday")
    with pytest.raises(IdempotencyError):
        values.ingest("weather", weather(2), idempotency_key="monday")

    assert values.counts() == before


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_retry_is_known_after_the_group_gained_a_feature_and_a_feature_a_type(
    values: Values,
) -> None:
    first = values.ingest("weather", weather(), idempotency_key="monday")
    values.register(
        evolve(
            WEATHER,
            features=(
                Feature("temp", "text", version="2.0.0"),
                *WEATHER.features[1:],
                Feature("dew", "float64"),
            ),
        )
    )
    before = values.counts()

    again = values.ingest("weather", weather(), idempotency_key="monday")

    assert again == evolve(first, repeated=True)
    assert values.counts() == before


def test_a_retry_of_some_of_the_features_is_known(values: Values) -> None:
    some = {name: weather()[name] for name in ("origin", "station", "event_time", "temp")}
    first = values.ingest("weather", some, idempotency_key="monday", partial=True)
    values.register(evolve(WEATHER, features=(*WEATHER.features, Feature("dew", "float64"))))

    assert values.ingest("weather", some, idempotency_key="monday", partial=True).batch == 1
    assert values.ingest("weather", some, idempotency_key="monday").position == first.position


@pytest.mark.parametrize(
    "other",
    [
        weather(dew=[1.0, 2.0, 3.0]),
        {name: column for name, column in weather().items() if name != "temp"},
        weather(temp=["hot", "hot", "hot"]),
        weather(origin=[None, "EWR", "EWR"]),
        weather(event_time=[datetime(2013, 1, 1, n) for n in range(3)]),  # noqa: DTZ001
        weather(0),
    ],
    ids=["a new feature", "without a feature", "another type", "NULL key", "naive", "no rows"],
)
def test_a_key_used_for_rows_that_cannot_be_the_first_ones_is_refused(
    values: Values, other: dict[str, Any]
) -> None:
    values.ingest("weather", weather(), idempotency_key="monday")
    values.register(evolve(WEATHER, features=(*WEATHER.features, Feature("dew", "float64"))))
    before = values.counts()

    with pytest.raises(IdempotencyError, match="batch 1 of 'weather'"):
        values.ingest("weather", other, idempotency_key="monday")

    assert values.counts() == before


@SERVERS
def test_of_two_callers_with_one_key_one_writes_and_both_get_the_same_receipt(
    values: Values,
) -> None:
    receipts = _at_once(8, lambda _: values.ingest("weather", weather(), idempotency_key="race"))

    assert len({(receipt.batch, receipt.position) for receipt in receipts}) == 1
    assert [receipt.repeated for receipt in receipts].count(False) == 1
    assert len(values.values()) == 3


@SERVERS
def test_concurrent_batches_of_one_group_are_numbered_in_the_order_of_the_log(
    values: Values,
) -> None:
    receipts = _at_once(8, lambda n: values.ingest("weather", weather(2, temp=[n, n])))

    in_order = sorted(receipts, key=lambda receipt: receipt.position)
    assert [receipt.batch for receipt in in_order] == list(range(1, 9))
    assert len(values.values()) == 16
    [newest] = values.online()
    assert newest["batch"] == 8


def test_after_a_lost_reply_to_the_commit_a_retry_finds_the_batch(
    database: Database, values: Values
) -> None:
    with Proxy(database.url) as proxy, opened(proxy.url) as far:
        proxy.lose_reply_to(b"COMMIT")
        with pytest.raises(DatabaseUnavailableError, match="unknown"):
            far.ingest("weather", weather(), idempotency_key="lost")
        assert proxy.lost.is_set()

    receipt = values.ingest("weather", weather(), idempotency_key="lost")

    assert receipt.repeated
    assert len(values.values()) == 3


@SERVERS
@pytest.mark.parametrize("write", [
    lambda far: far.ingest("weather", weather()),
    lambda far: far.retract("weather", {"origin": "EWR", "station": 1}, DAY),
], ids=["ingest", "retract"])  # fmt: skip
def test_nobody_waits_for_a_writer_that_waits_for_its_answer(
    database: Database, values: Values, write: Callable[[Values], Receipt]
) -> None:
    with Proxy(database.url) as proxy, opened(proxy.url) as far, ThreadPoolExecutor(1) as thread:
        proxy.stall_reply_to(b"append_event")
        receipt = thread.submit(write, far)
        assert proxy.stalled.wait(20)

        with values.database.connection() as connection:
            connection.execute("SET lock_timeout = '5s'")
            after = values.log.append(*counted(1))

        assert not receipt.done()
        proxy.go_on()
        assert receipt.result().position == after.first_position - 1


def test_an_event_that_is_there_without_its_batch_is_a_conflict_and_nothing_is_stored(
    values: Values,
) -> None:
    values.ingest("weather", weather(), idempotency_key="monday")
    with values.database.connection() as connection:
        connection.execute("UPDATE featuretrail.batches SET originator_id = gen_random_uuid()")
    before = values.counts()

    with pytest.raises(ConcurrencyError):
        values.ingest("weather", weather(), idempotency_key="monday")

    assert values.counts() == before
    assert values.ingest("weather", weather()).position == before[0] + 1


_WRITER = """
import sys, time
from tests.values.store import opened, weather
from featuretrail.infrastructure.values import ingestion
real = getattr(ingestion, sys.argv[2])
def halt(*arguments, **options):
    if sys.argv[3] == "after":
        real(*arguments, **options)
    print("halted", flush=True)
    time.sleep(60)
setattr(ingestion, sys.argv[2], halt)
with opened(sys.argv[1]) as values:
    values.ingest("weather", weather())
"""


@SERVERS
@pytest.mark.parametrize(
    ("step", "when"),
    [("copy_values", "after"), ("refresh_online", "after"), ("append_batch", "before")],
)  # fmt: skip
def test_a_writer_killed_between_statements_leaves_nothing(
    values: Values, database: Database, step: str, when: str
) -> None:
    before = values.counts()
    command = [sys.executable, "-c", _WRITER, database.url, step, when]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "halted\n"
        writer.kill()
    _until(lambda: _no_other_transactions(values))

    assert values.counts() == before
    assert values.ingest("weather", weather()).batch == 1


def _at_once(callers: int, call: Callable[[int], Receipt]) -> list[Receipt]:
    barrier = Barrier(callers)

    def started_together(number: int) -> Receipt:
        barrier.wait()
        return call(number)

    with ThreadPoolExecutor(callers) as threads:
        return list(threads.map(started_together, range(callers)))


def _no_other_transactions(values: Values) -> bool:
    with values.database.connection() as connection:
        [(open_ones,)] = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND xact_start IS NOT NULL AND pid <> pg_backend_pid()"
        )
    return bool(open_ones == 0)


def _until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never held"
        time.sleep(0.05)
