"""Charts on a terminal: coloured blocks as wide as it is, plain ASCII into a pipe."""

import sys
from shutil import get_terminal_size

import typer
from rich.console import Console
from rich.text import Text

from featuretrail.commands.output import on_terminal, printable
from featuretrail.domain.charts.blocks import RISING
from featuretrail.domain.charts.categories import Categories
from featuretrail.domain.charts.histogram import Histogram
from featuretrail.domain.charts.history import History
from featuretrail.domain.charts.plot import history_lines
from featuretrail.domain.charts.terminal import Line, Role, categories_lines, histogram_lines

Chart = Histogram | Categories | History

PIPED = 80
"""Columns of a chart that goes into a pipe."""
WIDEST = 110
"""Columns beyond which a chart is not easier to read."""

_STYLES: dict[Role, str] = {
    "": "",
    "title": "bold",
    "soft": "dim",
    "baseline": "bright_black",
    "current": "blue",
    "drift": "bold red",
    "incident": "yellow",
    "limit": "dim",
}


def write_chart(chart: Chart) -> None:
    """Write ``chart``: in colours and blocks on a terminal that has them, else in plain ASCII."""
    blocks = on_terminal() and _writable(RISING)
    width = min(get_terminal_size((PIPED, 24)).columns, WIDEST) if on_terminal() else PIPED
    for line in chart_lines(chart, width, blocks=blocks):
        if on_terminal():
            Console(soft_wrap=True, highlight=False).print(_styled(line))
        else:
            typer.echo(_encodable(plain(line)))


def chart_lines(chart: Chart, width: int, *, blocks: bool) -> list[Line]:
    """Return the lines of any chart."""
    match chart:
        case Histogram():
            return histogram_lines(chart, width, blocks=blocks)
        case Categories():
            return categories_lines(chart, width, blocks=blocks)
        case History():
            return history_lines(chart, width, blocks=blocks)


def plain(line: Line) -> str:
    """Return a line without its colours."""
    return "".join(printable(text) for text, _ in line).rstrip()


def _styled(line: Line) -> Text:
    return Text.assemble(*((_encodable(printable(text)), _STYLES[role]) for text, role in line))


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "ascii"


def _writable(text: str) -> bool:
    return _encodable(text) == text


def _encodable(text: str) -> str:
    """Return ``text`` as standard output can take it: a question mark for what it has not."""
    return text.encode(_encoding(), "replace").decode(_encoding())
