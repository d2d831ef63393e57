"""The pages "Alerts" and "Check by schedule" say what happens."""

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.alerts.receivers import receiver
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.house.packages import ROOT

HOW_TO = ROOT / "docs" / "how-to"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def fill(store: ft.TimescaleDBFeatureStore) -> None:
    """Store forty days of weather whose last five are warmer, and the baseline of the first."""
    store.register(
        ft.FeatureGroup(
            "weather",
            keys={"origin": "text"},
            owner="ops",
            features=[ft.Feature("temp", "float64", "Air temperature")],
        )
    )
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=40)
    quiet, count = 35 * 48, 40 * 48
    values = np.random.default_rng(7).normal(10, 2, count)
    values[quiet:] += 6
    times = [start + timedelta(minutes=30 * n) for n in range(count)]
    rows = {"origin": ["EWR"] * count, "event_time": times, "temp": values}
    store.ingest("weather", pa.table(rows))
    window = (start, start + timedelta(days=30))
    store.quality.create_baseline("weather", name="calm", window=window)


def test_the_sessions_of_the_pages_are_what_happens(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        fill(store)
    before, after = steps("alerts.md"), steps("monitor.md")
    wrong = []
    with receiver() as hook:
        monkeypatch.setenv("FEATURETRAIL_ALERT_OPS_HOOK", hook.address)
        for line, shown in [*before[:4], *after, *before[4:]]:
            told = run(*shlex.split(line)).out
            if masked(told) != masked(shown):
                wrong.append(f"$ featuretrail {line}\n{told}")
    assert hook.titles == ["a test of featuretrail's alerts", "weather.temp drifted"]
    [shown] = re.findall(r"```json\n(.*?)```", (HOW_TO / "alerts.md").read_text("utf-8"), re.DOTALL)
    assert told_alike(hook.taken[-1]) == told_alike(json.loads(shown))
    assert not wrong, "\n".join(wrong)
    assert len(before) + len(after) == 11


def told_alike(message: dict[str, Any]) -> dict[str, Any]:
    """What two messages of the same kind have in common: ids, times and figures differ."""
    data = message["data"]
    varies = {name: type(data[name]) for name in ("alert", "situation", "text")}
    facts = {name: type(fact) for name, fact in data["facts"].items()}
    return {"type": message["type"], "data": {**data, **varies, "facts": facts}}


def steps(page: str) -> list[tuple[str, str]]:
    text = (HOW_TO / page).read_text("utf-8")
    return [step for block in BLOCK.findall(text) for step in STEP.findall(block)]


def masked(text: str) -> str:
    """Hide what differs from run to run: ids, days, figures, and the width of columns."""
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "ID", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)
    text = re.sub(r"moved up by .* adjusted p \S+", "MOVED", text)
    return re.sub(r" {2,}", "  ", text)
