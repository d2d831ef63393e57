"""``featuretrail stream``: in this process, and as a process that is told to stop."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from typer.testing import CliRunner

import featuretrail as ft
from featuretrail.cli import app
from tests.engines.database import Database
from tests.streaming.brokers import RedisServer
from tests.streaming.sensors import SENSORS, message, stored

pytestmark = pytest.mark.tiers("embedded")


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_parked_messages_are_listed_shown_replayed_and_discarded(database: Database) -> None:
    url = ("--url", database.url)
    assert _run("stream", "status", *url) == (0, "no stream was stored yet\n")
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(SENSORS)
        with store.stream("sensors", source="test") as writer:
            writer.put([message(1), b"rubb\x1bish", message(3, pulses="3")], offset=[1, 2, 3])

    code, told = _run("stream", "parked", *url)
    assert code == 1
    assert "cannot be decoded" in told
    code, told = _run("stream", "parked", "--json", *url)
    first, second = json.loads(told)
    code, told = _run("stream", "parked", "--show", str(first["number"]), *url)
    assert code == 1
    assert "rubb\\x1bish" in told
    code, told = _run("stream", "replay", "sensors", "test", *url)
    assert (code, told.splitlines()[0]) == (1, "0 messages stored")
    numbers = [str(first["number"]), str(second["number"])]
    assert _run("stream", "discard", *numbers, *url)[0] == 2  # no reason
    code, told = _run("stream", "discard", *numbers, "--reason", "tests", *url)
    assert (code, told[:20]) == (0, "2 messages discarded")
    assert _run("stream", "parked", *url) == (0, "no message is parked\n")
    [status] = json.loads(_run("stream", "status", "--json", *url)[1])
    assert (status["offset"], status["parked"], status["waiting"]) == ("3", 2, 0)
    assert "streams" in _run("db", "status", *url)[1]
    code, told = _run("stream", "follow", "sensors", "--after", "0", "--count", "1", *url)
    assert (code, "sensors#1 values 1 rows" in told) == (0, True)
    for wrong in (["--redis", "redis://localhost"], ["--kafka", "localhost:9092"], []):
        assert _run("stream", "run", "sensors", *wrong, *url)[0] == 2
    away = ["--redis", "redis://127.0.0.1:1", "--stream", "s", "--patience", "0.1"]
    code, told = _run("stream", "run", "sensors", *away, *url)
    assert (code, "the broker at redis://127.0.0.1:1 cannot be used" in told) == (3, True)


def test_a_running_stream_stores_what_it_took_when_it_is_told_to_stop(
    database: Database, tmp_path: Path
) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(SENSORS)
    with RedisServer(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        for number in range(1, 51):
            client.xadd("sensors", {"data": message(number)})
        command = [sys.executable, "-m", "featuretrail", "stream", "run", "sensors"]
        options = ["--redis", server.url, "--stream", "sensors", "--json", "--url", database.url]
        with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
            try:
                deadline = time.monotonic() + 60
                while len(stored(database.url)) < 50 and time.monotonic() < deadline:
                    time.sleep(0.05)
                process.send_signal(signal.SIGTERM)
                told, _ = process.communicate(timeout=60)
            finally:
                process.kill()

    assert process.returncode == 0
    facts = json.loads(told)
    assert (facts["source"], facts["messages"], facts["parked"]) == ("redis:sensors", 50, 0)
    assert stored(database.url) == list(range(1, 51))
