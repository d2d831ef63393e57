"""What the demo registers: four feature groups and the feature set a model is trained on."""

from datetime import timedelta

import featuretrail as ft

OWNER = "operations"


def groups() -> list[ft.FeatureGroup]:
    """Return the groups ``weather``, ``carrier_delay``, ``route_delay`` and ``flights``."""
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
        delay_group("carrier_delay", {"carrier": "text"}, "a carrier's flights out of New York"),
        delay_group(
            "route_delay",
            {"origin": "text", "dest": "text"},
            "the flights of one route",
            ttl=timedelta(days=3),
        ),
        ft.FeatureGroup(
            "flights",
            keys={"flight": "text"},
            known_time="published_at",
            owner=OWNER,
            description="What happened to each flight, the moment it left the gate",
            features=[ft.Feature("dep_delay", "float64", "Departure delay", unit="min")],
        ),
    ]


def delay_group(
    name: str, keys: dict[str, str], whose: str, ttl: timedelta | None = None
) -> ft.FeatureGroup:
    """Return a group of delay features that change whenever a flight lands."""
    return ft.FeatureGroup(
        name,
        keys=keys,
        ttl=ttl,
        known_time="published_at",
        owner=OWNER,
        description=f"How late {whose} have been arriving, after each landing",
        features=[
            ft.Feature("recent_delay", "float64", "Mean arrival delay of the last 20", unit="min"),
            ft.Feature(
                "late_share",
                "float64",
                "Share of the last 24 hours' landings over 15 minutes late",
                constraints=ft.Range(0, 1),
            ),
            ft.Feature("landings", "int64", "Landings of the last 24 hours"),
        ],
    )


def training_set() -> ft.FeatureSet:
    """Return the set ``departure_delay``: all features of weather and delays, labelled."""
    return ft.FeatureSet(
        "departure_delay",
        [
            f"{group.name}.{feature.name}"
            for group in groups()
            if group.name != "flights"
            for feature in group.features
        ],
        label="flights.dep_delay",
        owner="forecasting",
        description="How late will a flight leave, asked an hour before it should?",
    )
