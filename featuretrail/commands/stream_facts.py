"""Streams as people read them: one row a partition."""

from collections.abc import Mapping
from typing import Any

_UNITS = (("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0))


def stream_row(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a table for people shows of a partition of a stream."""
    return {
        **{name: facts[name] for name in ("group", "source", "partition", "offset", "batch")},
        "recorded_at": facts["recorded_at"],
        "behind": behind(facts["behind_seconds"]),
        **{name: facts[name] for name in ("messages", "redelivered", "out_of_order", "late")},
        "parked": facts["waiting"],
    }


def behind(seconds: float | None) -> str | None:
    """Return a lag in the unit that suits it.

    >>> behind(1.234), behind(5400), behind(3 * 86400.0)
    ('1.2 seconds', '90.0 minutes', '3.0 days')
    """
    if seconds is None:
        return None
    for unit, size in _UNITS:
        if seconds >= 2 * size or (unit == "minutes" and seconds >= 120):
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} seconds"
