"""What a check found in lines that people read, from what its event tells."""

from collections.abc import Mapping
from typing import Any


def words_of(details: Mapping[str, Any]) -> list[str]:
    """Return what is wrong by the ``details`` of a check, each in a line, and its reasons.

    Details of another origin, which the log may hold too, have no lines.
    """
    comparisons = details.get("comparisons")
    lines = [
        line
        for each in (comparisons if isinstance(comparisons, list) else ())
        for line in _compared(each)
    ]
    reasons = details.get("reasons")
    return lines + [str(each) for each in (reasons if isinstance(reasons, list) else ())]


def _compared(said: Mapping[str, Any]) -> list[str]:
    lines = [f"{said['name']}: {each['name']}, {each['evidence']}" for each in said["causes"]]
    return lines + [
        f"{said['name']}: {feature}, {each['name']}: {each['evidence']}"
        for feature, compared in said["features"].items()
        for each in compared["causes"]
    ]
