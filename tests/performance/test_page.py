"""The page "What features cost" says what happens, on measurements that are always the same."""

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

import featuretrail as ft
from featuretrail.cli import app
from featuretrail.domain.events import Metadata
from featuretrail.domain.events.performance import Measurement
from featuretrail.domain.records import measurement, performance_sample
from tests.engines.database import Database
from tests.house.packages import ROOT
from tests.store.weather import NOON, hourly

pytestmark = pytest.mark.tiers("embedded")

PAGE = ROOT / "docs" / "how-to" / "performance.md"
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*?)(?=\$ |```)", re.MULTILINE)
CONSOLE = re.compile(r"```console\n.*?```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)

FINDS = {"performance show", "performance show weather.temp --since 7d"}


def measured() -> list[Measurement]:
    """Two versions joined 200 times each, one feature in few large joins, many small reads."""
    joined = [
        measurement(
            "weather.temp", NOON, round(base * (0.9 + n / 1000), 3), "training",
            version=version, cpu_time_ms=1.5, row_count=1000, memory_usage_mb=12.0,
        )
        for version, base in (("1.0.0", 10.0), ("1.1.0", 30.0))
        for n in range(200)
    ]  # fmt: skip
    slow = measurement(
        "weather.sky", NOON, 250.0, "training",
        version="1.0.0", usage_frequency=40, row_count=200_000,
    )  # fmt: skip
    online = measurement(
        "weather.temp", NOON, 0.4, "inference",
        version="1.1.0", usage_frequency=2100, row_count=2100,
    )  # fmt: skip
    return [*joined, slow, online]


@pytest.fixture
def asked(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database with the measurements of the page."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEATURETRAIL_URL", database.url)
    monkeypatch.setenv("FEATURETRAIL_ARTIFACTS", "database:")
    with ft.connect(actor="ada") as store:
        for version in ("1.0.0", "1.1.0"):
            temp = ft.Feature("temp", "float64", "Air temperature", version=version)
            sky = ft.Feature("sky", "text", "Cloud cover")
            store.register(
                ft.FeatureGroup("weather", keys={"origin": "text"}, features=[temp, sky])
            )
        store.ingest("weather", hourly(48))
        store._log.append(performance_sample(uuid4(), measured(), Metadata(actor="ada")))
        store.projections.catch_up()
    return database


def test_what_the_page_shows_is_what_happens(asked: Database) -> None:
    assert asked.tier == "embedded"
    text = PAGE.read_text(encoding="utf-8")
    steps = [step for block in CONSOLE.findall(text) for step in STEP.findall(block)]
    blocks = PYTHON.findall(text)

    assert (len(steps), len(blocks)) == (5, 2)
    for line, shown in steps:
        done = CliRunner().invoke(app, shlex.split(line), catch_exceptions=False)
        assert masked(done.stdout) == masked(shown), line
        assert done.exit_code == (1 if line in FINDS else 0), line
        if line.startswith("performance budget"):
            with ft.connect() as store:
                store.projections.catch_up()
    with ft.connect() as store:
        for code, shown in blocks:
            printed = io.StringIO()
            with redirect_stdout(printed):
                exec(compile(code, str(PAGE), "exec"), {"store": store})  # noqa: S102 - our page
            assert printed.getvalue() == shown


def masked(text: str) -> str:
    """Hide dates."""
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?", "DATE", text)
