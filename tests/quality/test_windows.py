"""Windows and thresholds are read as they were meant, or refused with what to give instead."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import featuretrail as ft
from featuretrail.domain.quality.limits import read_limits, thresholds_of
from featuretrail.domain.quality.window import Span

NEWEST = datetime(2025, 3, 1, tzinfo=UTC)
PATHS = ["weather.temp", "weather.sky"]


def test_a_duration_ends_just_after_the_newest_value() -> None:
    span = Span.of(timedelta(days=1), NEWEST)

    assert span.until == NEWEST + timedelta(microseconds=1)
    assert span.length == timedelta(days=1)
    assert Span.of(timedelta(days=1), None).length == timedelta(days=1)
    assert Span.of(None, NEWEST) == Span()
    assert Span.of((None, NEWEST), NEWEST).length is None


@pytest.mark.parametrize(
    "given",
    [
        timedelta(0),
        timedelta(days=-1),
        (NEWEST, NEWEST),
        (NEWEST, NEWEST - timedelta(days=1)),
        (NEWEST,),
        "7d",
        7,
        (datetime(2025, 1, 1), NEWEST),  # noqa: DTZ001 - naive on purpose
        ("2025-01-01", NEWEST),
    ],
)
def test_a_window_that_is_none_is_refused(given: Any) -> None:
    with pytest.raises(ft.InvalidInputError):
        Span.of(given, NEWEST)


def test_thresholds_of_a_feature_go_before_those_for_all_and_later_ones_before_earlier() -> None:
    baseline = read_limits({"*": {"ks": 0.1}, "weather.temp": {"psi": 0.3}}, PATHS)
    check = read_limits({"ks": 0.2}, PATHS)

    assert thresholds_of("weather.temp", baseline).psi == 0.3
    assert thresholds_of("weather.temp", baseline).ks == 0.1
    assert thresholds_of("weather.sky", baseline, check).ks == 0.2
    assert thresholds_of("weather.sky", {}) == ft.Thresholds()
    assert read_limits(ft.Thresholds(ks=0.4), PATHS)["*"]["ks"] == 0.4
    assert read_limits(None, PATHS) == {}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"weather.tmp": {"ks": 0.1}}, ft.NotFoundError),
        ({"weather.temp": {"kss": 0.1}}, ft.InvalidDefinitionError),
        ({"weather.temp": 0.1}, ft.InvalidInputError),
        (0.1, ft.InvalidInputError),
        ({"ks": float("nan")}, ft.InvalidDefinitionError),
    ],
)
def test_thresholds_that_are_none_are_refused(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_limits(given, PATHS)
