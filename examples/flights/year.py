"""The year's data, read once: what arrives, what is asked, what gets corrected."""

from typing import Self

import pyarrow as pa
from attrs import frozen

from flights import departures, landings, observations, source, times

FLIGHTS = 336_776
SPINE_ROWS = 40_000


def thinned_flights(rows: int) -> int:
    """Return how many flights of the year are taken for ``rows`` questions: all for 40,000."""
    return FLIGHTS * min(rows, SPINE_ROWS) // SPINE_ROWS


@frozen
class Year:
    """The values of each ingested group, in full; ``spine`` asks about January to October.

    ``december`` asks about December.
    """

    flights: int
    weather: pa.Table
    carrier_landings: pa.Table
    route_landings: pa.Table
    outcomes: pa.Table
    spine: pa.Table
    december: pa.Table
    carriers: dict[str, str]

    @classmethod
    def read(cls, rows: int = SPINE_ROWS) -> Self:
        """Read the year with ``rows`` questions; fewer than 40,000 thin the flights alike."""
        flights = source.thinned(source.flights(), thinned_flights(rows))
        return cls(
            flights.num_rows,
            observations.weather_table(),
            landings.landing_table(flights, ["carrier"]),
            landings.landing_table(flights, ["origin", "dest"]),
            departures.outcome_table(flights),
            departures.spine(flights, rows, times.JANUARY, times.NOVEMBER),
            departures.spine(flights, rows // 10, times.DECEMBER, times.NEXT_YEAR),
            source.carrier_names(),
        )

    @property
    def values(self) -> dict[str, pa.Table]:
        """The values of every ingested group by its name."""
        return {
            "weather": self.weather,
            "carrier_landings": self.carrier_landings,
            "route_landings": self.route_landings,
            "flights": self.outcomes,
        }
