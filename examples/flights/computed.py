"""Features computed from features, by rules that the log keeps."""

from typing import Final

import featuretrail as ft
from featuretrail.domain.digest import table_digest
from flights import observations, times
from flights.freezing import ingest
from flights.scene import Scene
from flights.screen import short
from rules.weather import WEATHER_TREND

LATE_FROM: Final = times.utc(2013, 12, 1, 6)
LATE_UNTIL: Final = times.utc(2013, 12, 1, 10)


def compute(scene: Scene) -> None:
    """Compute the trend of the weather by rules, once for the year and again for late readings."""
    store, group = scene.store, WEATHER_TREND.name
    with scene.screen.step(
        "compute",
        "Features of features, by rules",
        "Means, rates and extremes of the weather are not ingested but computed, by functions and "
        "SQL expressions whose source is in the log. Then (we make this up) four readings of "
        "December turn out half a degree too warm: what depends on them is computed again, and "
        "what changed is written.",
    ):
        store.register(WEATHER_TREND, actor="weather-desk", reason="where the weather is going")
        whole = store.compute(group, actor="weather-desk", reason="the year so far")
        late = observations.recalibration(
            scene.year.weather, LATE_FROM, LATE_UNTIL, by=0.5, published=times.utc(2013, 12, 20)
        )
        ingest(scene, "weather", late, part="late-readings", reason="half a degree too warm")
        again = store.compute(group, actor="weather-desk", reason="late readings")
        scene.screen.table(
            ["feature", ">rows", ">ms", ">again from 1 Dec", ">of these new"],
            [
                (_name(one), one.rows, one.milliseconds, other.rows, other.written)
                for one, other in zip(whole.features, again.features, strict=True)
            ],
        )
        check = store.compute(group, since=times.utc(2013, 1, 1))
        digest = _digest(scene)
        scene.screen.proof(
            f"computing all {check.features[0].rows:,} rows at once gives the same: nothing new to "
            f"write, digest {short(digest)}",
            holds=check.written == 0,
        )
        scene.report.note(
            "computing",
            rows={each.feature: each.rows for each in whole.features},
            computed_again=again.features[0].rows,
            written_again=again.features[0].written,
            position=again.features[0].position,
            new_at_once=check.written,
            values_digest=digest,
        )


def _name(feature: ft.ComputedFeature) -> str:
    return feature.feature.removeprefix(f"{WEATHER_TREND.name}.")


def _digest(scene: Scene) -> str:
    """Return the digest of all computed values, at the times of the observations."""
    spine = scene.year.weather.select(["origin", "event_time"])
    names = [f"{WEATHER_TREND.name}.{feature.name}" for feature in WEATHER_TREND.features]
    table = scene.store.get_historical_features(spine, names)
    return table_digest(table)
