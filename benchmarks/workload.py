"""The data that both sides of a comparison get: deterministic, made by numpy, kept as Parquet.

It needs only numpy and pyarrow, so that a peer's environment can import it too.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

KEYS = 10_000
FEATURE_ROWS = 1_000_000
CORRECTIONS = 50_000  # of the feature rows
SPINE_ROWS = 100_000
TTL = timedelta(days=7)
ONLINE_GROUPS = 10
REQUESTS = 200
REQUEST_KEYS = 100

FEATURES_FILE = "features.parquet"
SPINE_FILE = "spine.parquet"
ONLINE_FILE = "online.parquet"
REQUESTS_FILE = "requests.parquet"

_UTC_TIME = pa.timestamp("us", tz="UTC")
_START = int(np.datetime64("2025-01-01", "us").astype(np.int64))
_DAY = 86_400 * 10**6
_SPAN = 180 * _DAY

Times = npt.NDArray[np.int64]


def feature_names(features: int) -> list[str]:
    """Return the names of the value columns: v0, v1, and so on."""
    return [f"v{number}" for number in range(features)]


def feature_rows(rows: int = FEATURE_ROWS, features: int = 1) -> pa.Table:
    """Return rows of entity_id, event_time, created (UTC) and float64 values.

    One row in twenty corrects an earlier one: same key and event time, created later. The rows
    come as a store meets them: the first values in the order of their event times, then the
    corrections in the order of their creation.
    """
    random = np.random.default_rng(2025)
    corrected = rows * CORRECTIONS // FEATURE_ROWS
    first = rows - corrected
    key = random.integers(0, KEYS, first)
    time = np.sort(_START + random.integers(0, _SPAN, first))
    created = time + random.exponential(3600e6, first).astype(np.int64)
    chosen = random.choice(first, corrected, replace=False)
    later = created[chosen] + 1 + random.exponential(5 * _DAY, corrected).astype(np.int64)
    order = np.argsort(later, kind="stable")
    chosen, later = chosen[order], later[order]
    columns: dict[str, Any] = {
        "entity_id": np.concatenate([key, key[chosen]]),
        "event_time": _utc(np.concatenate([time, time[chosen]])),
        "created": _utc(np.concatenate([created, later])),
    }
    values = {name: random.standard_normal(rows) for name in feature_names(features)}
    return pa.table(columns | values)


def batches(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Split ``feature_rows`` into the first values and the corrections, which come last.

    No (key, event time) occurs twice within either, so each is one batch of an ingest.
    """
    first = table.num_rows - table.num_rows * CORRECTIONS // FEATURE_ROWS
    return table.slice(0, first), table.slice(first)


def spine(rows: int = SPINE_ROWS) -> pa.Table:
    """Return rows of entity_id and event_time at which features are asked for."""
    random = np.random.default_rng(99)
    key = random.integers(0, KEYS, rows)
    return pa.table(
        {"entity_id": key, "event_time": _utc(_START + random.integers(0, _SPAN, rows))}
    )


def online_values(groups: int = ONLINE_GROUPS) -> pa.Table:
    """Return the newest value of every key: entity_id and one float64 column for each group."""
    random = np.random.default_rng(7)
    values = {name: random.standard_normal(KEYS) for name in feature_names(groups)}
    return pa.table({"entity_id": np.arange(KEYS), **values})


def requests(count: int = REQUESTS, keys: int = REQUEST_KEYS) -> pa.Table:
    """Return ``count`` online requests of ``keys`` entities each: columns request, entity_id."""
    random = np.random.default_rng(11)
    asked = [random.choice(KEYS, keys, replace=False) for _ in range(count)]
    return pa.table(
        {"request": np.repeat(np.arange(count), keys), "entity_id": np.concatenate(asked)}
    )


def write(folder: Path) -> Path:
    """Write the four tables as Parquet into ``folder``, unless they are there, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    makers = {
        FEATURES_FILE: feature_rows,
        SPINE_FILE: spine,
        ONLINE_FILE: online_values,
        REQUESTS_FILE: requests,
    }
    for name, make in makers.items():
        if not (folder / name).exists():
            unfinished = folder / f"{name}.new"
            pq.write_table(make(), unfinished, compression="zstd")
            unfinished.rename(folder / name)
    return folder


def entity_lists(table: pa.Table) -> list[list[int]]:
    """Return the entities of each request, from the table of ``requests``."""
    request, entity = (table.column(name).to_numpy() for name in ("request", "entity_id"))
    starts = np.flatnonzero(np.diff(request)) + 1
    return [part.tolist() for part in np.split(entity, starts)]


def checksum(columns: Sequence[npt.ArrayLike]) -> str:
    """Return the sha256 of the columns' values in their order; every NaN or NULL counts alike."""
    digest = hashlib.sha256()
    for column in columns:
        array = np.asarray(column)
        if array.dtype.kind == "f":
            array = np.where(np.isnan(array), np.nan, array)
        digest.update(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def joined_checksum(entity: Times, microseconds: Times, values: Sequence[npt.ArrayLike]) -> str:
    """Return the checksum of joined rows in any order: equal rows of a spine have equal values."""
    order = np.lexsort((microseconds, entity))
    return checksum([entity[order], microseconds[order], *(np.asarray(v)[order] for v in values)])


def answers_checksum(answers: Sequence[Mapping[str, npt.ArrayLike]]) -> str:
    """Return the checksum of online answers, each a mapping with entity_id, v0, v1 and so on."""
    columns: list[npt.ArrayLike] = []
    for answer in answers:
        columns.append(np.asarray(answer["entity_id"], np.int64))
        names = feature_names(len(answer) - 1)
        columns.extend(np.asarray(answer[name], np.float64) for name in names)
    return checksum(columns)


def _utc(microseconds: Times) -> pa.Array:
    return pa.array(microseconds, pa.int64()).cast(_UTC_TIME)
