"""A feature is broken on purpose: a monitor finds it, someone is told, and it ends by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import featuretrail as ft
from flights import observations, times
from flights.freezing import ingest
from flights.receiver import Pager, on_call
from flights.scene import Scene

WIND: Final = "weather.wind_speed"
AUTUMN: Final = (times.utc(2013, 9, 1), times.utc(2013, 12, 1))
MONITOR: Final = "december"
BROKEN: Final = (times.utc(2013, 12, 15), times.utc(2013, 12, 22))
LATE_ROWS: Final = timedelta(hours=6)


def watch(scene: Scene) -> None:
    """Schedule a monitor, break a feature, be told, mend it, and be told that it is over."""
    with scene.screen.step(
        "watch",
        "Something breaks, and someone is told",
        "Each Sunday a monitor compares the week's wind and humidity with those of autumn, and a "
        "rule sends what it finds to whoever is on call: here a small web server in this process. "
        "In the week from 15 December (we make this up) a new logger reports the wind in metres "
        "per second; on the 23rd the right values come.",
    ):
        with on_call() as pager, _watchman(scene, pager) as store:
            _schedule(store)
            runs = [_sunday(store, 15)]
            _break(scene)
            runs.append(_sunday(store, 22))
            opened = store.quality.incidents(feature=WIND)
            _mend(scene)
            runs.append(_sunday(store, 29))
            ended = store.quality.incidents(open=None)
        _show_runs(scene, runs)
        _show_messages(scene, pager)
        _prove(scene, pager, opened, ended)
        _note(scene, pager, runs, ended)


@contextmanager
def _watchman(scene: Scene, pager: Pager) -> Iterator[ft.TimescaleDBFeatureStore]:
    """Join the store as whoever sends alerts does: where they go is configuration of his own."""
    folder = scene.folder / ".featuretrail"
    settings = ft.Settings(
        actor="monitor",
        embedded=folder,
        record_performance=False,
        alerts=ft.AlertSettings.of({"on-call": pager.address}),
    )
    with ft.connect(folder=folder, settings=settings) as store:
        yield store


def _schedule(store: ft.TimescaleDBFeatureStore) -> None:
    store.quality.create_baseline([WIND, "weather.humid"], window=AUTUMN, name="autumn")
    store.monitor.schedule(
        MONITOR,
        "baseline autumn",
        cron="0 0 * * 0",
        window=timedelta(days=7),
        allowance=LATE_ROWS,
        starts_at=times.utc(2013, 12, 2),
        reason="a week is looked at when its late rows are in",
    )
    store.alerts.set_rule("drift", ["on-call"], kinds=["drift"], minimum_severity="medium")


def _sunday(store: ft.TimescaleDBFeatureStore, day: int) -> ft.MonitorReport:
    """Do what a monitor does on a Sunday of December 2013, once late rows are in."""
    return store.monitor.run_due(times.utc(2013, 12, day) + LATE_ROWS)


def _break(scene: Scene) -> None:
    broken = observations.in_metres_per_second(scene.year.weather, *BROKEN)
    ingest(scene, "weather", broken, part="metres-per-second", reason="a new logger")


def _mend(scene: Scene) -> None:
    right = observations.sent_again(scene.year.weather, *BROKEN, published=times.utc(2013, 12, 23))
    ingest(scene, "weather", right, part="miles-per-hour", reason="the logger's unit was wrong")


def _show_runs(scene: Scene, reports: list[ft.MonitorReport]) -> None:
    scene.screen.table(
        ["week until", "outcome", "in words"],
        [
            (f"{run.until:%d %b}", run.outcome, " ".join(_words(run.results)) or "nothing to say")
            for report in reports
            for run in report.runs
        ],
    )


def _words(results: tuple[Any, ...]) -> list[str]:
    return [words for result in results for words in result.get("words", ())]


def _show_messages(scene: Scene, pager: Pager) -> None:
    scene.screen.table(
        ["sent on", "message", "text"],
        [
            (f"{datetime.fromisoformat(message['timestamp']):%d %b %H:%M}", _kind(message),
             message["data"]["text"])
            for message in pager.taken
        ],
        title="what came to whoever is on call",
    )  # fmt: skip


def _prove(scene: Scene, pager: Pager, opened: list[ft.Incident], ended: list[ft.Incident]) -> None:
    scene.screen.proof(
        "the broken week opened one incident, of the wind alone",
        holds=[each.feature_name for each in ended] == [WIND] and len(opened) == 1,
    )
    scene.screen.proof(
        "it ended by itself when the wind was as before",
        holds=all(not each.open for each in ended),
    )
    scene.screen.proof(
        "both messages came once, with a signature that holds",
        holds=[_kind(each) for each in pager.taken] == ["opened", "resolved"] and not pager.refused,
    )


def _note(
    scene: Scene, pager: Pager, reports: list[ft.MonitorReport], ended: list[ft.Incident]
) -> None:
    scene.report.note(
        "watch",
        runs=[[run.until.isoformat(), run.outcome] for report in reports for run in report.runs],
        incidents=[
            {
                "feature": each.feature_name,
                "severity": each.severity,
                "since": None if each.since is None else each.since.isoformat(),
                "words": each.words,
                "open": each.open,
                "action": each.action_taken,
            }
            for each in ended
        ],
        messages=[[_kind(each), each["data"]["title"]] for each in pager.taken],
        refused=pager.refused,
    )


def _kind(message: dict[str, Any]) -> str:
    return str(message["type"]).rpartition(".")[2]
