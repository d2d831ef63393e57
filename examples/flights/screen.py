"""How the story looks: headings, sentences, tables, and how long each step took."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console, JustifyMethod
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from flights.report import Report

WIDEST = 100
"""Columns that sentences and rules use at most: longer lines are hard to read."""

_EIGHTHS = " ▏▎▍▌▋▊▉"
_COLOURS = {"present": "green", "expired": "yellow", "missing": "yellow", "retracted": "red"}


class Screen:
    """A console that tells numbered steps; plain text when it is no terminal."""

    def __init__(self, console: Console, report: Report) -> None:
        self._console = console
        self._report = report
        self._width = min(console.width, WIDEST)
        self._steps = 0

    def banner(self, title: str, text: str) -> None:
        """Print the story's title and what it is about."""
        panel = Panel(text, title=f"[bold]{title}", box=box.ROUNDED, padding=(1, 2))
        self._console.print(panel, width=self._width)

    @contextmanager
    def step(self, key: str, title: str, text: str) -> Iterator[None]:
        """Print a step's heading and sentences, then what the body prints, then its seconds.

        The time is reported under ``key``.
        """
        self._steps += 1
        self._console.print()
        heading = Text.assemble((f" {self._steps} ", "bold reverse cyan"), (f" {title}", "bold"))
        self._console.print(heading)
        self.say(text)
        began = time.perf_counter()
        with self._console.status("[dim]working", spinner="dots"):
            yield
        seconds = time.perf_counter() - began
        self._report.timed(key, seconds)
        self._console.print(Text(f"   {seconds:.2f} s", "dim"))

    def closing(self, text: str) -> None:
        """Print the story's last line."""
        self._console.print()
        self.say(text)

    def say(self, text: str) -> None:
        """Print a paragraph, indented."""
        self._console.print(Padding(text, (0, 0, 0, 3), expand=False), width=self._width)

    def proof(self, text: str, *, holds: bool) -> None:
        """Print a statement with a tick when it holds and a cross when it does not."""
        sign = "[bold green]✓[/]" if holds else "[bold red]✗[/]"
        grid = Table.grid(padding=(0, 1))
        grid.add_row(sign, text)
        self._console.print(Padding(grid, (0, 0, 0, 3), expand=False), width=self._width)

    def table(
        self, columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None
    ) -> None:
        """Print rows under ``columns``; a name that begins with ``>`` aligns to the right."""
        table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="italic")
        for column in columns:
            number = column.startswith(">")
            justify: JustifyMethod = "right" if number else "left"
            table.add_column(
                column.removeprefix(">"), justify=justify, no_wrap=number, overflow="fold"
            )
        for row in rows:
            table.add_row(*map(shown, row))
        self._console.print(Padding(table, (0, 0, 0, 2), expand=False))


def shown(cell: object) -> str:
    """Return a table's cell as text: thousands separated, two decimals, a dash for nothing."""
    if cell is None:
        return "[dim]–[/]"
    if isinstance(cell, bool | str):
        return str(cell)
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:,.2f}" if isinstance(cell, float) else str(cell)


def short(digest: str) -> str:
    """Return the beginning of a digest, enough for a person to compare."""
    return f"[cyan]{digest[:12]}[/]…"


def bar(value: float, most: float, width: int = 16) -> str:
    """Return a bar as long as ``value`` is of ``most``."""
    eighths = round(abs(value) / most * width * 8) if most > 0 else 0
    return f"[cyan]{'█' * (eighths // 8)}{_EIGHTHS[eighths % 8].strip()}[/]"


def status(name: str) -> str:
    """Return a value's status in its colour."""
    return f"[{_COLOURS.get(name, 'default')}]{name}[/]"
