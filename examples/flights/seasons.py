"""Whether July's weather is drift: against January it is, against July it is not."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

import featuretrail as ft
from featuretrail.domain.quality.drift_check import FeatureVerdict
from flights import times
from flights.scene import Scene

CLIMATE: Final = ft.FeatureSet(
    "climate",
    ["weather.temp", "weather.humid", "weather.wind_speed"],
    owner="weather desk",
    description="What the weather desk watches",
)
TEMP: Final = "weather.temp"
JANUARY: Final = (times.utc(2013, 1, 1), times.utc(2013, 2, 1))
JULY: Final = (times.utc(2013, 7, 1), times.utc(2013, 8, 1))
PICTURE: Final = "july-against-january.svg"

Verdicts = Mapping[str, FeatureVerdict]
Found = dict[str, dict[str, Verdicts]]
"""Verdicts by month, baseline and feature."""


def compare(scene: Scene) -> None:
    """Check each month against January and against its own season, and draw July."""
    with scene.screen.step(
        "seasons",
        "Is July's weather drift?",
        "Against January it is. A baseline with a season compares each month with the same month. "
        "There is no July of last year in one year of data, so the odd days of each month are "
        "frozen as the baseline and the even days are checked: an easier test than last year's "
        "would be, as neighbouring days are alike.",
    ):
        found = _verdicts(scene, *_baselines(scene))
        _show_months(scene, found)
        _show_july(scene, found["July"])
        path = scene.folder / PICTURE
        picture = scene.store.quality.picture("january", TEMP, window=JULY)
        path.write_text(picture.svg(), encoding="utf-8")
        scene.screen.say(f"July against January, drawn, is in {path}.")
        scene.report.note("seasons", picture=PICTURE, verdicts=_facts(found))


def _baselines(scene: Scene) -> tuple[str, str]:
    """Make the baselines of January, and of the odd days by month; return their names."""
    store = scene.store
    store.register(CLIMATE, actor="weather-desk", reason="to be told when it changes")
    january = store.quality.create_baseline(
        CLIMATE.name, window=JANUARY, name="january", actor="weather-desk"
    )
    frozen = store.create_feature_snapshot(
        CLIMATE.name, _days(scene, odd=True), "1.0.0", actor="weather-desk", reason="odd days"
    )
    matched = store.quality.create_baseline(
        snapshot=frozen.snapshot_id, season="month", name="odd days", actor="weather-desk"
    )
    return january.name, matched.name


def _days(scene: Scene, *, odd: bool) -> pa.Table:
    """Return the airports and hours of the observations of odd, or of even, days of the month."""
    hours = scene.year.weather.select(["origin", "event_time"])
    return hours.filter(pc.equal(pc.bit_wise_and(pc.day(hours["event_time"]), 1), int(odd)))


def _verdicts(scene: Scene, january: str, matched: str) -> Found:
    """Check the even days of each month against both baselines, without a record."""
    store = scene.store
    values = store.get_historical_features(_days(scene, odd=False), CLIMATE.name)
    month = pc.month(values["event_time"])
    found: Found = {}
    for number in range(1, 13):
        checked = values.filter(pc.equal(month, number))
        found[f"{times.utc(2013, number, 1):%B}"] = {
            against: store.quality.check_drift(baseline, data=checked, record=False).verdicts
            for against, baseline in (("January", january), ("its odd days", matched))
        }
    return found


def _show_months(scene: Scene, found: Found) -> None:
    scene.screen.table(
        ["temperature, even days of", "against January", "against its odd days"],
        [
            (month, *(_said(verdicts[TEMP]) for verdicts in checks.values()))
            for month, checks in found.items()
        ],
    )
    scene.screen.say(
        "Insufficient: hours that follow one another are alike, and those of such a month are "
        "worth fewer than eight independent ones. That is said, and not called stable."
    )


def _show_july(scene: Scene, july: Mapping[str, Verdicts]) -> None:
    scene.screen.table(
        ["July against", "in words"],
        [
            (against, verdict.words)
            for against, verdicts in july.items()
            for verdict in verdicts.values()
        ],
    )
    scene.screen.proof(
        "July's temperature is drift against January, and none against July",
        holds=july["January"][TEMP].drifted and july["its odd days"][TEMP].status == "stable",
    )


def _said(verdict: FeatureVerdict) -> str:
    """Return a verdict in a few words, such as ``drift, critical``."""
    words = verdict.status if verdict.severity is None else f"{verdict.status}, {verdict.severity}"
    return f"[red]{words}[/]" if verdict.drifted else words


def _facts(found: Found) -> dict[str, dict[str, dict[str, str]]]:
    return {
        month: {
            against: {name: verdict.status for name, verdict in verdicts.items()}
            for against, verdicts in checks.items()
        }
        for month, checks in found.items()
    }
