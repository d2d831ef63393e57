"""The demo's landings against the time zone database, which the demo itself does without."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from pyarrow import csv

from flights import clock, source

SPRING = date(2013, 3, 10)  # 2 a.m. to 3 a.m. did not exist, yet a few flights have it
NO_SUMMER_TIME = {"America/Puerto_Rico", "America/Phoenix", "Pacific/Honolulu"}
ISLANDS = dict.fromkeys(("SJU", "BQN", "PSE", "STT"), "America/Puerto_Rico")


@pytest.fixture(scope="module")
def landed() -> pa.Table:
    """Some flights of the whole year, and all of the days around the changes of the clock."""
    flights = source.flights()
    flights = flights.filter(flights["arr_delay"].is_valid())
    around = [(3, 9), (3, 10), (3, 11), (11, 2), (11, 3), (11, 4)]
    days = list(zip(flights["month"].to_pylist(), flights["day"].to_pylist(), strict=True))
    wanted = [row for row, day in enumerate(days) if day in around or row % 97 == 0]
    return flights.take(pa.array(wanted))


def test_landings_agree_with_the_wall_clocks_of_their_destinations(landed: pa.Table) -> None:
    zones = _zones()
    instants = clock.instants(clock.landings(landed)).to_pylist()

    for flight, landing in zip(landed.to_pylist(), instants, strict=True):
        zone = zones[flight["dest"]]
        wall = landing.astimezone(ZoneInfo(zone))
        read = int(flight["arr_time"])
        skipped = wall.date() == SPRING and 200 <= read < 300 and zone not in NO_SUMMER_TIME
        assert wall.hour == read // 100 % 24 + skipped, flight
        assert wall.minute == read % 100, flight


def test_no_flight_lands_before_it_left_or_a_day_later(landed: pa.Table) -> None:
    left = clock.instants(clock.departures(landed)).to_pylist()
    came = clock.instants(clock.landings(landed)).to_pylist()

    hours = [(b - a) / timedelta(hours=1) for a, b in zip(left, came, strict=True)]

    assert 0.4 < min(hours) < max(hours) < 13


def test_departures_are_scheduled_at_new_yorks_wall_clock() -> None:
    first = source.flights().slice(0, 1)

    assert clock.instants(clock.scheduled_departures(first)).to_pylist() == [
        datetime(2013, 1, 1, 10, 15, tzinfo=UTC)
    ]


def _zones() -> dict[str, str]:
    table = csv.read_csv(source.data_folder() / "airports.csv")
    names = zip(table["faa"].to_pylist(), table["tzone"].to_pylist(), strict=True)
    return dict(names) | ISLANDS
