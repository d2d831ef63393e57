"""A store with something of everything that documentation tells, and names that would do harm."""

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import featuretrail as ft
from featuretrail.domain.events import ConsistencyChecked, Metadata
from featuretrail.domain.events.checks import CheckStatus, CheckType
from featuretrail.domain.records import consistency_check
from featuretrail.infrastructure.database import Database as Connections
from featuretrail.infrastructure.log.application import EventLog

Floats = NDArray[np.float64]

START = datetime(2026, 1, 5, tzinfo=UTC)
HARM = "<script>document.title='harmed'</script><img src=x onerror=\"document.title='harmed'\">"
ORIGINS = ("EWR", "JFK", "LGA")

WEATHER = ft.FeatureGroup(
    "weather",
    keys={"origin": "text"},
    ttl=timedelta(hours=6),
    owner="meteorology",
    description="Hourly observations at the three airports of New York, as the weather service "
    "publishes them.",
    tags=["airport"],
    features=[
        ft.Feature(
            "temp",
            "float64",
            "Air temperature two metres above the runway, measured each hour; the sensor is "
            "recalibrated in spring.",
            unit="°F",
            constraints=ft.Range(-60, 140),
            tags=["observed"],
        ),
        ft.Feature(
            "wind_speed",
            "float64",
            "Mean wind speed over the ten minutes before the observation, gusts left out.",
            unit="mph",
            constraints=ft.Range(0, 200),
        ),
        ft.Feature(
            "sky", "text", "What the sky looked like", constraints=ft.OneOf(["clear", "rain"])
        ),
        ft.Feature("remark", "text", HARM, owner=HARM, tags=["free text"]),
    ],
)


@ft.rule(parents=["weather.temp", "weather.wind_speed"], history=timedelta(0))
def wind_chill(temp: Floats, wind_speed: Floats) -> Floats:
    """Wind chill by the formula of the National Weather Service, 2001."""
    power = np.power(np.maximum(wind_speed, 3.0), 0.16)
    felt: Floats = 35.74 + 0.6215 * temp - 35.75 * power + 0.4275 * temp * power
    return felt


COMFORT = ft.FeatureGroup(
    "comfort",
    keys={"origin": "text"},
    owner="operations",
    features=[
        ft.Feature(
            "wind_chill",
            "float64",
            "How cold the air feels on skin, from temperature and wind together.",
            unit="°F",
            rule=wind_chill,
        ),
        ft.Feature(
            "frost",
            "bool",
            "Whether water freezes",
            rule=ft.sql_rule("temp < 32 OR '<script>' = ''", parents=["weather.temp"]),
        ),
    ],
)

PEOPLE = ft.FeatureGroup(
    "passengers",
    keys={"passenger": "int64"},
    tags=["personal"],
    features=[ft.Feature("loyalty", "int64", unit="points")],
)

LONG = ft.FeatureGroup(
    "C" * 63, keys={"k" * 63: "int64"}, features=[ft.Feature("D" * 63, "float64", "W" * 200)]
)
"""Names as long as they may be, all capitals, whose files would have longer names than they may."""

DELAY = ft.FeatureSet(
    "departure_delay",
    ["weather.temp", "weather.wind_speed", "comfort.wind_chill"],
    description="What a departure's delay is predicted from.",
    owner="operations",
)


def hourly(first: int, hours: int, shift: float = 0.0) -> pa.Table:
    """Return the rows of ``hours`` hours at three airports; ``shift`` is in degrees."""
    chance = np.random.default_rng([7, first])
    count = hours * len(ORIGINS)
    begin = np.datetime64(START.replace(tzinfo=None), "us") + np.timedelta64(first, "h")
    times = np.repeat(begin + np.arange(hours) * np.timedelta64(1, "h"), len(ORIGINS))
    return pa.table(
        {
            "origin": list(ORIGINS) * hours,
            "event_time": pa.array(times, pa.timestamp("us", "UTC")),
            "temp": chance.normal(45 + shift, 9, count),
            "wind_speed": chance.gamma(3, 4, count),
            "sky": chance.choice(["clear", "rain"], count),
            "remark": [HARM] * count,
        }
    )


def fill(store: ft.TimescaleDBFeatureStore, url: str) -> None:
    """Fill a store: definitions, values, rules, a snapshot, checks, drift and what they cost."""
    store.register(WEATHER, reason="first version")
    store.register(COMFORT, PEOPLE, LONG, reason=HARM)
    store.register(ft.FeatureSet("E" * 63, [f"{LONG.name}.{'D' * 63}"]))
    store.ingest("weather", hourly(0, 24 * 14), source="first load")
    store.compute("comfort")
    store.register(DELAY, reason="for the delay model")
    spine = {
        "origin": list(ORIGINS) * 20,
        "event_time": [START + timedelta(hours=40 + 5 * n) for n in range(20) for _ in ORIGINS],
    }
    store.create_feature_snapshot("departure_delay", spine, reason="training data of January")
    store.record_training_run("delay_forest", "departure_delay@1.0.0", metrics={"rmse": 11.4})
    store.quality.create_baseline("weather", name="winter", reason="what January looks like")
    for day in range(5):
        first = 24 * (14 + day)
        store.ingest("weather", hourly(first, 24, shift=(0, 0, 16, 18, 0)[day]))
        start = START + timedelta(hours=first)
        store.quality.check_drift("winter", window=(start, start + timedelta(hours=24)))
    store.check_feature_quality("weather.temp")
    changed = ft.Feature(
        "temp",
        "float64",
        "Air temperature two metres above the runway, measured each hour.",
        version="1.0.1",
        unit="°F",
        constraints=ft.Range(-60, 140),
        tags=["observed"],
    )
    store.register(
        ft.FeatureGroup(
            "weather",
            keys={"origin": "text"},
            ttl=timedelta(hours=6),
            owner="meteorology",
            description=WEATHER.description,
            tags=["airport"],
            features=[changed],
        ),
        reason="the sensor is no longer recalibrated",
        actor="ines",
    )
    with Connections(url) as connections:
        EventLog(connections).append(*_consistency())
    for number in range(30):
        with store.performance.measure("weather.temp", "inference", rows=number + 1):
            sum(range(2_000 + 60 * number))
    store.performance.flush()
    store.projections.catch_up()


_FOUND: tuple[tuple[CheckType, CheckStatus, int, float | None], ...] = (
    ("streaming", "passed", 0, 97.0),
    ("cross_system", "warning", 2, 81.5),
    ("outcome", "not evaluated", 0, None),
)


def _consistency() -> list[ConsistencyChecked]:
    return [
        consistency_check(
            uuid5(NAMESPACE_URL, kind),
            "departure_delay@1.0.0",
            Metadata(actor="ines", reason=HARM),
            check_type=kind,
            status=status,
            details={
                "comparisons": [],
                "reasons": [f"{wrong} of 60 differ {HARM}"] if wrong else [],
            },
            check_duration_ms=12.5,
            confidence_score=confidence,
        )
        for kind, status, wrong, confidence in _FOUND
    ]
