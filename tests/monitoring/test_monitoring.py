"""Monitors on a real store: checks are made once, recorded, and told of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.alerts.receivers import Receiver, receiver
from tests.engines.database import Database

pytestmark = pytest.mark.tiers("embedded", "apache")

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def store(database: Database, hook: Receiver) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store with ten quiet days of weather, the baseline of them, and a rule of alerts."""
    settings = ft.Settings(
        url=database.url, actor="ann", artifacts="database:",
        alerts=ft.AlertSettings.of({"hook": hook.address}), record_performance=False,
    )  # fmt: skip
    with ft.connect(settings=settings) as opened:
        opened.register(
            ft.FeatureGroup(
                "weather",
                keys={"origin": "text"},
                owner="ops",
                features=[
                    ft.Feature("temp", "float64", "Air temperature", constraints=ft.Range(-60, 14))
                ],
            )
        )
        opened.ingest("weather", rows(0, 10))
        opened.quality.create_baseline("weather", name="calm", window=(JANUARY, JANUARY + 10 * DAY))
        opened.alerts.set_rule("all", ["hook"])
        yield opened


def rows(first: int, days: int, warmer: float = 0.0) -> pa.Table:
    """Weather every six minutes for some days: normal, 10 degrees and ``warmer`` on average."""
    count = days * 240
    random = np.random.default_rng(first)
    return pa.table(
        {
            "origin": ["EWR"] * count,
            "event_time": [JANUARY + first * DAY + n * HOUR / 10 for n in range(count)],
            "temp": random.normal(10 + warmer, 2.0, count),
        }
    )


def outcomes(report: ft.MonitorReport) -> list[str]:
    return [f"{run.name} {run.until:%d} {run.outcome}" for run in report.runs]


def test_drift_is_found_told_and_resolved_by_itself(
    store: ft.TimescaleDBFeatureStore, hook: Receiver
) -> None:
    made = store.monitor.schedule(
        "calm weather", "baseline calm", every=DAY, allowance=HOUR, starts_at=JANUARY + 10 * DAY
    )
    assert (made.checks, made.window, made.last) == (("drift",), DAY, None)
    assert made.next_due == JANUARY + 11 * DAY + HOUR
    store.ingest("weather", rows(10, 1))
    store.ingest("weather", rows(11, 1, warmer=6.0))
    store.ingest("weather", rows(12, 1))

    assert store.monitor.run_due(JANUARY + 11 * DAY).runs == ()
    first = store.monitor.run_due(JANUARY + 11 * DAY + HOUR)
    assert outcomes(first) == ["calm weather 12 passed"]
    assert first.ok
    second = store.monitor.run_due(JANUARY + 12.5 * DAY)
    assert outcomes(second) == ["calm weather 13 found"]
    assert second.found
    [words] = second.runs[0].results[0]["words"]
    assert words.startswith("weather.temp moved up")
    assert hook.titles == ["weather.temp drifted"]
    assert hook.taken[0]["data"]["text"] == words
    assert store.monitor.run_due(JANUARY + 12.5 * DAY).runs == ()
    third = store.monitor.run_due(JANUARY + 13.5 * DAY)
    assert outcomes(third) == ["calm weather 14 passed"]
    assert [each["type"] for each in hook.taken] == [
        "featuretrail.alert.opened", "featuretrail.alert.resolved",
    ]  # fmt: skip
    last = store.monitor.list()[0].last
    assert last is not None
    assert last == third.runs[0]
    state = store.audit.state_at("monitor calm weather").state
    assert state["last"]["outcome"] == "passed"
    assert store.audit.verify().ok


def test_a_check_that_fails_is_recorded_and_the_others_are_made(
    store: ft.TimescaleDBFeatureStore, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = JANUARY + 8 * DAY
    both = ["quality", "drift"]
    store.monitor.schedule("a", "baseline calm", every=DAY, checks=both, starts_at=starts)
    store.monitor.schedule(
        "b", "feature weather.temp", cron="0 0 * * *", window=DAY, quality_below=100,
        missed="skip", starts_at=starts - 5 * DAY,
    )  # fmt: skip

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:  # a defect or a full disk, at any depth
        patched.setattr("featuretrail.quality.drifts.DriftChecks.check", broken)
        report = store.monitor.run_due(starts + 2 * DAY)
    assert outcomes(report) == ["a 10 failed", "a 11 failed", "b 11 found"]
    by_check = {each["check"]: each for each in report.runs[0].results}
    assert by_check["drift"]["error"] == "RuntimeError: the disk is full"
    assert by_check["quality"]["outcome"] == "passed"
    assert report.failed
    assert report.runs[2].skipped == 6
    assert hook.titles == ["monitor a is stale"]
    assert hook.taken[0]["data"]["text"].endswith("its checks fail")
    mended = store.monitor.run_due(starts + 3 * DAY)
    [unjudged] = [each for each in mended.runs[0].results if each["check"] == "drift"]
    assert unjudged["outcome"] == "not evaluated"  # there are no rows: that is not "no drift"
    assert unjudged["unjudged"] == ["weather.temp"]
    assert unjudged["words"] != []
    assert mended.runs[1].outcome == "found"  # that there are none is not timely
    assert hook.taken[1]["type"] == "featuretrail.alert.resolved"


def test_two_at_once_do_not_run_a_window_twice(
    store: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    for name in "abc":
        store.monitor.schedule(
            name, "group weather", every=HOUR, starts_at=JANUARY + 9 * DAY, window=DAY
        )
    now = JANUARY + 9 * DAY + 4 * HOUR
    with ft.connect(database.url, artifacts="database:", record_performance=False) as other:
        reports: list[ft.MonitorReport] = []
        threads = [
            Thread(target=lambda each=each: reports.append(each.monitor.run_due(now)))
            for each in (store, other)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    store.monitor.run_due(now)
    runs = [each.event for each in store._log.read(topics=["featuretrail.monitor.ran"])]
    windows = [(each.name, each.window_end) for each in runs]  # type: ignore[attr-defined]
    assert len(windows) == len(set(windows)) == 12
    assert len(reports) == 2


def test_a_run_that_was_cut_off_is_made_again(
    store: ft.TimescaleDBFeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.monitor.schedule("a", "group weather", every=DAY, starts_at=JANUARY)

    def gone(*_: Any, **__: Any) -> None:
        raise ft.DatabaseUnavailableError("the server went away")

    with monkeypatch.context() as patched:
        patched.setattr("featuretrail.quality.qualities.QualityChecks.several", gone)
        with pytest.raises(ft.DatabaseUnavailableError):
            store.monitor.run_due(JANUARY + DAY)
    assert store.monitor.list()[0].last is None
    assert outcomes(store.monitor.run_due(JANUARY + DAY)) == ["a 02 passed"]
    assert store.monitor.list()[0].next_due == JANUARY + 2 * DAY


def test_the_loop_runs_what_is_due_until_it_is_stopped(store: ft.TimescaleDBFeatureStore) -> None:
    start = datetime.now(UTC) - 3 * HOUR
    store.monitor.schedule("a", "group weather", every=HOUR, starts_at=start)
    stop, lines = ft.Stop(), []

    def tell(line: str) -> None:
        lines.append(line)
        stop.set()

    store.monitor.run(stop, tell)
    runs = [line for line in lines if line.startswith("a: window until ")]
    assert len(runs) == 3
    assert store.monitor.list()[0].next_due > datetime.now(UTC)  # type: ignore[operator]


def test_what_is_scheduled_must_exist(store: ft.TimescaleDBFeatureStore) -> None:
    for subject, refusal in [
        ("feature weather.tmp", "did you mean 'weather.temp'"),
        ("group whether", "did you mean 'weather'"),
        ("set delay", "no feature set 'delay'"),
        ("baseline clam", "did you mean 'calm'"),
    ]:
        with pytest.raises(ft.NotFoundError, match=refusal):
            store.monitor.schedule("a", subject, every=HOUR)
    assert store.monitor.list() == []
    made = store.monitor.schedule("a", "group weather", every=HOUR)
    assert store.monitor.schedule("a", "group weather", every=HOUR) == made
    store.monitor.unschedule("a")
    with pytest.raises(ft.NotFoundError, match="no monitor 'a'"):
        store.monitor.unschedule("a")
    assert store.monitor.run_due().runs == ()


def test_what_is_unscheduled_while_it_is_checked_does_not_end_the_pass(
    store: ft.TimescaleDBFeatureStore,
) -> None:
    for name in "ab":
        store.monitor.schedule(name, "group weather", every=DAY, starts_at=JANUARY)
    looks: list[int] = []

    def stopped() -> bool:
        looks.append(len(looks))
        if len(looks) == 2:  # between reading the monitor and recording its run
            store.monitor.unschedule("a")
        return False

    report = store.monitor.run_due(JANUARY + DAY, stopped=stopped)

    assert (outcomes(report), report.elsewhere) == (["b 02 passed"], ("a",))


def test_a_stale_monitor_that_is_unscheduled_or_slowed_is_stale_no_more(
    store: ft.TimescaleDBFeatureStore, hook: Receiver
) -> None:
    for name in "ab":
        store.monitor.schedule(name, "group weather", every=HOUR, starts_at=JANUARY)
    store.alerts.send_due(JANUARY + 5 * HOUR)
    facts = store.status()["monitors"]
    assert facts["scheduled"] == 2
    assert [each["monitor"] for each in facts["stale"]] == ["a", "b"]

    store.monitor.unschedule("a")
    store.monitor.schedule("b", "group weather", every=DAY, starts_at=JANUARY)
    store.alerts.send_due(JANUARY + 6 * HOUR)
    store.alerts.send_due(JANUARY + 7 * HOUR)

    ends = [each for each in hook.taken if each["type"].endswith("resolved")]
    assert [each["data"]["text"] for each in ends] == [
        "it is not scheduled any more", "it has another schedule",
    ]  # fmt: skip
    assert len(hook.taken) == 4
