"""``performance``: exit codes, JSON, and what cannot be meant."""

from uuid import uuid4

import pytest

import featuretrail as ft
from featuretrail.domain.events import Metadata
from featuretrail.domain.records import measurement, performance_sample
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.store.weather import NOON

pytestmark = pytest.mark.tiers("embedded")


def record(database: Database, **versions: list[float]) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        measured = [
            measurement("weather.temp", NOON, time, "training", version=name.replace("_", ".")[1:])
            for name, times in versions.items()
            for time in times
        ]
        store._log.append(performance_sample(uuid4(), measured, Metadata()))
        store.projections.catch_up()


def test_without_measurements_there_is_nothing_to_show(defined: Run) -> None:
    shown, hints = defined("performance", "show"), defined("performance", "hints")
    detail = defined("performance", "show", "weather.temp")

    assert (shown.code, hints.code, detail.code) == (0, 0, 0)
    assert "nothing was measured" in shown.out
    assert "nothing was measured" in detail.out
    assert "no hint" in hints.out
    assert defined("performance", "show", "--json").json["features"] == []
    assert defined("performance", "hints", "--json").json == {"hints": []}


def test_what_the_read_side_has_not_taken_in_yet_is_told(defined: Run, database: Database) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        costs = [measurement("weather.temp", NOON, 1.0, "training")]
        store._log.append(performance_sample(uuid4(), costs, Metadata()))

    detail = defined("performance", "show", "weather.temp")

    assert "nothing was measured" in detail.out
    assert "the read side lacks" in detail.out


def test_a_version_that_became_slower_is_a_finding(defined: Run, database: Database) -> None:
    times = [10 + n / 100 for n in range(50)]
    record(database, v1_0_0=times, v1_1_0=[3 * time for time in times])

    shown = defined("performance", "show")
    detail = defined("performance", "show", "weather.temp", "--since", "1h", "--json")

    assert (shown.code, detail.code) == (1, 1)
    assert "1.1.0 is 3.0x slower than 1.0.0 at p95" in shown.out
    [comparison] = detail.json["comparisons"]
    assert (comparison["verdict"], comparison["baseline"]) == ("slower", "1.0.0")
    assert [each["uses"] for each in detail.json["versions"]] == [50, 50]


def test_a_version_that_did_not_is_none(defined: Run, database: Database) -> None:
    times = [10 + n / 100 for n in range(50)]
    record(database, v1_0_0=times, v1_1_0=times)

    detail = defined("performance", "show", "weather.temp")

    assert detail.code == 0
    assert "1.1.0 is not slower than 1.0.0" in detail.out


def test_a_snapshot_of_the_command_line_is_recorded(filled: Run) -> None:
    assert filled("snapshot", "create", "departure_delay", "spine.csv").code == 0
    assert filled("projections", "rebuild").code == 0

    shown = filled("performance", "show", "--since", "2000-01-01T00:00:00Z", "--json").json

    assert [(each["feature_name"], each["uses"]) for each in shown["features"]] == [
        ("weather.temp", 1),
        ("weather.wind_speed", 1),
    ]


def test_a_budget_is_set(defined: Run) -> None:
    done = defined("performance", "budget", "weather.temp", "5", "--json")
    again = defined("performance", "budget", "weather.temp@1.0.0", "7.5", "--reason", "a test")

    assert done.json == {"feature_name": "weather.temp", "budget_ms": 5.0}
    assert again.code == 0
    assert defined("projections", "rebuild").code == 0
    shown = defined("performance", "show", "weather.temp", "--json").json
    assert shown["budget_ms"] == 7.5


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["show", "weather.tmp"], "did you mean 'weather.temp'"),
        (["show", "weather"], "must read 'group.feature'"),
        (["show", "--since", "7"], "give 90m, 12h, 7d or so, or a time"),
        (["show", "--since", "7 days"], "is no time"),
        (["show", "--since", "0d"], "give a positive timedelta"),
        (["show", "--since", "999999d"], "at most 36,500 days"),
        (["hints", "--since", "2999-01-01T00:00:00Z"], "which is still to come"),
        (["hints", "--since", "2013-01-01T00:00:00"], "has no time zone"),
        (["budget", "weather.temp", "0"], "budget_ms is 0"),
        (["budget", "weather.temp", "nan"], "budget_ms is nan"),
        (["budget", "weather.tmp", "5"], "did you mean 'weather.temp'"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(
    defined: Run, arguments: list[str], complaint: str
) -> None:
    done = defined("performance", *arguments)

    assert done.code == 2
    assert complaint in done.err
