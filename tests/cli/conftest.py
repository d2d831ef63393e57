"""The command line in this process (``run``) and as a process of its own (``process``)."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.testing
from attrs import frozen
from typer.main import get_command
from typer.testing import CliRunner

from featuretrail.cli import app
from tests.engines.database import Database

# typer makes the tree of all commands anew for each run: once is enough for those of the tests
typer.testing._get_command = cache(get_command)  # type: ignore[attr-defined]  # its own

DEFINITIONS = """
[[group]]
name = "weather"
keys = { origin = "text" }
ttl = "6h"
owner = "ops"
description = "Hourly weather at each airport."

[[group.features]]
name = "temp"
dtype = "float64"
description = "Air temperature."
unit = "degrees Fahrenheit"
tags = ["met"]
constraints = [{ kind = "range", minimum = -60, maximum = 140 }]

[[group.features]]
name = "wind_speed"
dtype = "float64"
description = "Wind speed."

[[set]]
name = "departure_delay"
features = ["weather.temp", "weather.wind_speed@1.0.0"]
"""

WEATHER = """origin,event_time,temp,wind_speed
EWR,2013-01-01T06:00:00Z,39.02,10.4
JFK,2013-01-01T06:00:00Z,39.5,
EWR,2013-01-01T07:00:00Z,39.9,NaN
"""

SPINE = """origin,event_time,flight
EWR,2013-01-01T07:30:00Z,1
JFK,2013-01-01T06:15:00Z,2
EWR,2013-01-01T05:00:00Z,3
"""


@frozen
class Finished:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


Run = Callable[..., Finished]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, without settings from outside."""
    for name in [name for name in os.environ if name.startswith("FEATURETRAIL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in ``folder`` (empty), on a database of the test's own, in this process."""
    monkeypatch.setenv("FEATURETRAIL_URL", database.url)
    assert not any(folder.iterdir())

    def call(*arguments: str) -> Finished:
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        return Finished(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def defined(run: Run, folder: Path) -> Run:
    """The command line, the definitions applied from ``weather.toml``."""
    (folder / "weather.toml").write_text(DEFINITIONS, encoding="utf-8")
    applied = run("apply", "weather.toml", "--reason", "first version", "--actor", "ann")
    assert applied.code == 0, applied.err
    return run


@pytest.fixture
def filled(defined: Run, folder: Path) -> Run:
    """The command line, the definitions applied and ``weather.csv`` ingested."""
    (folder / "weather.csv").write_text(WEATHER, encoding="utf-8")
    (folder / "spine.csv").write_text(SPINE, encoding="utf-8")
    stored = defined("ingest", "weather", "weather.csv")
    assert stored.code == 0, stored.err
    return defined


@pytest.fixture
def frozen_twice(filled: Run) -> Run:
    """The command line with snapshots ``departure_delay@1.0.0`` and, one row apart, ``@1.1.0``."""
    assert filled("snapshot", "create", "departure_delay", "spine.csv").code == 0
    retracted = filled(
        *("retract", "weather", "--key", "origin=JFK"),
        *("--from", "2013-01-01T00:00:00Z", "--reason", "sensor fault"),
    )
    assert retracted.code == 0, retracted.err
    assert filled("snapshot", "create", "departure_delay", "spine.csv").code == 0
    return filled


def start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start the command line as a process in ``folder``; only the environment given reaches it."""
    kept = {name: value for name, value in os.environ.items() if "FEATURETRAIL" not in name}
    return subprocess.Popen(
        [sys.executable, "-c", "from featuretrail.cli import main; main()", *arguments],
        cwd=folder,
        env=kept | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def finish(process: subprocess.Popen[str], seconds: float = 60) -> Finished:
    """Wait for a started command line."""
    out, err = process.communicate(timeout=seconds)
    return Finished(process.returncode, out, err)
