"""Bars and sparklines of characters: blocks of Unicode, or plain ASCII."""

from collections.abc import Sequence

RISING = "▁▂▃▄▅▆▇█"
RISING_ASCII = ".:-=+*#@"
GROWING = "▏▎▍▌▋▊▉█"


def sparkline(
    values: Sequence[float | None], *, top: float | None = None, blocks: bool = True
) -> str:
    """Return bars from 0 to the greatest of ``values``, or to ``top``; what is not known is a dot.

    >>> sparkline([1.0, None, 4.0, 8.0])
    '▁·▄█'
    >>> sparkline([1.0, None, 4.0, 8.0], blocks=False)
    '. =@'
    """
    greatest = max((value for value in values if value is not None), default=0.0)
    if top is not None:
        greatest = top
    return "".join(_risen(value, greatest, blocks=blocks) for value in values)


def bar(share: float, width: int, *, blocks: bool = True) -> str:
    """Return a bar of ``share`` of ``width`` columns; what is more than none is seen.

    >>> bar(0.3, 10), bar(0.0, 10), bar(0.001, 10), bar(0.3, 10, blocks=False)
    ('███', '', '▏', '###')
    """
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    if not blocks:
        return "#" * max(round(eighths / 8), 1 if eighths else 0)
    rest = GROWING[eighths % 8 - 1] if eighths % 8 else ""
    return GROWING[-1] * (eighths // 8) + rest


def _risen(value: float | None, greatest: float, *, blocks: bool) -> str:
    if value is None:
        return "·" if blocks else " "
    characters = RISING if blocks else RISING_ASCII
    share = value / greatest if greatest > 0 else 0.0
    return characters[max(0, min(len(characters) - 1, round(share * len(characters)) - 1))]
