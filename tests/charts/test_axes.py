"""Axes: round values inside their ends, in order, however far or near the ends are."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from featuretrail.domain.charts.clock import FIRST, LAST, microseconds, time_ticks
from featuretrail.domain.charts.palette import PALETTE, style
from featuretrail.domain.charts.scales import Scale, ticks
from tests.charts.drawn import DAY_ONE

FINITE = st.floats(allow_nan=False, allow_infinity=False)
MOMENTS = st.integers(microseconds(FIRST), microseconds(LAST))


@given(FINITE, FINITE, st.integers(3, 9))
@example(-1.7e308, 1.7e308, 6)
@example(0.0, 5e-324, 6)
@example(1e17, 1e17 + 64, 6)
@example(5.0, 5.0, 6)
def test_an_axis_names_few_rising_values_within_its_ends(one: float, two: float, most: int) -> None:
    low, high = min(one, two), max(one, two)
    found = ticks(low, high, most)
    assert 1 <= len(found) <= most
    assert all(low <= tick.value <= high for tick in found)
    assert all(before.value < after.value for before, after in pairwise(found))
    assert all(0 < len(tick.label) < 30 for tick in found)


@given(MOMENTS, MOMENTS)
@example(microseconds(FIRST), microseconds(LAST))
@example(microseconds(LAST), microseconds(LAST))
@example(microseconds(FIRST), microseconds(FIRST) + 1)
def test_an_axis_of_time_names_few_rising_moments_within_its_ends(one: int, two: int) -> None:
    low, high = min(one, two), max(one, two)
    found = time_ticks(low, high)
    assert len(found) <= 6
    assert all(low <= tick.value <= high for tick in found)
    assert all(before.value < after.value for before, after in pairwise(found))


@given(FINITE, FINITE, st.lists(FINITE, min_size=2))
def test_a_scale_keeps_the_order_and_stays_between_its_ends(
    one: float, two: float, values: list[float]
) -> None:
    scale = Scale(min(one, two), max(one, two), 80.0, 620.0)
    places = [scale.at(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(80.0 <= place <= 620.0 for place in places)


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.0, 0.31, ["0.0", "0.1", "0.2", "0.3"]),
        (-3.0, 7.0, ["-2", "0", "2", "4", "6"]),
        (0.0, 26_115.0, ["0", "5,000", "10,000", "15,000", "20,000", "25,000"]),
        (1e-9, 9e-9, ["2e-9", "4e-9", "6e-9", "8e-9"]),
        (0.0, 3e9, ["0", "1e9", "2e9", "3e9"]),
    ],
)
def test_values_are_named_as_people_write_them(low: float, high: float, labels: list[str]) -> None:
    assert [tick.label for tick in ticks(low, high)] == labels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (FIRST, LAST, ["2000", "4000", "6000", "8000"]),
        (DAY_ONE, DAY_ONE.replace(month=7, day=31), ["Jan 2013", "Mar", "May", "Jul"]),
        (DAY_ONE.replace(hour=5), DAY_ONE.replace(day=2), ["06:00", "12:00", "18:00", "2 Jan"]),
        (DAY_ONE, DAY_ONE.replace(day=30), ["7 Jan", "14 Jan", "21 Jan", "28 Jan"]),
        (
            DAY_ONE,
            DAY_ONE.replace(microsecond=2),
            ["00:00:00", "00:00:00.000001", "00:00:00.000002"],
        ),
    ],
)
def test_moments_are_named_by_what_differs(
    low: datetime, high: datetime, labels: list[str]
) -> None:
    found = time_ticks(microseconds(low), microseconds(high))
    assert [tick.label for tick in found] == labels


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_can_be_told_from_what_they_are_drawn_on(scheme: int) -> None:
    colour = {name: found[scheme] for (name, _), found in PALETTE.items()}
    for ground in ("paper", "incident"):
        for name in ("ink", "soft"):
            assert contrast(colour[name], colour[ground]) >= 4.5, (name, ground)
        for name in ("axis", "current", "line", "limit", "drift", "mark"):
            assert contrast(colour[name], colour[ground]) >= 3, (name, ground)
    assert contrast(colour["mark"], colour["paper"]) >= 4.5  # it is a text too
    assert contrast(colour["edge"], colour["paper"]) >= 3
    assert contrast(colour["current"], colour["baseline"]) >= 3


def test_every_colour_is_there_in_light_and_in_dark_and_can_be_set_by_a_page() -> None:
    light, dark = style().split("@media (prefers-color-scheme:dark)")
    for (name, what), (by_day, by_night) in PALETTE.items():
        assert f"{what}:{by_day};{what}:var(--ft-{name}-{what},{by_day})" in light
        assert f"{what}:{by_night};{what}:var(--ft-{name}-{what},{by_night})" in dark


def contrast(one: str, two: str) -> float:
    """The ratio of WCAG 2.2."""
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
