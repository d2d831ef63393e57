"""Spans of time as people write them."""

from datetime import timedelta


def duration(span: timedelta) -> str:
    """Return ``span`` in its largest whole unit.

    >>> duration(timedelta(days=7)), duration(timedelta(hours=12)), duration(timedelta(seconds=90))
    ('7 days', '12 hours', '90 seconds')
    """
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count, rest = divmod(span.total_seconds(), seconds)
        if count and not rest:
            return f"{count:.0f} {unit}{'' if count == 1 else 's'}"
    return f"{span.total_seconds():g} seconds"
