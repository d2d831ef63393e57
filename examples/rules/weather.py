"""Trends of the weather at airports, from hourly observations of group ``weather``."""

from datetime import timedelta

import numpy as np

import featuretrail as ft
from rules.rolling import Floats, Times, rolling_mean, rolling_rate


@ft.rule(parents=["weather.temp"], history=timedelta(hours=6))
def temp_mean_6h(event_time: Times, temp: Floats) -> Floats:
    return rolling_mean(event_time, temp, np.timedelta64(6, "h"))


@ft.rule(parents=["weather.pressure"], history=timedelta(hours=3))
def pressure_rate_3h(event_time: Times, pressure: Floats) -> Floats:
    return rolling_rate(event_time, pressure, np.timedelta64(3, "h"))


WEATHER_TREND = ft.FeatureGroup(
    "weather_trend",
    keys={"origin": "text"},
    ttl=timedelta(hours=6),
    owner="weather desk",
    description="Where the weather at the airports is going",
    features=[
        ft.Feature(
            "temp_mean_6h", "float64", "Mean temperature of the last 6 hours", unit="°F",
            rule=temp_mean_6h,
        ),
        ft.Feature(
            "pressure_rate_3h", "float64", "Change of pressure over the last 3 hours",
            unit="mbar/h", rule=pressure_rate_3h,
        ),
        ft.Feature(
            "dew_spread", "float64", "How far the air is from saturation", unit="°F",
            rule=ft.sql_rule(
                "temp - dewp", ["weather.temp", "weather.dewp"], history=timedelta(0)
            ),
        ),
        ft.Feature(
            "worst_gust_24h", "float64", "Strongest gust of the last 24 hours", unit="mph",
            rule=ft.sql_rule(
                "max(wind_gust) OVER "
                "(entity RANGE BETWEEN '24 hours' PRECEDING AND CURRENT ROW)",
                ["weather.wind_gust"],
                history=timedelta(hours=24),
            ),
        ),
    ],
)  # fmt: skip
