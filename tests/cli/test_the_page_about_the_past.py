"""Each command of the page "Asking about the past" prints what the page shows after it."""

import re
import shlex
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.house.packages import ROOT

PAGE = ROOT / "docs" / "how-to" / "asking-about-the-past.md"
FILE = re.compile(r"as `(?P<name>[\w.]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?P<kind>console|sql)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}Z")
CHAIN = re.compile(r"(head digest +)[0-9a-f]{64}")
WHATEVER = "..."


def ours(output: str) -> str:
    """Return what is printed with one time, and one digest of the chain, for all."""
    once = TIME.sub("2026-01-15 09:30:00.000000Z", output)
    return CHAIN.sub(r"\g<1>" + "a1b2c3d4" * 8, once)


def commands(text: str) -> list[tuple[str, str]]:
    """Return each command of a block with what the page shows after it."""
    parts = re.split(r"^\$ (.*)\n", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def printed(run: Run, line: str) -> str:
    program, *arguments = shlex.split(line)
    assert program == "featuretrail"
    finished = run(*arguments)
    return ours(finished.out + finished.err)


@pytest.mark.tiers("embedded")
def test_each_command_prints_what_the_page_shows(
    run: Run, folder: Path, database: Database
) -> None:
    page = PAGE.read_text("utf-8")
    for file in FILE.finditer(page):
        (folder / file["name"]).write_text(file["text"], "utf-8")
    shown: list[tuple[str, str]] = []
    found: list[tuple[str, str]] = []

    for block in BLOCK.finditer(page):
        if block["kind"] == "sql":
            with psycopg.connect(database.url, autocommit=True) as connection:
                assert connection.execute(sql.SQL(block["text"])).rowcount == 1
            continue
        for line, output in commands(block["text"]):
            written = printed(run, line)
            shown.append((line, output.strip()))
            skipped = output.strip() == WHATEVER
            found.append((line, WHATEVER if skipped else written.strip()))
            assert not (skipped and "error:" in written), written

    assert len(found) > 15
    assert found == shown
