"""Retention at work: how fast ``maintain`` removes values of a group, and past rows of tables."""

import os
from collections.abc import Iterator
from time import perf_counter

import attrs

import featuretrail as ft
from benchmarks.history import append_next
from benchmarks.measure import AnyConnection, Row, Timing
from featuretrail.domain.events import Event
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog

EVENTS = int(os.environ.get("FEATURETRAIL_BENCH_EVENTS", "20000"))
ROUNDS = 2
PLAIN = "plain_"
"""Begins the names of the groups that are not compressed."""

_CHUNKS = """SELECT range_end FROM timescaledb_information.chunks
WHERE hypertable_schema = 'featuretrail_values' AND hypertable_name = %s ORDER BY 1"""
_NOW = "SELECT greatest(clock_timestamp(), h.recorded_at) FROM featuretrail.log_head AS h"
_LATER = """UPDATE featuretrail.log_head AS h
SET recorded_at = greatest(clock_timestamp(), h.recorded_at) + interval '100 days'"""


def values_removed(
    store: ft.TimescaleDBFeatureStore, connection: AnyConnection, group: ft.FeatureGroup
) -> Row:
    """The horizon moves on, a chunk a step, over a group that is compressed and its twin."""
    ends = [end for (end,) in connection.execute(_CHUNKS, [group.name])][:-1]
    seconds: dict[str, list[float]] = {"not compressed": [], "compressed": []}
    rows = dict.fromkeys(seconds, 0)
    for step, end in enumerate(ends, start=1):
        for side, name in {"not compressed": PLAIN + group.name, "compressed": group.name}.items():
            [(now,)] = connection.execute(_NOW)
            version = f"1.{step}.0"
            store.register(attrs.evolve(group, name=name, version=version, retention=now - end))
            begun = perf_counter()
            removed = store.maintain().removed
            seconds[side].append(perf_counter() - begun)
            rows[side] += sum(each.rows for each in removed if each.name == name)
    if rows["compressed"] != rows["not compressed"] or not rows["compressed"]:
        raise RuntimeError(f"the twins lost {rows} rows")
    sides = {side: Timing.of(each) for side, each in seconds.items()}
    rates = {side: rows[side] / sum(each) for side, each in seconds.items()}
    note = ", ".join(f"{side} {rate:,.0f} rows/s" for side, rate in rates.items())
    work = (
        f"retention removes {rows['compressed']:,} values, {len(ends)} steps, compressed over not"
    )
    ratio = rates["not compressed"] / rates["compressed"]
    return Row(work, ratio, 2, "lower", sides, f"{note}; no target in the specification")


def past_rows_removed(
    store: ft.TimescaleDBFeatureStore,
    connection: AnyConnection,
    url: str,
    history: Iterator[Event],
) -> Row:
    """The tables take events in, a hundred days pass, and ``maintain`` removes what is past."""
    seconds: dict[str, list[float]] = {"take in": [], "remove": []}
    rows = 0
    with Database(url) as database:
        log = EventLog(database)
        for _ in range(ROUNDS):
            append_next(log, history, EVENTS // ROUNDS)
            begun = perf_counter()
            store.projections.catch_up()
            seconds["take in"].append(perf_counter() - begun)
            connection.execute(_LATER)
            begun = perf_counter()
            removed = store.maintain().removed
            seconds["remove"].append(perf_counter() - begun)
            rows += sum(each.rows for each in removed if each.kind == "table")
    if not store.projections.verify().ok:
        raise RuntimeError("what is left in the tables is not what the log makes")
    sides = {side: Timing.of(each) for side, each in seconds.items()}
    note = f"{rows / sum(seconds['remove']):,.0f} rows/s; equal to a rebuild afterwards; "
    work = f"retention removes {rows:,} past rows of the read side, time over taking events in"
    ratio = sum(seconds["remove"]) / sum(seconds["take in"])
    return Row(work, ratio, 1, "lower", sides, f"{note}no target in the specification")
