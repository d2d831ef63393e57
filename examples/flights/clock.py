"""Turns the flights' wall clocks into instants: minutes since 2013-01-01 00:00 UTC, as int64.

Departures are easy: the scheduled hour comes in UTC and the delay in minutes. Landings are not:
``arr_time`` is the destination's wall clock without a date, so a landing is the departure plus the
way the destination's clock moved forward, less than a day, put right where the clock itself was
changed in flight. Only the rule of the United States for 2013 is needed, so no time zone
database is either: summer time began on 10 March and ended on 3 November, at 2 a.m. by the wall.
"""

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flights import source

Minutes = NDArray[np.int64]

YEAR_BEGIN: Final = np.datetime64("2013-01-01T00:00", "m")
DAY: Final = 24 * 60

_SPRING: Final = int((np.datetime64("2013-03-10T02:00", "m") - YEAR_BEGIN).astype(np.int64))
_AUTUMN: Final = int((np.datetime64("2013-11-03T01:00", "m") - YEAR_BEGIN).astype(np.int64))
"""When summer time begins and ends, on a clock left on winter time."""

_NOT_LISTED: Final = {"SJU": -4, "BQN": -4, "PSE": -4, "STT": -4}
"""Hours from UTC of the airports of Puerto Rico and the Virgin Islands, which airports.csv lacks;
they keep Atlantic time all year."""


def minutes(instants: pa.ChunkedArray) -> Minutes:
    """Return instants without NULLs as minutes since the year began in UTC."""
    stamps = instants.to_numpy().astype("datetime64[m]")
    return np.asarray((stamps - YEAR_BEGIN).astype(np.int64))


def instants(values: Minutes) -> pa.Array:
    """Return minutes since the year began as an Arrow column of UTC instants."""
    stamps = (YEAR_BEGIN + values.astype("timedelta64[m]")).astype("datetime64[us]")
    return pa.array(stamps, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))


def scheduled_departures(flights: pa.Table) -> Minutes:
    """Return when each flight was to leave the gate."""
    return np.asarray(minutes(flights["time_hour"]) + flights["minute"].to_numpy())


def departures(flights: pa.Table) -> Minutes:
    """Return when each flight left the gate; every flight must have a ``dep_delay``."""
    late = flights["dep_delay"].to_numpy().astype(np.int64)
    return np.asarray(scheduled_departures(flights) + late)


def landings(flights: pa.Table) -> Minutes:
    """Return when each flight reached the gate; every flight must have an ``arr_delay``.

    Twice a year a reading is doubtful: between 1 and 2 a.m. when summer time ends it comes twice,
    between 2 and 3 a.m. when it begins not at all, yet some flights have it. The later instant is
    taken, because a value seen an hour late is harmless and one seen early is a leak.
    """
    departed = departures(flights)
    offset, keeps_summer = _zones(flights["dest"])
    hhmm = flights["arr_time"].to_numpy().astype(np.int64)
    standard = departed + offset
    left = standard + 60 * (keeps_summer & (standard >= _SPRING) & (standard < _AUTUMN))
    read = left + (hhmm // 100 * 60 + hhmm % 100 - left) % DAY
    in_summer = keeps_summer & (read >= _SPRING + 60) & (read < _AUTUMN)
    return np.asarray(read - offset - 60 * in_summer)


def _zones(dest: pa.ChunkedArray) -> tuple[Minutes, NDArray[np.bool_]]:
    """Return each destination's winter offset from UTC in minutes, and if it keeps summer time."""
    table = source.airports()
    rows = zip(
        table["faa"].to_pylist(), table["tz"].to_pylist(), table["dst"].to_pylist(), strict=True
    )
    zones = {faa: (hours * 60, dst == "A") for faa, hours, dst in rows}
    zones |= {faa: (hours * 60, False) for faa, hours in _NOT_LISTED.items()}
    encoded = dest.combine_chunks().dictionary_encode()
    found = [zones[code] for code in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy()
    offsets = np.array([offset for offset, _ in found], np.int64)
    return offsets[codes], np.array([summer for _, summer in found])[codes]
