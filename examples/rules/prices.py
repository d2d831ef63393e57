"""Indicators of daily prices: ``featuretrail apply prices.py``, then ``compute indicators``."""

from datetime import timedelta

import numpy as np

import featuretrail as ft
from rules.rolling import Floats, rows_deviation, rows_mean
from rules.smoothing import ema, of_known, wilder

PRICES = ft.FeatureGroup(
    "prices",
    keys={"symbol": "text"},
    description="Daily closing prices",
    features=[ft.Feature("close", "float64", "Closing price", constraints=ft.Range(0))],
)


@ft.rule(parents=["prices.close"])
def ema_10(close: Floats) -> Floats:
    def average(prices: Floats) -> Floats:
        return ema(prices, 10)

    return of_known(close, average)


@ft.rule(parents=["prices.close"])
def rsi_14(close: Floats) -> Floats:
    """Relative strength index (Wilder, 1978); undefined while the price stands still."""

    def index(prices: Floats) -> Floats:
        change = np.diff(prices)
        gains = wilder(np.maximum(change, 0.0), 14)
        losses = wilder(np.maximum(-change, 0.0), 14)
        moves = gains + losses
        strength = np.divide(gains, moves, out=np.full(len(moves), np.nan), where=moves > 0)
        return np.append(np.full(min(1, len(prices)), np.nan), 100.0 * strength)

    return of_known(close, index)


@ft.rule(parents=["prices.close"])
def macd(close: Floats) -> Floats:
    """Moving average convergence/divergence (Appel): EMA of 12 days less that of 26."""

    def difference(prices: Floats) -> Floats:
        return ema(prices, 12) - ema(prices, 26)

    return of_known(close, difference)


@ft.rule(parents=["indicators.macd"])
def macd_signal(macd: Floats) -> Floats:
    """EMA of 9 days of the MACD."""

    def average(values: Floats) -> Floats:
        return ema(values, 9)

    return of_known(macd, average)


@ft.rule(parents=["prices.close"])
def middle_band(close: Floats) -> Floats:
    """Mean of 20 days, around which Bollinger's bands lie (Bollinger on Bollinger Bands, 2001)."""

    def mean(prices: Floats) -> Floats:
        return rows_mean(prices, 20)

    return of_known(close, mean)


@ft.rule(parents=["prices.close"])
def band_width(close: Floats) -> Floats:
    """Two standard deviations of 20 days: how far the bands lie from the middle."""

    def width(prices: Floats) -> Floats:
        return 2.0 * rows_deviation(prices, 20)

    return of_known(close, width)


ROW_BY_ROW = timedelta(0)

INDICATORS = ft.FeatureGroup(
    "indicators",
    keys={"symbol": "text"},
    description="What chartists read from closing prices",
    features=[
        ft.Feature("ema_10", "float64", "Exponential moving average of 10 days", rule=ema_10),
        ft.Feature(
            "rsi_14", "float64", "Relative strength index of 14 days", rule=rsi_14,
            constraints=ft.Range(0, 100),
        ),
        ft.Feature("macd", "float64", "MACD of 12 and 26 days", rule=macd),
        ft.Feature("macd_signal", "float64", "Signal line of 9 days", rule=macd_signal),
        ft.Feature(
            "macd_histogram", "float64", "MACD less its signal line",
            rule=ft.sql_rule(
                "macd - macd_signal",
                ["indicators.macd", "indicators.macd_signal"],
                history=ROW_BY_ROW,
            ),
        ),
        ft.Feature("middle_band", "float64", "Bollinger's middle band", rule=middle_band),
        ft.Feature("band_width", "float64", "Distance of the outer bands", rule=band_width),
        ft.Feature(
            "upper_band", "float64", "Bollinger's upper band",
            rule=ft.sql_rule(
                "middle_band + band_width",
                ["indicators.middle_band", "indicators.band_width"],
                history=ROW_BY_ROW,
            ),
        ),
        ft.Feature(
            "lower_band", "float64", "Bollinger's lower band",
            rule=ft.sql_rule(
                "middle_band - band_width",
                ["indicators.middle_band", "indicators.band_width"],
                history=ROW_BY_ROW,
            ),
        ),
    ],
)  # fmt: skip
