"""Differences that are one formula: another unit, another sign, another scale, an offset."""

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause

Floats = NDArray[np.float64]

NEAR = 1e-3
"""How exactly a known unit must fit, relatively: converted values are often rounded."""

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


def formula(expected: Floats, found: Floats, *, systematic: bool) -> Cause | None:
    """Return what one formula explains of disagreeing values, or ``None``.

    A known unit is named whatever it touches; an unknown factor or offset only where the
    disagreement is ``systematic``, that is of most rows: a few altered values say nothing.
    """
    finite = np.isfinite(expected) & np.isfinite(found)
    x, y = expected[finite], found[finite]
    if x.size < max(LEAST, EXPLAINS * expected.size):
        return None
    return _sign(x, y) or _unit(x, y) or (_unknown(x, y) if systematic else None)


def _sign(x: Floats, y: Floats) -> Cause | None:
    rows = int((y == -x).sum())
    if rows < EXPLAINS * x.size:
        return None
    return Cause(
        "sign", rows, f"{rows:,} of {x.size:,} values have the opposite sign", rows / x.size
    )


def _unit(x: Floats, y: Floats) -> Cause | None:
    best: tuple[int, float, Conversion] | None = None
    for each in KNOWN:
        wanted = each.factor * x + each.offset
        away = np.abs(y - wanted)
        rows = int((away <= NEAR * np.abs(wanted)).sum())
        if rows >= EXPLAINS * x.size:
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


def _unknown(x: Floats, y: Floats) -> Cause | None:
    offset = float(np.median(y - x))
    moved = int((np.abs(y - x - offset) <= CONSTANT * max(1.0, abs(offset))).sum())
    if moved >= EXPLAINS * x.size:
        told = f"{moved:,} of {x.size:,} values lie {offset:+.6g} from the expected ones"
        return Cause("offset", moved, told, moved / x.size)
    whole = x != 0
    if whole.sum() < LEAST:
        return None
    factor = float(np.median(y[whole] / x[whole]))
    rows = int((np.abs(y - factor * x) <= CONSTANT * np.abs(y)).sum())
    if rows < EXPLAINS * x.size:
        return None
    told = f"{rows:,} of {x.size:,} values are {factor:.6g} times the expected ones"
    return Cause("scale", rows, told, rows / x.size)
