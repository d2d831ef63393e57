"""Scales: where a value is drawn, and the round values an axis names."""

from fractions import Fraction
from math import ceil, floor, isfinite, log10
from sys import float_info

from attrs import frozen

from featuretrail.domain.charts.figures import scientific

_HUGE = Fraction(float_info.max)


@frozen
class Scale:
    """A line from ``low``, drawn at ``start``, to ``high``, drawn at ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where ``value`` is drawn; what lies outside is drawn at the nearer end."""
        if not self.low < self.high:
            return (self.start + self.end) / 2
        within = min(max(value, self.low), self.high)
        span = self.high - self.low
        if isfinite(span):
            share = (within - self.low) / span
        else:  # in halves: the whole span of floats is not a float
            share = (within / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return self.start + share * (self.end - self.start)


@frozen
class Tick:
    """A value that an axis names."""

    value: float
    label: str


def ticks(low: float, high: float, most: int = 6) -> tuple[Tick, ...]:
    """Return at most ``most`` round values from ``low`` to ``high``: 1, 2 or 5 of a power of ten.

    >>> [tick.label for tick in ticks(0.0, 0.31)]
    ['0.0', '0.1', '0.2', '0.3']
    """
    if not low < high:
        return (Tick(low, _named(Fraction(low), abs(low), 0 if float(low).is_integer() else -6)),)
    start, end = Fraction(low), Fraction(high)
    power, factor = _step(start, end, most)
    step = factor * Fraction(10) ** power
    exact = [number * step for number in range(ceil(start / step), floor(end / step) + 1)]
    largest = max(abs(low), abs(high))
    # near the end of what floats can tell apart several are one
    told = {float(each): _named(each, largest, power) for each in exact}
    return tuple(Tick(value, label) for value, label in told.items())


def round_edges(low: float, high: float, most: int) -> list[float]:
    """Return edges of at most ``most`` bins of one round width, from ``low`` or just below it.

    The last edge is at ``high`` or above it. A single value has its edge twice.

    >>> round_edges(10.9, 39.2, 8)
    [10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0]
    """
    if not low < high:
        return [low, high]
    start, end = Fraction(low), Fraction(high)
    power, factor = _step(start, end, most - 1)
    step = factor * Fraction(10) ** power
    edges = [
        min(max(number * step, -_HUGE), _HUGE)
        for number in range(floor(start / step), ceil(end / step) + 1)
    ]
    return list(dict.fromkeys(map(float, edges)))


def _step(start: Fraction, end: Fraction, most: int) -> tuple[int, int]:
    span = end - start
    power = floor(log10(span.numerator) - log10(span.denominator) - log10(most)) - 1
    while True:
        for factor in (1, 2, 5):
            step = factor * Fraction(10) ** power
            if floor(end / step) - ceil(start / step) < most:
                return power, factor
        power += 1


def _named(value: Fraction, largest: float, power: int) -> str:
    """Return the label of a multiple of ten to the ``power`` on an axis as far as ``largest``."""
    if value == 0:
        return "0" if power >= 0 else f"{0:.{min(-power, 6)}f}"
    if 1e-3 <= largest < 1e6:
        return f"{float(value):,.{min(max(0, -power), 12)}f}"
    return scientific(float(value), min(max(floor(log10(largest)) - power, 0), 16))
