"""What the demo registers: what arrives, what is computed from it, and what a model is asked."""

from datetime import timedelta

import featuretrail as ft
from rules.delays import CARRIER_DELAY, ROUTE_DELAY

OWNER = "operations"
ASKED = ("weather", "carrier_delay", "route_delay")
"""The groups whose features a model may use."""


def groups() -> list[ft.FeatureGroup]:
    """Return the groups that are ingested, then those that are computed from them."""
    return [
        ft.FeatureGroup(
            "weather",
            keys={"origin": "text"},
            ttl=timedelta(hours=6),
            known_time="published_at",
            owner="weather desk",
            description="Hourly observations at the three airports of New York",
            features=[
                ft.Feature(
                    "temp", "float64", "Air temperature", unit="°F", constraints=ft.Range(-60, 140)
                ),
                ft.Feature("dewp", "float64", "Dew point", unit="°F"),
                ft.Feature(
                    "humid", "float64", "Relative humidity", unit="%", constraints=ft.Range(0, 100)
                ),
                ft.Feature(
                    "wind_speed", "float64", "Wind speed", unit="mph", constraints=ft.Range(0, 200)
                ),
                ft.Feature(
                    "wind_gust", "float64", "Speed of gusts; NULL when there are none", unit="mph"
                ),
                ft.Feature("precip", "float64", "Precipitation of the hour", unit="inches"),
                ft.Feature("pressure", "float64", "Pressure at sea level", unit="mbar"),
                ft.Feature(
                    "visib", "float64", "Visibility", unit="miles", constraints=ft.Range(0, 10)
                ),
            ],
        ),
        landing_group("carrier_landings", {"carrier": "text"}, "of a carrier"),
        landing_group("route_landings", {"origin": "text", "dest": "text"}, "on a route"),
        ft.FeatureGroup(
            "flights",
            keys={"flight": "text"},
            known_time="published_at",
            owner=OWNER,
            description="What happened to each flight, the moment it left the gate",
            features=[ft.Feature("dep_delay", "float64", "Departure delay", unit="min")],
        ),
        CARRIER_DELAY,
        ROUTE_DELAY,
    ]


def landing_group(name: str, keys: dict[str, str], whose: str) -> ft.FeatureGroup:
    """Return a group of landings as they happened: what delay features are computed from."""
    return ft.FeatureGroup(
        name,
        keys=keys,
        known_time="published_at",
        owner=OWNER,
        description=f"Each landing {whose}",
        features=[ft.Feature("arr_delay", "float64", "Arrival delay", unit="min")],
    )


def training_set() -> ft.FeatureSet:
    """Return the set ``departure_delay``: all features of weather and delays, labelled."""
    return ft.FeatureSet(
        "departure_delay",
        [
            f"{group.name}.{feature.name}"
            for group in groups()
            if group.name in ASKED
            for feature in group.features
        ],
        label="flights.dep_delay",
        owner="forecasting",
        description="How late will a flight leave, asked an hour before it should?",
    )
