"""What every step of the story works with."""

from pathlib import Path

from attrs import frozen

from featuretrail import TimescaleDBFeatureStore
from flights.report import Report
from flights.screen import Screen
from flights.year import Year

SET = "departure_delay"


@frozen
class Scene:
    """The store, the year's data, where the story is told and reported, a folder for pictures.

    ``broker`` says whether December may come through a broker.
    """

    store: TimescaleDBFeatureStore
    year: Year
    screen: Screen
    report: Report
    folder: Path
    broker: bool = True
