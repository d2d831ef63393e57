"""Figures as people read them: shares, counts, measured values."""

from math import floor, log10


def percent(share: float) -> str:
    """Return a share from 0 to 1 in per cent; it is never rounded to none or to all.

    >>> percent(0.0), percent(0.0004), percent(0.1234), percent(0.99999), percent(1.0)
    ('0 %', '<0.1 %', '12.3 %', '>99.9 %', '100 %')
    """
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0.999 < share < 1:
        return ">99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def counted(count: float, one: str, many: str = "") -> str:
    """Return a number of things; weighted ones are rounded.

    >>> counted(1, "row"), counted(26115, "row"), counted(2, "category", "categories")
    ('1 row', '26,115 rows', '2 categories')
    """
    return f"{round(count):,} {one if round(count) == 1 else many or one + 's'}"


def figure(value: float) -> str:
    """Return a value with four significant digits, or all of its whole ones.

    >>> figure(0.30625), figure(26114.7), figure(-2.5e12), figure(0.0), figure(float("inf"))
    ('0.3063', '26,115', '-2.5e12', '0', 'inf')
    """
    size = abs(value)
    if size == 0:
        return "0"
    if not 1e-4 <= size < 1e6:
        return scientific(value, 3)
    decimals = max(0, 3 - floor(log10(size)))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def scientific(value: float, digits: int) -> str:
    """Return a value as a power of ten with at most ``digits`` after the point.

    >>> scientific(1.5e300, 3), scientific(2e-9, 3)
    ('1.5e300', '2e-9')
    """
    mantissa, marked, exponent = f"{value:.{digits}e}".partition("e")
    if not marked:
        return mantissa  # nan and infinities
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}"
