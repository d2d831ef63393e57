"""What is asked and what happened: a spine of departures, and how late each one left."""

from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flights import clock, source, times

ASKED_BEFORE: Final = 60
"""Minutes from the question to the scheduled departure."""

PUBLISHED_AFTER: Final = 5
"""Minutes from a departure to its publication: an assumption of this demo."""


def outcome_table(flights: pa.Table) -> pa.Table:
    """Return the values of the group ``flights``: minutes late at the gate, when it was left.

    Cancelled flights never left and have no row.
    """
    left = flights.filter(flights["dep_delay"].is_valid())
    departed = clock.departures(left)
    return pa.table(
        {
            "flight": _names(left),
            "event_time": clock.instants(departed),
            "published_at": clock.instants(departed + PUBLISHED_AFTER),
            "dep_delay": left["dep_delay"],
        }
    )


def spine(flights: pa.Table, rows: int, since: datetime, until: datetime) -> pa.Table:
    """Return ``rows`` departures asked about in a time, spread evenly, in order of their time.

    Columns: the keys ``flight``, ``carrier``, ``origin`` and ``dest``, and ``event_time``, an hour
    before the scheduled departure: when the question is asked. What happened is not in it.
    """
    left = flights.filter(flights["dep_delay"].is_valid())
    asked = clock.scheduled_departures(left) - ASKED_BEFORE
    order = np.argsort(asked, kind="stable")
    left = left.take(pa.array(order))
    table = pa.table(
        {
            "flight": _names(left),
            "carrier": left["carrier"],
            "origin": left["origin"],
            "dest": left["dest"],
            "event_time": clock.instants(asked[order]),
        }
    )
    return source.thinned(times.before(times.since(table, since), until), rows).combine_chunks()


def _names(flights: pa.Table) -> pa.ChunkedArray:
    """Return what names a flight of the year: ``07-04 EWR UA1545``, New York's date first."""
    month, day = (_two_digits(flights[column]) for column in ("month", "day"))
    number = pc.binary_join_element_wise(
        flights["carrier"], flights["flight"].cast(pa.string()), ""
    )
    date = pc.binary_join_element_wise(month, day, "-")
    return pc.binary_join_element_wise(date, flights["origin"], number, " ")


def _two_digits(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lpad(numbers.cast(pa.string()), width=2, padding="0")
