"""Values, durations and moments of documentation as people read them."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from featuretrail.domain.charts.figures import figure
from featuretrail.domain.constraints import Constraint, NotNull, OneOf, Range

LONGEST_CELL = 80
"""Characters of a value that examples show."""
STATISTICS = ("rows", "nulls", "nan", "distinct", "minimum", "maximum", "mean", "std")


def plain(value: object) -> object:
    """Return a value of a row as JSON can hold it: times as ISO 8601, long text shortened."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case datetime():
            return moment(value)
        case _:
            text = "".join(char for char in str(value) if char != "\x00")
            return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"


def moment(when: datetime | None) -> str | None:
    """Return a moment in UTC to the second, with what is below it only where there is some."""
    if when is None:
        return None
    precision = "microseconds" if when.microsecond else "seconds"
    return when.astimezone(UTC).isoformat(sep=" ", timespec=precision).replace("+00:00", "Z")


def duration(length: timedelta | None, absent: str) -> str:
    """Return a duration such as ``6 h`` or ``1 day 12 h``.

    >>> duration(timedelta(hours=36), "for ever"), duration(None, "for ever")
    ('1 day 12 h', 'for ever')
    """
    if length is None:
        return absent
    parts = []
    left = length // timedelta(microseconds=1)
    for name, size in (
        ("day", 86_400_000_000),
        ("h", 3_600_000_000),
        ("min", 60_000_000),
        ("s", 1_000_000),
        ("µs", 1),
    ):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}{'s' if name == 'day' and count > 1 else ''}")
    return " ".join(parts)


def constraint(rule: Constraint) -> str:
    """Return what a constraint says.

    >>> constraint(Range(0, None)), constraint(OneOf(("a", "b"))), constraint(NotNull())
    ('at least 0', 'one of a, b', 'never null')
    """
    match rule:
        case NotNull():
            return "never null"
        case OneOf(values=values):
            return f"one of {', '.join(map(str, values))}"
        case Range(minimum=None, maximum=most):
            return f"at most {most}"
        case Range(minimum=least, maximum=None):
            return f"at least {least}"
        case Range(minimum=least, maximum=most):
            return f"from {least} to {most}"


def statistics_rows(statistics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the statistics of a column as a table of two columns."""
    told = [(name, statistics.get(name)) for name in STATISTICS if name in statistics]
    return [{"statistic": name, "value": shown(value)} for name, value in told]


def shown(value: object) -> str | None:
    """Return a statistic as people read it; ``None`` stays."""
    match value:
        case bool() | None:
            return None if value is None else str(value)
        case int():
            return f"{value:,}"
        case float():
            return figure(value)
        case datetime():
            return moment(value)
        case _:
            return str(value)
