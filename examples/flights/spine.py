"""The questions: departures, each asked about one hour before it was due."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flights import clock, source, times

ASKED_BEFORE: Final = 60
"""Minutes from the question to the scheduled departure."""

LABEL: Final = "dep_delay"


def spine(flights: pa.Table, rows: int) -> pa.Table:
    """Return ``rows`` departures of January to October, spread evenly, in order of their time.

    Columns: ``flight`` (carrier and number, for people), the keys ``carrier``, ``origin`` and
    ``dest``, ``event_time`` (an hour before the scheduled departure) and the label ``dep_delay``
    (minutes late at the gate). The label rides along in the spine: it is what happened later, and
    no lookup an hour before departure may ever find it. Cancelled flights have none and are left
    out.
    """
    departed = flights.filter(flights["dep_delay"].is_valid())
    asked = clock.scheduled_departures(departed) - ASKED_BEFORE
    order = np.argsort(asked, kind="stable")
    departed, asked = departed.take(pa.array(order)), asked[order]
    number = departed["flight"].cast(pa.string())
    table = pa.table(
        {
            "flight": pc.binary_join_element_wise(departed["carrier"], number, " "),
            "carrier": departed["carrier"],
            "origin": departed["origin"],
            "dest": departed["dest"],
            "event_time": clock.instants(asked),
            LABEL: departed["dep_delay"],
        }
    )
    return source.thinned(times.before(table, times.NOVEMBER), rows).combine_chunks()
