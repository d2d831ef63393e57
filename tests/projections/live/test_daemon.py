"""``featuretrail projections run`` as processes: signals, health, failover."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

import pytest
from typer.testing import CliRunner

from featuretrail.cli import app
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.projections import Projections
from tests.cli.conftest import start
from tests.engines.embedded_place import eventually
from tests.projections.live.conftest import Rows
from tests.projections.live.events import append_raw, recorded

START_SECONDS = 150
STOP_SECONDS = 20
FAILOVER_SECONDS = 5


class Daemon:
    """A running daemon and what it wrote to standard error."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []
        self._reading = Thread(target=self._read)
        self._reading.start()

    def told(self, part: str) -> bool:
        """Whether it wrote a line with ``part``; fails when it has ended."""
        assert self.process.poll() is None, self.lines
        return any(part in line for line in self.lines)

    def ended(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit code, in time."""
        self.process.wait(seconds)
        self._reading.join()
        return self.process.returncode

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            self.lines += stderr


@contextmanager
def daemons(url: str, folder: Path, count: int) -> Iterator[list[Daemon]]:
    """Several daemons, started at once."""
    with ExitStack() as stack:
        arguments = ["projections", "run", "--url", url]
        processes = [stack.enter_context(start(arguments, folder)) for _ in range(count)]
        for process in processes:
            stack.callback(process.kill)
        yield [Daemon(process) for process in processes]


def asked(url: str, *arguments: str) -> Any:
    """What a reading command says, as JSON."""
    result = CliRunner().invoke(app, [*arguments, "--json", "--url", url], catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.stdout)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon_cleanly_and_its_health_is_seen_meanwhile(
    pool: Database, log: EventLog, rows: Rows, tmp_path: Path, number: signal.Signals
) -> None:
    log.append(recorded(), recorded())
    poison = append_raw(log, "featuretrail.weather.forecast", b'{"class_version":1}')
    with daemons(pool.url, tmp_path, 1) as [daemon]:
        assert eventually(lambda: daemon.told("owns generation 1"), START_SECONDS)
        assert eventually(lambda: Projections(pool, log).status().lag_events == 0)

        status = asked(pool.url, "projections", "status")
        short = asked(pool.url, "db", "status")["projections"]

        assert (status["position"], status["head"], status["lag_seconds"]) == (3, 3, 0.0)
        assert status["owner"]["application_name"].startswith("featuretrail")
        assert status["dead_letters"] == 1
        assert status["first_dead_letter"]["position"] == poison
        assert "featuretrail.weather.forecast" in status["first_dead_letter"]["error"]
        assert [each["state"] for each in status["generations"]] == ["live"]
        expected = {
            "generation": 1,
            "position": 3,
            "lag_events": 0,
            "lag_seconds": 0.0,
            "owner": status["owner"]["pid"],
            "dead_letters": 1,
        }
        assert {name: short[name] for name in expected} == expected

        daemon.process.send_signal(number)

        assert daemon.ended() == 0
    assert daemon.lines[-1] == "stopped at position 3\n"
    assert len(rows("feature_metadata", "id")) == 2
    assert asked(pool.url, "projections", "status")["owner"] is None


def test_of_two_daemons_one_works_and_the_other_takes_over_within_5_s_of_its_death(
    pool: Database, log: EventLog, rows: Rows, tmp_path: Path
) -> None:
    projections = Projections(pool, log)
    log.append(recorded())
    with daemons(pool.url, tmp_path, 2) as both:
        working, standing_by = _sorted_by_role(both)
        assert projections.wait_until(1) == 1
        owner = projections.status().owner
        assert owner is not None
        assert standing_by.told(f"stands by: server process {owner.pid} owns generation 1")

        working.process.kill()
        died = monotonic()
        log.append(recorded(), recorded())
        assert eventually(lambda: projections.status().position == 3, FAILOVER_SECONDS)
        assert monotonic() - died < FAILOVER_SECONDS

        assert standing_by.told("owns generation 1, at position 1")
        successor = projections.status().owner
        assert successor is not None
        assert successor.pid != owner.pid
        standing_by.process.terminate()
        assert standing_by.ended() == 0

    assert working.ended() == -signal.SIGKILL
    assert [place for (place,) in rows("feature_metadata", "position")] == [1, 2, 3]


def test_a_daemon_that_is_to_stop_before_an_event_ends_with_1_and_names_it(
    pool: Database, log: EventLog, tmp_path: Path
) -> None:
    (tmp_path / "featuretrail.toml").write_text('projection_errors = "stop"\n', encoding="utf-8")
    log.append(recorded())
    append_raw(log, "featuretrail.weather.forecast", b'{"class_version":1}')

    with daemons(pool.url, tmp_path, 1) as [daemon]:
        assert daemon.ended(START_SECONDS) == 1

    assert "stopped before event 2 ('featuretrail.weather.forecast')" in daemon.lines[-1]
    assert Projections(pool, log).status().position == 1


def _sorted_by_role(both: list[Daemon]) -> list[Daemon]:
    """Wait until one owns the generation and the other stands by."""
    assert eventually(
        lambda: (
            {daemon.told("owns generation 1, at") for daemon in both} == {True, False}
            and {daemon.told("stands by") for daemon in both} == {True, False}
        ),
        START_SECONDS,
    )
    return sorted(both, key=lambda daemon: not daemon.told("owns generation 1, at"))
