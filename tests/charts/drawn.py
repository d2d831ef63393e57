"""What the tests of charts draw, and how they read it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import inf
from xml.etree import ElementTree as Xml

from featuretrail.domain.charts.categories import Categories, categories
from featuretrail.domain.charts.histogram import Histogram, histogram
from featuretrail.domain.charts.history import History, Incident, Point, history

SVG = "{http://www.w3.org/2000/svg}"
DAY_ONE = datetime(2013, 1, 1, tzinfo=UTC)
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


def temperatures() -> Histogram:
    """Two humps, both ends open, and nulls."""
    return histogram(
        "weather.temp: July against January",
        [-inf, 10, 20, 30, 40, 50, 60, 70, 80, inf],
        [3, 60, 200, 420, 280, 90, 10, 0, 0],
        [0, 0, 0, 10, 40, 160, 400, 280, 35],
        apart={"null": (2, 61), "NaN": (0, 0)},
        unit="°F",
        names=("January 2013", "July 2013"),
    )


def carriers() -> Categories:
    """Thirteen airlines, one of them new, and nulls."""
    baseline = dict(zip("ABCDEFGHIJKL", range(1200, 0, -100), strict=True))
    return categories(
        "flights.carrier", baseline, baseline | {"XX": 90, "D": 2000}, apart={"null": (5, 400)}
    )


def distances(count: int = 60) -> History:
    """A check a day: a gap on three days, and drift on days 40 to 49, with its incident."""
    points = [
        Point(
            DAY_ONE + timedelta(days=day),
            None if 20 <= day < 23 else 0.3 if 40 <= day < 50 else 0.02 + day % 3 / 100,
            40 <= day < 50,
        )
        for day in range(count)
    ]
    incident = Incident(DAY_ONE + timedelta(days=40), DAY_ONE + timedelta(days=50))
    return history(
        "weather.temp", points, measure="KS distance", threshold=0.05, incidents=[incident]
    )


def parsed(text: str) -> Xml.Element:
    """Return the root of an SVG document."""
    return Xml.fromstring(text)  # noqa: S314 - our own, just made


def classes(root: Xml.Element, kind: str) -> list[Xml.Element]:
    """Return the elements of a class."""
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def boxes(root: Xml.Element) -> Iterator[Box]:
    """Return where rectangles are, the paper among them."""
    for each in root.iter(f"{SVG}rect"):
        x, y = float(each.get("x", "0")), float(each.get("y", "0"))
        yield x, y, x + float(each.get("width", "")), y + float(each.get("height", ""))


def texts(root: Xml.Element) -> list[str]:
    """Return what can be read, tooltips aside."""
    return [each.text or (each[-1].tail or "") for each in root.iter(f"{SVG}text")]
