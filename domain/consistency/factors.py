"""Differences that are one formula: another unit, another sign, another scale, an offset."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause
from featuretrail.domain.consistency.column import Mask
from featuretrail.domain.consistency.evidence import fits

Numbers = NDArray[Any]
"""Floats, or whole numbers."""

NEAR = 1e-3
"""How exactly a known unit must fit, relatively: converted values are often rounded."""

PART = 0.1
"""The most that may be left of the way from a value to its conversion."""

CONSTANT = 1e-6
"""How constant an unknown factor or offset must be, relatively."""


@frozen
class Conversion:
    """A conversion ``found = factor * expected + offset`` with the units that it is between."""

    factor: float
    offset: float
    units: str

    @property
    def back(self) -> "Conversion":
        """The conversion the other way."""
        first, _, second = self.units.partition(" to ")
        return Conversion(1 / self.factor, -self.offset / self.factor, f"{second} to {first}")


_ONE_WAY = (
    Conversion(1.8, 32.0, "degrees Celsius to degrees Fahrenheit"),
    Conversion(1.0, 273.15, "degrees Celsius to kelvin"),
    Conversion(1.8, 0.0, "degrees Celsius to degrees Fahrenheit, without the 32"),
    Conversion(2.54, 0.0, "inches to centimetres"),
    Conversion(25.4, 0.0, "inches to millimetres"),
    Conversion(0.3048, 0.0, "feet to metres"),
    Conversion(1.609344, 0.0, "miles to kilometres, or miles an hour to km/h"),
    Conversion(1.852, 0.0, "nautical miles to kilometres, or knots to km/h"),
    Conversion(0.44704, 0.0, "miles an hour to m/s"),
    Conversion(0.514444, 0.0, "knots to m/s"),
    Conversion(1.150779, 0.0, "knots to miles an hour"),
    Conversion(3.6, 0.0, "m/s to km/h"),
    Conversion(0.45359237, 0.0, "pounds to kilograms"),
    Conversion(33.8639, 0.0, "inches of mercury to hectopascal"),
    Conversion(10.0, 0.0, "a unit to its tenth"),
    Conversion(60.0, 0.0, "minutes to seconds, or hours to minutes"),
    Conversion(100.0, 0.0, "a share to percent, or a unit to its hundredth"),
    Conversion(1e3, 0.0, "a unit to its thousandth"),
    Conversion(3600.0, 0.0, "hours to seconds"),
    Conversion(1e6, 0.0, "a unit to its millionth"),
)

KNOWN: Sequence[Conversion] = tuple(each for one in _ONE_WAY for each in (one, one.back))


def formula(expected: Numbers, found: Numbers, *, systematic: bool) -> Cause | None:
    """Return what one formula explains of disagreeing values, or ``None``.

    A known unit is named whatever it touches; an unknown factor or offset only where the
    disagreement is ``systematic``, that is of most rows: a few altered values say nothing. Nor do
    values that are all alike: any two of them have some factor, and some offset.
    """
    finite = np.isfinite(expected) & np.isfinite(found)
    x, y = expected[finite], found[finite]
    if x.size < max(LEAST, EXPLAINS * expected.size):
        return None
    return _sign(x, y) or _unit(x, y) or (_unknown(x, y) if systematic else None)


def _sign(x: Numbers, y: Numbers) -> Cause | None:
    rows = int(((y == -x) & (np.sign(x) == -np.sign(y))).sum())  # the least int64 has no opposite
    if rows < EXPLAINS * x.size:
        return None
    return Cause(
        "sign", rows, f"{rows:,} of {x.size:,} values have the opposite sign", rows / x.size
    )


def _unit(x: Numbers, y: Numbers) -> Cause | None:
    best: tuple[int, float, Conversion] | None = None
    for each in KNOWN:
        way = partial(_converted, each)
        rows = int(way(x, y).sum())
        if rows >= EXPLAINS * x.size and fits(way, x, y)[1]:
            away = np.abs(y - each.factor * x - each.offset)
            fit = (rows, -float(np.median(away)), each)
            best = fit if best is None or fit[:2] > best[:2] else best
    if best is None:
        return None
    rows, _, conversion = best
    told = f"{conversion.factor:.6g} times the expected ones"
    if conversion.offset:
        told += f", {conversion.offset:+.6g}"
    told = f"{rows:,} of {x.size:,} values are {told}: {conversion.units}"
    return Cause("unit factor", rows, told, rows / x.size)


def _converted(way: Conversion, x: Numbers, y: Numbers) -> Mask:
    return _meets(x, way.factor * x + way.offset, y, NEAR)


def _unknown(x: Numbers, y: Numbers) -> Cause | None:
    offset = np.median(y - x)
    moved, shown = fits(partial(_moved, offset), x, y)
    rows = int(moved.sum())
    if shown and rows >= EXPLAINS * x.size:
        told = f"{rows:,} of {x.size:,} values lie {offset:+.6g} from the expected ones"
        return Cause("offset", rows, told, rows / x.size)
    whole = x != 0
    if whole.sum() < LEAST:
        return None
    factor = float(np.median(y[whole] / x[whole]))
    scaled, shown = fits(partial(_scaled, factor), x, y)
    rows = int(scaled.sum())
    if not shown or rows < EXPLAINS * x.size:
        return None
    told = f"{rows:,} of {x.size:,} values are {factor:.6g} times the expected ones"
    return Cause("scale", rows, told, rows / x.size)


def _moved(offset: float, x: Numbers, y: Numbers) -> Mask:
    near: Mask = np.abs(y - x - offset) <= CONSTANT * max(1.0, abs(offset))
    return near


def _scaled(factor: float, x: Numbers, y: Numbers) -> Mask:
    return _meets(x, factor * x, y, CONSTANT)


def _meets(x: Numbers, wanted: Numbers, y: Numbers, exactness: float) -> Mask:
    """Tell where ``y`` is what ``x`` is turned into, and not as near to ``x`` itself."""
    away = np.abs(y - wanted)
    near: Mask = (away <= exactness * np.abs(wanted)) & (away < PART * np.abs(wanted - x))
    return near
