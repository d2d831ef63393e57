"""The axis of time: round moments from microseconds to millennia, in UTC."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from featuretrail.domain.charts.scales import Tick

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
MONTH, YEAR = 2_629_746 * SECOND, 31_556_952 * SECOND
"""Microseconds; months and years of their mean length in the Gregorian calendar."""

_STEPS = [
    *(each * 10**power for power in range(6) for each in (1, 2, 5)),
    *(each * SECOND for each in (1, 2, 5, 10, 30)),
    *(each * MINUTE for each in (1, 2, 5, 10, 30)),
    *(each * HOUR for each in (1, 2, 3, 6, 12)),
    *(each * DAY for each in (1, 2, 7, 14)),
]
_MONTHS = [1, 2, 3, 6, *(12 * each * 10**power for power in range(4) for each in (1, 2, 5))]
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970 to an aware ``moment``."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(value: float) -> datetime:
    """Return the moment ``value`` microseconds after 1970, or the end of the calendar before it."""
    within = min(max(value, _FIRST), _LAST)
    return EPOCH + timedelta(microseconds=int(within))


def time_ticks(low: float, high: float, most: int = 6) -> tuple[Tick, ...]:
    """Return at most ``most`` round moments from ``low`` to ``high``, microseconds since 1970."""
    start, end = microseconds(moment_of(low)), microseconds(moment_of(high))
    for step in _STEPS:
        if (end - start) // step < most:
            first = -((_FIRST - start) // step) * step + _FIRST
            return tuple(Tick(at, _clock(moment_of(at), step))
                         for at in range(first, end + 1, step))  # fmt: skip
    for months in _MONTHS:
        if (end - start) // (months * MONTH) < most:
            return tuple(_calendar(start, end, months))[:most]
    return (Tick(start, spelled(start, DAY)),)  # never: a step of 5,000 years suits the calendar


def moment_edges(low: float, high: float, most: int) -> list[float]:
    """Return edges of at most ``most`` bins of one round duration, that hold both moments.

    Durations above a fortnight are whole fortnights. A single moment has its edge twice.
    """
    if not low < high:
        return [low, high]
    longest = _STEPS[-1]
    fortnights = -(-int(high - low) // (longest * (most - 1)))
    step = next((each for each in _STEPS if (high - low) // each < most - 1), longest * fortnights)
    first = int((low - _FIRST) // step) * step + _FIRST
    count = int(-(-(high - first) // step))
    return [float(first + place * step) for place in range(count + 1)]


def spelled(value: float, span: float) -> str:
    """Return a moment as precisely as an axis of ``span`` microseconds needs it.

    >>> spelled(0, 30 * DAY), spelled(0, DAY), spelled(1, SECOND)
    ('1970-01-01', '1970-01-01 00:00', '1970-01-01 00:00:00.000001')
    """
    moment = moment_of(value)
    text = moment.isoformat(sep=" ", timespec="microseconds")
    return text[: 10 if span > 3 * DAY else 16 if span > 3 * MINUTE else 26].removesuffix(".000000")


def _calendar(start: int, end: int, months: int) -> Iterator[Tick]:
    begin = moment_of(start)
    count = -(-(begin.year * 12 + begin.month - 1) // months) * months
    named = False
    while count // 12 <= LAST.year:
        moment = datetime(max(count // 12, 1), count % 12 + 1, 1, tzinfo=UTC)
        at = microseconds(moment)
        if at > end:
            return
        if at >= start:
            yield Tick(at, _month(moment, months, named=named))
            named = True
        count += months


def _month(moment: datetime, months: int, *, named: bool) -> str:
    if months % 12 == 0:
        return str(moment.year)
    name = _NAMES[moment.month - 1]
    return name if named and moment.month > 1 else f"{name} {moment.year}"


def _clock(moment: datetime, step: int) -> str:
    if step >= DAY or (step >= MINUTE and (moment.hour, moment.minute) == (0, 0)):
        return f"{moment.day} {_NAMES[moment.month - 1]}"
    text = moment.time().isoformat(timespec="microseconds")
    if step >= SECOND:
        return text[: 5 if step >= MINUTE else 8]
    return text.rstrip("0").rstrip(".")


_FIRST, _LAST = microseconds(FIRST), microseconds(LAST)
