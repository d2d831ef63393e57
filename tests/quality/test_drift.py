"""Checks of drift over a store, and the incidents that they open, update and resolve."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.engines.database import Database
from tests.quality.weather import JANUARY, fill, hourly, window


@pytest.fixture
def watched(store: ft.TimescaleDBFeatureStore) -> ft.TimescaleDBFeatureStore:
    """A store with a baseline of its weather, named ``weather``."""
    store.quality.create_baseline("weather", name="weather")
    return store


@pytest.mark.tiers("embedded", "apache", "community")
def test_an_incident_opens_updates_and_resolves_by_itself(
    watched: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    quality = watched.quality
    stable = quality.check_drift("weather", window=fill(watched, 0))
    first = quality.check_drift("weather", window=fill(watched, 1, shift=8))
    later = quality.check_drift("weather", window=fill(watched, 2, shift=9))

    assert (stable.ok, stable.incidents) == (True, {})
    assert first.drifted == later.drifted == ("weather.temp",)
    assert (len(first.opened), later.opened, later.updated) == (1, (), first.opened)
    [incident] = quality.incidents()
    assert incident.since == window(1)[0]
    assert incident.words.startswith("weather.temp moved up by 0.")
    assert "since 24 February 2025 04:00; " in incident.words
    assert incident.words == later.verdicts["weather.temp"].words

    noticed = quality.acknowledge(incident, actor="ben")
    assert (noticed.status, noticed.acknowledged_by) == ("acknowledged", "ben")
    assert quality.acknowledge(incident.incident_id, actor="eve").acknowledged_by == "ben"
    returned = quality.check_drift("weather", window=fill(watched, 4))
    assert returned.resolved == first.opened
    assert quality.incidents() == []
    [ended] = quality.incidents(open=False)
    assert ended.action_taken == (
        f"returned to its baseline in the window that ends at {window(4)[1].isoformat()}"
    )
    assert quality.incidents(open=None, feature="weather.temp") == [ended]
    assert quality.incidents(open=None, feature="weather.sky") == []
    with pytest.raises(ft.ConflictError):
        quality.resolve(ended, "again")

    watched.projections.catch_up()
    with database.connect() as connection:
        [row] = connection.execute(
            "SELECT feature_name, severity, resolved_at IS NOT NULL, acknowledged_by "
            "FROM featuretrail.feature_drift_detection"
        ).fetchall()
    assert row == ("weather.temp", "high", True, "ben")
    assert [each.position for each in quality.checks("weather")] == [
        returned.position, later.position, first.position, stable.position
    ]  # fmt: skip


def test_the_same_values_checked_again_say_and_move_nothing_new(
    watched: ft.TimescaleDBFeatureStore,
) -> None:
    quality = watched.quality
    old = quality.check_drift("weather", window=fill(watched, 0, shift=8))
    new = quality.check_drift("weather", window=fill(watched, 1, shift=9))
    head = watched.position

    assert quality.check_drift("weather", window=window(1)).position == new.position
    assert quality.check_drift("weather", window=window(0)).position == old.position
    assert watched.position == head
    assert len(watched.audit.history("drift check weather")) == 2
    assert len(watched.audit.history("baseline weather")) == 1
    assert len(watched.audit.history(f"drift incident {new.updated[0]}")) == 2
    assert watched.audit.verify().ok
    assert quality.check_drift("weather", window=window(1), alpha=0.01).position == head + 1
    assert quality.check_drift("weather", window=window(1), record=False).position is None


def test_an_older_window_is_recorded_and_moves_no_incident(
    watched: ft.TimescaleDBFeatureStore,
) -> None:
    fill(watched, 0)
    opened = watched.quality.check_drift("weather", window=fill(watched, 1, shift=8))

    older = watched.quality.check_drift("weather", window=window(0))

    assert older.ok
    assert older.position is not None
    assert older.incidents == opened.incidents
    assert len(watched.quality.incidents()) == 1


def test_late_values_of_the_newest_window_resolve_what_their_lack_opened(
    watched: ft.TimescaleDBFeatureStore,
) -> None:
    bounds = window(0)
    watched.ingest("weather", hourly(300, bounds[0], temp=[None] * 300))
    gone = watched.quality.check_drift("weather", window=bounds)
    assert gone.verdicts["weather.temp"].status == "critical"
    assert watched.quality.incidents()[0].severity == "critical"

    watched.ingest("weather", hourly(300, bounds[0]))

    assert watched.quality.check_drift("weather", window=bounds).resolved == gone.opened
    then = watched.quality.check_drift(
        "weather", window=bounds, known_at=gone.known_position, record=False
    )
    assert then.drifted == gone.drifted


def test_two_checkers_at_once_open_one_incident(
    watched: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    bounds = fill(watched, 0, shift=8)

    def check(actor: str) -> ft.DriftCheck:
        with ft.connect(database.url, actor=actor, artifacts="database:") as own:
            return own.quality.check_drift("weather", window=bounds)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(check, "abcd"))

    assert len({each.position for each in found}) == 1
    assert len(watched.quality.incidents()) == 1
    assert sum(len(each.opened) for each in found) == 1


def test_an_incident_that_someone_ended_opens_anew_if_the_feature_still_drifts(
    watched: ft.TimescaleDBFeatureStore,
) -> None:
    first = watched.quality.check_drift("weather", window=fill(watched, 0, shift=8))
    ended = watched.quality.resolve(str(first.opened[0]), "the sensor was replaced", actor="ben")
    assert ended.action_taken == "the sensor was replaced"

    again = watched.quality.check_drift("weather", window=fill(watched, 1, shift=8))

    assert again.opened
    assert again.opened != first.opened


def test_a_snapshot_has_incidents_of_its_own_and_knows_that_it_drifted(
    watched: ft.TimescaleDBFeatureStore, database: Database
) -> None:
    fill(watched, 0, shift=8)
    watched.register(ft.FeatureSet("delay", ["weather.temp", "weather.sky"]))
    for number, start in enumerate((window(0)[0], JANUARY)):
        spine = hourly(200, start).select(["origin", "event_time"])
        watched.create_feature_snapshot("delay", spine, f"1.{number}.0")

    drifted = watched.quality.check_drift("weather", snapshot="delay@1.0.0")
    watched.quality.check_drift("weather", window=(JANUARY, JANUARY + timedelta(hours=500)))

    assert drifted.drifted == ("weather.temp",)
    [incident] = watched.quality.incidents()  # a window of stored values does not resolve it
    assert incident.current_snapshot_id == "delay@1.0.0"
    assert watched.quality.check_drift("weather", snapshot="delay@1.1.0").resolved
    assert watched.check_feature_quality("weather.temp").dimensions["stability"].score == 100.0
    watched.projections.catch_up()
    with database.connect() as connection:
        found = connection.execute(
            "SELECT snapshot_id, drift_detected FROM featuretrail.feature_snapshot_versions"
        ).fetchall()
    assert dict(found) == {"delay@1.0.0": True, "delay@1.1.0": False}


def test_data_of_the_callers_is_compared_and_moves_no_incident(
    watched: ft.TimescaleDBFeatureStore,
) -> None:
    data = hourly(300, JANUARY, shift=8)

    found = watched.quality.check_drift("weather", data=data)

    assert found.drifted == ("weather.temp",)
    assert (found.opened, watched.quality.incidents()) == ((), [])
    assert watched.quality.check_drift("weather", data=data).position == found.position
    nothing = watched.quality.check_drift("weather", data=data.slice(0, 0), record=False)
    assert {each.status for each in nothing.verdicts.values()} == {"empty"}
    few = watched.quality.check_drift("weather", data=data.slice(0, 5), record=False)
    assert {each.status for each in few.verdicts.values()} == {"insufficient"}


def test_odd_values_get_a_verdict_and_are_recorded(watched: ft.TimescaleDBFeatureStore) -> None:
    odd = np.where(
        np.arange(300) % 3 == 0, np.nan, np.where(np.arange(300) % 3 == 1, np.inf, 1e300)
    )
    found = watched.quality.check_drift(
        "weather", window=fill(watched, 0, temp=odd, sky=["☃"] * 300)
    )

    assert set(found.drifted) == {"weather.temp", "weather.sky"}
    assert len(watched.quality.incidents()) == 2
    empty = watched.quality.check_drift("weather", window=window(9))
    assert {each.status for each in empty.verdicts.values()} == {"empty"}
    assert len(empty.incidents) == 2


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({}, ft.InvalidInputError),
        ({"window": timedelta(days=1), "snapshot": "delay@1.0.0"}, ft.InvalidInputError),
        ({"window": timedelta(days=1), "alpha": 0}, ft.InvalidInputError),
        ({"window": timedelta(days=1), "thresholds": {"kss": 1}}, ft.InvalidDefinitionError),
        ({"window": timedelta(days=1), "known_at": 10**9}, ft.NotFoundError),
        ({"snapshot": "delay@1.0.0"}, ft.NotFoundError),
        ({"data": [1.0]}, ft.InvalidInputError),
        ({"data": pa.table({"temp": [1.0]})}, ft.NotFoundError),
    ],
)
def test_bad_requests_are_refused(drift: Any, how: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        drift("weather", **how)


def test_unknown_baselines_and_incidents_are_refused_with_those_there_are(drift: Any) -> None:
    with pytest.raises(ft.NotFoundError, match="did you mean 'weather'"):
        drift("wether", window=timedelta(days=1))
    quality = drift.__self__
    with pytest.raises(ft.NotFoundError):
        quality.incident("c0ffee00-0000-4000-8000-000000000001")
    with pytest.raises(ft.InvalidInputError, match="give its id"):
        quality.acknowledge("the first one")
