"""``quality`` and ``drift`` on the command line: tables, JSON, exit codes."""

import re
from collections.abc import Iterator

import pytest

import featuretrail as ft
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.quality.weather import JANUARY, WEATHER, fill, hourly, window

SINCE, UNTIL = (f"--{name}={moment.isoformat()}" for name, moment in
                zip(("since", "until"), window(0), strict=True))  # fmt: skip


@pytest.fixture
def store(run: Run, database: Database) -> Iterator[ft.TimescaleDBFeatureStore]:
    """A store with two windows of weather, the second of them warmer."""
    assert run("version").code == 0
    with ft.connect(database.url, artifacts="database:") as opened:
        opened.register(WEATHER, ft.FeatureSet("delay", ["weather.temp"]))
        opened.ingest("weather", hourly(1_000, JANUARY))
        fill(opened, 0, shift=9)
        yield opened


def test_a_check_opens_an_incident_that_can_be_looked_after(
    run: Run, store: ft.TimescaleDBFeatureStore
) -> None:
    made = run("quality", "baseline", "weather", f"--until={window(0)[0].isoformat()}",
               "--name=w", "--threshold=weather.sky:linf=0.2", "--json")  # fmt: skip
    assert made.json["thresholds"] == {"weather.sky": {"linf": 0.2}}
    assert "weather.temp@1.0.0" in run("quality", "baselines", "w").out
    assert run("quality", "baselines").out.splitlines()[1].startswith("w ")

    checked = run("drift", "check", "w", SINCE, UNTIL)
    assert checked.code == 1
    assert re.search(r"^weather\.temp +drift +(high|critical) ", checked.out, re.MULTILINE)
    assert "weather.temp moved up by" in checked.out
    again = run("drift", "check", "w", SINCE, UNTIL, "--json")
    assert (again.code, again.json["drifted"]) == (1, ["weather.temp"])
    listed = run("drift", "list", "--json")
    assert listed.code == 1
    own_id = listed.json["incidents"][0]["incident_id"]
    assert run("drift", "acknowledge", own_id, "--actor=ben", "--json").json["open"]
    assert "acknowledged by       ben" in run("drift", "show", own_id).out
    assert run("drift", "resolve", own_id, "sensor replaced", "--json").json["action_taken"] == (
        "sensor replaced"
    )
    assert (run("drift", "list").code, run("drift", "list").out) == (0, "no incidents\n")
    assert run("drift", "list", "--all", "--json").json["incidents"][0]["status"] == "resolved"
    assert (
        run("drift", "checks", "w", "--json").json["checks"][0]["position"]
        == (again.json["position"])
    )
    other = run("drift", "recheck", "0", str(store.position), "--threshold=ks=0.9",
                "--threshold=wasserstein=9", "--threshold=psi=9")  # fmt: skip
    assert other.code == 1
    assert "weather.temp is as in its baseline" in other.out
    few = run("drift", "check", "w", "--last=12h", "--no-record")
    assert (few.code, "weather.temp is not judged" in few.out) == (0, True)


def test_quality_of_a_feature_a_group_and_a_snapshot(
    run: Run, store: ft.TimescaleDBFeatureStore
) -> None:
    store.create_feature_snapshot("delay", hourly(9, JANUARY).select(["origin", "event_time"]))

    feature = run("quality", "check", "weather.temp", SINCE, UNTIL, "--json")
    assert (feature.code, feature.json["rows"]) == (0, 300)
    assert run("quality", "check", "weather.temp", "--no-record").code == 1  # long out of date
    group = run("quality", "check", "weather", "--last=7d", "--at-least=0")
    assert group.code == 0
    assert re.search(r"^weather\.sky +\d", group.out, re.MULTILINE)
    assert run("quality", "check", "delay@1.0.0", "--json").json["snapshot_id"] == "delay@1.0.0"
    assert run("drift", "concept", "delay@1.0.0", "--last=7d").code == 2


BAD = [
    ["quality", "check", "weather.tmp"],
    ["quality", "check", "weather", "--last=7"],
    ["quality", "check", "weather", "--last=7d", SINCE],
    ["quality", "check", "delay@1.0.0", "--last=7d"],
    ["quality", "baseline", "weather", "--threshold=ks"],
    ["quality", "baseline", "weather", "--threshold=ks=much"],
    ["quality", "baseline", "weather", "--season=decade"],
    ["drift", "check", "nothing", "--last=7d"],
    ["drift", "check", "nothing", "--since=2025-01-01"],
    ["drift", "show", "first"],
    ["drift", "recheck", "then", "now"],
]


@pytest.mark.usefixtures("store")
def test_what_cannot_be_done_ends_with_2_and_says_why(run: Run) -> None:
    for line in BAD:
        found = run(*line)

        assert found.code == 2, line
        assert found.err.startswith("error: ")
