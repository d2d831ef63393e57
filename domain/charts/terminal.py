"""Shares as lines of characters, as wide as a terminal; what is coloured there is also a shape."""

from collections.abc import Sequence
from typing import Literal

from featuretrail.domain.charts.blocks import bar
from featuretrail.domain.charts.categories import Categories
from featuretrail.domain.charts.figures import counted, percent
from featuretrail.domain.charts.histogram import Histogram, Shares
from featuretrail.domain.lettering import clipped, columns, visible

Role = Literal["", "title", "soft", "baseline", "current", "drift", "incident", "limit"]
Line = list[tuple[str, Role]]
"""The texts of one line, each with what it is, by which a terminal colours it."""

LEAST = 48
"""Columns that a chart needs; a narrower terminal folds its lines."""
ROWS = 18
"""Bins that are listed; of more, neighbours are one."""


def histogram_lines(chart: Histogram, width: int, *, blocks: bool = True) -> list[Line]:
    """Return a line a bin: its values, the current share as a bar, the baseline's as a mark.

    Without ``blocks`` all characters are ASCII but those of names and units.
    """
    rows = [(chart.words(held), held.shares) for held in chart.merged(ROWS).bins]
    rows += list(chart.apart.items())
    return _head(chart, blocks=blocks) + _rows(rows, width, chart.names, blocks=blocks)


def categories_lines(chart: Categories, width: int, *, blocks: bool = True) -> list[Line]:
    """Return a line a category: its name, the current share as a bar, the baseline's as a mark.

    Without ``blocks`` all characters are ASCII but those of names.
    """
    rows = [
        (f"{each.name} (new)" if each.sort == "unseen" else each.name, each.shares)
        for each in chart.listed
    ]
    return _head(chart, blocks=blocks) + _rows(rows, width, chart.names, blocks=blocks)


def _head(chart: Histogram | Categories, *, blocks: bool) -> list[Line]:
    before, now = (
        f" {visible(name)}, {counted(count, 'row')}   "
        for name, count in zip(chart.names, chart.rows, strict=True)
    )
    full, mark = ("█", "┃") if blocks else ("#", "|")
    key: Line = [(full, "current"), (now, "soft"), (mark, "baseline"), (before, "soft")]
    if not chart.names[1]:
        key = [(full, "baseline"), (before, "soft")]
    return [[(visible(chart.title), "title")], key]


def _rows(
    rows: Sequence[tuple[str, Shares]], width: int, sides: tuple[str, str], *, blocks: bool
) -> list[Line]:
    if not rows:
        return [[("no values", "soft")]]
    least = max(width, LEAST)
    names = [_name(name, least // 3, blocks=blocks) for name, _ in rows]
    indent = max(columns(name) for name in names)
    room = least - indent - 22
    largest = max(each.largest for _, each in rows) or 1.0
    lines: list[Line] = []
    for name, (_, each) in zip(names, rows, strict=True):
        shape = _bar(each, largest, room, blocks=blocks)
        if not sides[1]:
            shape = [(bar((each.baseline or 0.0) / largest, room, blocks=blocks), "baseline")]
        line: Line = [(f"{' ' * (indent - columns(name))}{name} ", ""), *shape]
        line.append((" " * (room - sum(len(text) for text, _ in shape)), ""))
        if sides[1]:
            line.append((f" {_figure(each.current):>8}", ""))
            line.append((f" ({_figure(each.baseline)})".rjust(11), "soft"))
        else:
            line.append((f" {_figure(each.baseline):>8}", ""))
        lines.append(line)
    return lines


def _bar(each: Shares, largest: float, room: int, *, blocks: bool) -> Line:
    """Return the current bar, and a mark where that of the baseline ends, pale as far as there."""
    now = bar((each.current or 0.0) / largest, room, blocks=blocks)
    if not each.baseline:
        return [(now, "current")]
    mark = max(round(each.baseline / largest * room), 1) - 1
    sign, pale = ("┃", "░") if blocks else ("|", "-")
    if mark >= len(now):
        return [(now, "current"), (pale * (mark - len(now)) + sign, "baseline")]
    return [(now[:mark], "current"), (sign, "baseline"), (now[mark + 1 :], "current")]


def _figure(share: float | None) -> str:
    return "no rows" if share is None else percent(share)


def _name(name: str, widest: int, *, blocks: bool) -> str:
    short = clipped(visible(name), widest)
    return short if blocks else short.replace("…", "~")
