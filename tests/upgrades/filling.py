"""What every release fills a store with before its dump is kept, by the public API alone.

Only what the first release had is used without asking for it, so that any later one can run this.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

import featuretrail as ft

START = datetime(2025, 3, 1, tzinfo=UTC)
AIRPORTS = ("EWR", "JFK", "LGA")

WEATHER = ft.FeatureGroup(
    "weather",
    keys={"origin": "text"},
    ttl=timedelta(hours=6),
    owner="ops",
    features=[
        ft.Feature("temp", "float64", "Air temperature", constraints=ft.Range(-60, 140)),
        ft.Feature("sky", "text", "Cloud cover"),
    ],
)
FLIGHTS = ft.FeatureGroup(
    "flights",
    keys={"carrier": "text", "number": "int64"},
    known_time="published",
    features=[
        ft.Feature("delay", "int64"),
        ft.Feature("diverted", "bool"),
        ft.Feature("landed", "timestamptz"),
    ],
)
DELAY = ft.FeatureSet("delay", ["weather.temp", "weather.sky@1.0.0"])


def fill(store: Any) -> None:
    """Register, ingest, retract and freeze; later releases also fill what only they have."""
    store.register(WEATHER, FLIGHTS, DELAY, reason="first version", actor="anna")
    for week in range(3):
        store.ingest("weather", hourly(week), idempotency_key=f"week {week}", source="station")
        store.ingest("flights", landings(week))
    store.create_feature_snapshot("delay", spine(), actor="anna", reason="the first model")
    store.retract("weather", {"origin": "JFK"}, START + timedelta(days=9), "sensor fault")
    store.ingest("weather", hourly(1, warmer=1.5).slice(0, 40), source="late")
    store.create_feature_snapshot("delay", spine(), metadata={"model": "second"})
    store.register(
        ft.FeatureGroup(
            "weather",
            keys={"origin": "text"},
            ttl=timedelta(hours=6),
            owner="ops",
            version="1.1.0",
            features=[*WEATHER.features, ft.Feature("wind", "float64", "Wind speed")],
        ),
        reason="wind counts too",
    )
    store.ingest("weather", with_wind(hourly(3)))
    if hasattr(store, "track_feature_lineage"):
        store.track_feature_lineage("weather.temp", ["source station@7"], streaming_source="live")
        store.track_feature_lineage("weather.wind", ["weather.temp"], computation_rule="by eye")
        store.lineage.retire("weather.wind", reason="too coarse")
        store.record_training_run("forest", "delay@1.0.0", metrics={"auc": 0.75})
    if hasattr(store, "stream"):
        _stream_and_judge(store)
    if hasattr(store, "projections"):
        store.projections.catch_up()


def _stream_and_judge(store: Any) -> None:
    live = {"origin": "EWR", "event_time": START + timedelta(days=29), "temp": 51.5}
    with store.stream("weather", source="live", columns=["temp"]) as writer:
        writer.put([live, b"no message"], offset=[1, 2])
    happened = landings(4).slice(0, 2)
    judged = pa.array([START + timedelta(hours=3), START + timedelta(days=2, hours=3)])
    store.record_outcomes(
        "flights.delay",
        happened.select(["carrier", "number", "event_time", "published", "delay"]).append_column(
            "judged_time", judged.cast(pa.timestamp("us", "UTC"))
        ),
        snapshot="delay@1.0.0",
    )
    store.validate_feature_consistency("delay@1.0.0", ["quality"])


def hourly(week: int, warmer: float = 0.0) -> pa.Table:
    """A week of weather every six hours at each airport, some of it NULL."""
    times = [START + timedelta(weeks=week, hours=6 * n) for n in range(28)]
    rows = [(airport, moment, n) for n, moment in enumerate(times) for airport in AIRPORTS]
    return pa.table(
        {
            "origin": [airport for airport, _, _ in rows],
            "event_time": pa.array([moment for _, moment, _ in rows], pa.timestamp("us", "UTC")),
            "temp": [None if n % 9 == 8 else 40.0 + n + warmer for *_, n in rows],
            "sky": [("clear", "cloudy", "räin")[n % 3] for *_, n in rows],
        }
    )


def with_wind(table: pa.Table) -> pa.Table:
    """The same with a column that came later."""
    return table.append_column("wind", pa.array([float(n % 17) for n in range(table.num_rows)]))


def landings(week: int) -> pa.Table:
    """A flight a day of a carrier, known two hours later."""
    times = [START + timedelta(weeks=week, days=n, hours=9) for n in range(7)]
    stamps = pa.timestamp("us", "UTC")
    return pa.table(
        {
            "carrier": ["UA"] * 7,
            "number": [n % 2 + 1 for n in range(7)],
            "event_time": pa.array(times, stamps),
            "published": pa.array([each + timedelta(hours=2) for each in times], stamps),
            "delay": [n * 5 - 10 for n in range(7)],
            "diverted": [n == 3 for n in range(7)],
            "landed": pa.array(
                [each + timedelta(minutes=n) for n, each in enumerate(times)], stamps
            ),
        }
    )


def spine() -> pa.Table:
    """Twelve moments of each airport, with a flight."""
    times = [START + timedelta(days=2 * n, hours=3) for n in range(12)]
    return pa.table(
        {
            "origin": [airport for _ in times for airport in AIRPORTS],
            "carrier": ["UA"] * 36,
            "number": [n % 2 + 1 for n in range(36)],
            "event_time": pa.array(
                [moment for moment in times for _ in AIRPORTS], pa.timestamp("us", "UTC")
            ),
        }
    )
