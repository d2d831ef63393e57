"""The example rules give the values of published tables and of an independent implementation."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import featuretrail as ft
from flights import definitions, source
from rules import prices
from rules.rolling import Floats
from rules.weather import WEATHER_TREND

INTEL = (  # ChartSchool, "Moving Averages - Simple and Exponential": 24 March 2010 on
    22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38,
    22.61, 23.36, 24.05, 23.75, 23.83, 23.95, 23.63, 23.82, 23.87, 23.65, 23.19, 23.10, 23.33,
    22.68, 23.10, 22.40, 22.17,
)  # fmt: skip
INTEL_EMA_10 = (
    22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.80, 22.97, 23.13, 23.28, 23.34, 23.43, 23.51,
    23.54, 23.47, 23.40, 23.39, 23.26, 23.23, 23.08, 22.92,
)  # fmt: skip
QQQQ = (  # ChartSchool, "Relative Strength Index (RSI)", spreadsheet cs-rsi
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826,
    45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
    46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672,
    43.4205, 42.6628, 43.1314,
)  # fmt: skip
QQQQ_RSI_14 = (
    70.5328, 66.3186, 66.5498, 69.4063, 66.3552, 57.9749, 62.9296, 63.2571, 56.0593, 62.3771,
    54.7076, 50.4228, 39.9898, 41.4605, 41.8689, 45.4632, 37.3040, 33.0795, 37.7730,
)  # fmt: skip
APPLE = (  # investexcel.net, "How to Calculate MACD in Excel": 19 February 2013 on
    459.99, 448.85, 446.06, 450.81, 442.80, 448.97, 444.57, 441.40, 430.47, 420.05, 431.14,
    425.66, 430.58, 431.72, 437.87, 428.43, 428.35, 432.50, 443.66, 455.72, 454.49, 452.08,
    452.73, 461.91, 463.58, 461.14, 452.08, 442.66, 428.91, 429.79, 431.99, 427.72, 423.20,
    426.21, 426.98, 435.69, 434.33, 429.80, 419.85, 426.24,
)  # fmt: skip
APPLE_MACD = (
    8.2752695039, 7.7033783815, 6.4160747570, 4.2375197833, 2.5525833249, 1.3788857199,
    0.1029814912, -1.2584019528, -2.0705581901, -2.6218423283, -2.3290667405, -2.1816321148,
    -2.4026262729, -3.3421216814, -3.5303631361,
)  # fmt: skip
APPLE_SIGNAL = {33: 3.037525868733945, 34: 1.90565222933578, 39: -1.338100412582993}
BANDS = (  # ChartSchool, "Bollinger Bands", spreadsheet cs-bbands
    86.16, 89.09, 88.78, 90.32, 89.07, 91.15, 89.44, 89.18, 86.93, 87.68, 86.96, 89.43, 89.32,
    88.72, 87.45, 87.26, 89.50, 87.90, 89.13, 90.70, 92.90, 92.98, 91.80, 92.66, 92.68, 92.30,
    92.77, 92.54, 92.95, 93.20, 91.07, 89.83, 89.74, 90.40, 90.74, 88.02, 88.09, 88.84, 90.78,
    90.54, 91.39, 90.65,
)  # fmt: skip
BANDS_AT = {38: (91.25, 94.53, 87.97), 39: (91.24, 94.53, 87.95), 41: (91.05, 94.15, 87.95)}
"""Middle, upper and lower band of some days."""


@pytest.fixture
def indicators(store: ft.TimescaleDBFeatureStore) -> pa.Table:
    """The indicators of all four series, computed by the store."""
    series = {"INTC": INTEL, "QQQQ": QQQQ, "AAPL": APPLE, "BANDS": BANDS}
    first = datetime(2013, 2, 19, 21, tzinfo=UTC)
    rows = [
        (symbol, first + timedelta(days=day), close)
        for symbol, closes in series.items()
        for day, close in enumerate(closes)
    ]
    columns = zip(*rows, strict=True)
    table = pa.table(dict(zip(("symbol", "event_time", "close"), columns, strict=True)))
    store.register(prices.PRICES, prices.INDICATORS)
    store.ingest("prices", table)
    store.compute("indicators")
    names = [f"indicators.{feature.name}" for feature in prices.INDICATORS.features]
    return store.get_historical_features(table, names)


def test_indicators_are_those_of_published_tables(indicators: pa.Table) -> None:
    def of(symbol: str, name: str) -> Floats:
        chosen = indicators.filter(pa.compute.equal(indicators["symbol"], symbol))
        values: Floats = chosen[name].to_numpy()
        return values

    def rounded(values: Floats, published: Sequence[float], digits: int) -> None:
        np.testing.assert_allclose(values, published, rtol=0, atol=1.01 * 10.0**-digits)

    rounded(of("INTC", "ema_10")[9:], INTEL_EMA_10, 2)
    rounded(of("QQQQ", "rsi_14")[14:], QQQQ_RSI_14, 4)
    rounded(of("AAPL", "macd")[25:], APPLE_MACD, 9)
    rounded(of("AAPL", "macd_signal")[[*APPLE_SIGNAL]], [*APPLE_SIGNAL.values()], 9)
    rounded(of("AAPL", "macd_histogram")[[34]], [-4.52749455759], 9)
    for day, published in BANDS_AT.items():
        bands = [of("BANDS", f"{name}_band")[day] for name in ("middle", "upper", "lower")]
        rounded(np.array(bands), published, 2)


def test_short_history_has_no_indicator(indicators: pa.Table) -> None:
    begins = {"ema_10": 9, "rsi_14": 14, "macd": 25, "macd_signal": 33, "middle_band": 19}
    for symbol in ("INTC", "AAPL"):
        chosen = indicators.filter(pa.compute.equal(indicators["symbol"], symbol))
        for name, begin in begins.items():
            valid = chosen[name].is_valid().to_numpy()
            assert not valid[:begin].any(), name
            assert valid[begin:].all(), name


def test_a_day_without_a_price_leaves_the_others_as_they_are() -> None:
    closes = np.array(QQQQ)
    gap = np.insert(closes, 20, np.nan)

    for rule in (prices.rsi_14, prices.ema_10, prices.middle_band, prices.band_width):
        with_gap = np.asarray(rule(gap))
        assert np.isnan(with_gap[20])
        np.testing.assert_array_equal(np.delete(with_gap, 20), rule(closes))


def test_a_price_that_stands_still_has_no_relative_strength() -> None:
    assert np.isnan(np.asarray(prices.rsi_14(np.full(30, 5.0)))).all()
    rising = np.asarray(prices.rsi_14(np.arange(30.0)))
    np.testing.assert_array_equal(rising[14:], 100.0)


def test_trends_of_real_weather_are_those_of_pandas(store: ft.TimescaleDBFeatureStore) -> None:
    weather = source.weather().slice(0, 1500)  # Newark, January and February
    [group] = [each for each in definitions.groups() if each.name == "weather"]
    times = weather["time_hour"].cast(pa.timestamp("us", tz="UTC"))
    table = weather.drop(["time_hour"]).append_column("event_time", times)
    store.register(group, WEATHER_TREND)
    half = table.num_rows // 2
    for part in (table.slice(half), table.slice(0, half)):  # the older half comes late
        store.ingest("weather", part.append_column("published_at", part["event_time"]))
        store.compute("weather_trend")
    names = [f"weather_trend.{feature.name}" for feature in WEATHER_TREND.features]

    found = store.get_historical_features(table, names).to_pandas().set_index("event_time")

    mean = found["temp"].rolling("6h", closed="both", min_periods=1).mean()
    assert np.allclose(found["temp_mean_6h"], mean, rtol=1e-12, atol=1e-12, equal_nan=True)
    gust = found["wind_gust"].rolling("24h", closed="both", min_periods=1).max()
    assert np.allclose(found["worst_gust_24h"], gust, rtol=1e-12, atol=1e-12, equal_nan=True)
    assert np.allclose(
        found["dew_spread"], found["temp"] - found["dewp"], rtol=1e-12, atol=1e-12, equal_nan=True
    )
    rate = [_rate(found["pressure"][when - timedelta(hours=3) : when]) for when in found.index]
    assert np.allclose(found["pressure_rate_3h"], rate, rtol=1e-12, atol=1e-12, equal_nan=True)
    assert found["temp_mean_6h"].notna().mean() > 0.9
    assert found["pressure_rate_3h"].notna().mean() > 0.5


def _rate(window: "pd.Series[float]") -> float:
    """The change an hour from the first known value of the window to the last row's."""
    known = window.dropna()
    if len(known) < 2 or known.index[-1] != window.index[-1]:
        return float("nan")
    hours = (known.index[-1] - known.index[0]) / pd.Timedelta(hours=1)
    return float((known.iloc[-1] - known.iloc[0]) / hours)
