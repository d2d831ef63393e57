"""Charts on a terminal: coloured blocks as wide as it is, plain ASCII into a pipe."""

import sys
from shutil import get_terminal_size

import typer
from rich.console import Console
from rich.text import Text

from featuretrail.commands.output import printable
from featuretrail.commands.terminal import on_terminal
from featuretrail.domain.charts.blocks import RISING
from featuretrail.domain.charts.picture import FeaturePicture
from featuretrail.domain.charts.terminal import Line, Role

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


def write_picture(picture: FeaturePicture) -> None:
    """Write a picture: in colours and blocks on a terminal that has them, else in plain ASCII."""
    blocks = on_terminal() and _writable(RISING)
    width = min(get_terminal_size((PIPED, 24)).columns, WIDEST) if on_terminal() else PIPED
    for line in picture.lines(width, blocks=blocks):
        if on_terminal():
            Console(soft_wrap=True, highlight=False).print(_styled(line))
        else:
            typer.echo(_encodable(printable("".join(text for text, _ in line).rstrip())))


def _styled(line: Line) -> Text:
    return Text.assemble(*((_encodable(printable(text)), _STYLES[role]) for text, role in line))


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "ascii"


def _writable(text: str) -> bool:
    return _encodable(text) == text


def _encodable(text: str) -> str:
    """Return ``text`` as standard output can take it: a question mark for what it has not."""
    return text.encode(_encoding(), "replace").decode(_encoding())
