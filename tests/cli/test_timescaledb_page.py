"""The page about TimescaleDB says what happens on the Community edition."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.test_documentation import DOCS, blocks
from tests.engines.database import Database

PAGE = "how-to/timescaledb.md"
BLOCK = re.compile(r"```(console|sql)\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@pytest.mark.tiers("community")
def test_the_session_of_the_page_is_what_happens(
    run: Run, folder: Path, database: Database
) -> None:
    [whole, _] = blocks("how-to/define-in-a-file.md", "toml")
    (folder / "weather.toml").write_text(whole, encoding="utf-8")
    (folder / "year.csv").write_text(hourly(datetime(2013, 1, 1, tzinfo=UTC), 8760, 50))
    (folder / "late.csv").write_text(hourly(datetime(2013, 7, 1, tzinfo=UTC), 12, 60))
    compared = 0

    for language, block, answer in BLOCK.findall((DOCS / PAGE).read_text(encoding="utf-8")):
        if language == "sql":
            found = rows(database, block)
            if answer:
                compared += 1
                assert found == answer, block
            continue
        for line, shown in STEP.findall(block):
            compared += 1
            out = run(*shlex.split(line)).out
            if shown:
                assert masked(out) == masked(shown), line

    assert compared >= 9


def hourly(first: datetime, hours: int, temp: float) -> str:
    """A file with so many hours of two airports."""
    lines = [
        f"{origin},{(first + timedelta(hours=n)).isoformat()},{temp + n % 24},{n % 15}"
        for origin in ("EWR", "JFK")
        for n in range(hours)
    ]
    return "\n".join(["origin,event_time,temp,wind_speed", *lines, ""])


def rows(database: Database, statements: str) -> str:
    """What a statement gives, a row a line; nothing for one that gives no rows."""
    with database.connect() as connection:
        cursor = connection.execute(statements.encode())
        found = cursor.fetchall() if cursor.description else []
    return "".join(" | ".join(map(_cell, row)) + "\n" for row in found)


def _cell(value: Any) -> str:
    if isinstance(value, timedelta):
        return f"{value.days} days" if value.days > 1 else _short(value)
    return "" if value is None else str(value)


def _short(value: timedelta) -> str:
    return "1 day" if value == timedelta(days=1) else str(value)


def masked(text: str) -> str:
    """Hide digests."""
    return re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)
