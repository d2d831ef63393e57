"""Facts of a feature as tests of the pure parts need them."""

from datetime import UTC, datetime
from typing import Any

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.documentation.facts import Example, FeatureFacts, HistoryEntry, ValueFacts
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.versions import FIRST_VERSION

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
REFERENCE = FeatureReference("weather", "temp", FIRST_VERSION)
GROUP = FeatureGroup("weather", keys={"origin": "text"}, owner="ops", description="Hourly weather")
GOOD = "Air temperature two metres above the runway, measured each hour."


def feature(description: str = GOOD, **fields: Any) -> Feature:
    """Return the feature temp; ``fields`` replace what a good definition says."""
    return Feature("temp", "float64", description, **({"unit": "°F", "tags": ["met"]} | fields))


def entry(reason: str | None = "why not", version: str = "1.0.0") -> HistoryEntry:
    """Return the definition of a version."""
    return HistoryEntry(3, NOON, "anna", reason, f"version {version} defined", version, True)


def facts(**fields: Any) -> FeatureFacts:
    """Return facts of ``weather.temp``; ``fields`` replace some."""
    known: dict[str, Any] = {
        "feature": REFERENCE,
        "definition": feature(),
        "group": GROUP,
        "versions": ("1.0.0",),
        "changes": (entry(),),
        "values": ValueFacts({"rows": 2, "nulls": 0}, NOON, NOON, complete=True, last_change=4),
        "example": Example([{"origin": "EWR", "temp": 40.5}], "call()", [{"temp": 40.5}], 1, 4),
    }
    return FeatureFacts(**(known | fields))
