"""What commands write: JSON, rich tables on a terminal, aligned plain text into a pipe.

rich is imported where a terminal is written to: into pipes commands write most often.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeGuard

import typer
from pydantic_core import to_json

from featuretrail.commands.terminal import on_terminal

Row = Mapping[str, object]


def write_json(document: object) -> None:
    """Write ``document`` as one JSON document in UTF-8; NaN and infinities become null."""
    typer.echo(to_json(document, indent=2, inf_nan_mode="null", fallback=_plain))


def write_table(rows: Sequence[Row], empty: str) -> None:
    """Write rows under a heading made of their keys, or the sentence ``empty``."""
    columns = dict.fromkeys(name for row in rows for name in row)
    filled = [{name: row.get(name) for name in columns} for row in rows]
    if not filled:
        write_line(empty)
    elif on_terminal():
        _rich(filled)
    else:
        _aligned(filled)


def write_record(title: str, facts: Row) -> None:
    """Write a title and one line a fact."""
    width = max((len(name) for name in facts), default=0)
    write_line(title, style="bold")
    for name, value in facts.items():
        label = name.replace("_", " ").ljust(width)
        write_line(f"  {label}  {cell(value)}".rstrip())


def write_report(title: str, report: Row) -> None:
    """Write a record of the report's plain facts, then a table for each list of objects in it."""
    tables = {name: value for name, value in report.items() if _is_table(value)}
    write_record(title, {name: value for name, value in report.items() if name not in tables})
    for name, rows in tables.items():
        write_line(name.replace("_", " "), style="bold")
        write_table(rows, "none")


def write_line(text: str, *, style: str = "") -> None:
    """Write one line; ``style`` is seen on terminals only."""
    if on_terminal():
        from rich.console import Console  # noqa: PLC0415 - see above
        from rich.text import Text  # noqa: PLC0415 - see above

        Console(soft_wrap=True, highlight=False).print(Text(printable(text), style=style))
    else:
        typer.echo(printable(text))


def cell(value: object) -> str:
    """Return ``value`` as people read it, on one line; what is absent is ``-``."""
    match value:
        case None | "" | [] | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).isoformat(sep=" ").replace("+00:00", "Z")
        case Mapping():
            return (
                "-"
                if not value
                else ", ".join(f"{name}={cell(each)}" for name, each in value.items())
            )
        case list() | tuple():
            return "; ".join(cell(each) for each in value)
        case _:
            return printable(str(value))


def printable(text: str) -> str:
    """Return ``text`` with control characters escaped, so that no name or reason drives a screen.

    >>> printable("red\\x1b[31m")
    'red\\\\x1b[31m'
    """
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def _plain(value: object) -> object:
    for method in ("to_dict", "item", "as_py"):
        convert = getattr(value, method, None)
        if convert is not None:
            return convert()
    return str(value)


def _is_table(value: object) -> TypeGuard[Sequence[Row]]:
    return isinstance(value, list | tuple) and any(isinstance(each, Mapping) for each in value)


def _rich(rows: Sequence[Row]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - see above
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in rows[0]:
        numbers = all(isinstance(row[name], int | float) for row in rows)
        table.add_column(
            name.replace("_", " "), justify="right" if numbers else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row.values()))
    Console().print(table)


def _aligned(rows: Sequence[Row]) -> None:
    lines = [list(rows[0]), *([cell(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(rows[0]))]
    for line in lines:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())
