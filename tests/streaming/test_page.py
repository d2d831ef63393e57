"""The page about streams: its sessions are what happens."""

import asyncio
import contextlib
import doctest
import io
import json
import os
import re
import shlex
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nats
import pytest
from typer.testing import CliRunner

import featuretrail as ft
from featuretrail.cli import app
from featuretrail.streaming import Stop
from tests.engines.database import Database
from tests.engines.embedded_place import eventually
from tests.streaming.brokers import NatsServer

pytestmark = pytest.mark.tiers("embedded")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "streaming.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^(\$ featuretrail (.*)\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DELAYS: Sequence[Sequence[object]] = ([4.0, 11.0], [2.0, "late"])
"""What the messages say that the program of the page reads, and those that the command reads."""

ONE_BATCH = ["--max-rows", "2", "--max-delay", "60"]
"""However slow the machine, two messages are one micro-batch: positions are those of the page."""


def test_the_sessions_of_the_page_are_what_happens(database: Database) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        names = {"ft": ft, "store": store, "timedelta": timedelta, "noon": NOON}
        text = PAGE.read_text(encoding="utf-8")
        session = doctest.DocTestParser().get_doctest(text, names, "streaming.md", str(PAGE), 0)
        told: list[str] = []
        results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=told.append)

    assert results.attempted > 10
    assert results.failed == 0, "".join(told)


def test_the_broker_of_the_page_is_read_by_program_and_by_command(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEATURETRAIL_URL", database.url)
    page = PAGE.read_text("utf-8").partition("## Read from a broker")[2]

    with NatsServer(tmp_path / "nats") as server:
        now = replayed(page, database, server)

    assert len(STEP.findall(page)) == 7
    assert masked(now) == masked(page)


def replayed(page: str, database: Database, server: NatsServer) -> str:
    """Return the page with what its program prints and its commands say."""
    printed = ""

    def told(step: re.Match[str]) -> str:
        line = step[2].replace("nats://localhost:4222", server.url)
        running = line.startswith("stream run")
        words = [*shlex.split(line), *(ONE_BATCH if running else [])]
        with until(database, 3, end) if running else contextlib.nullcontext():
            finished = CliRunner().invoke(app, words, catch_exceptions=False)
        return step[1] + finished.output.replace(server.url, "nats://localhost:4222")

    def block(match: re.Match[str]) -> str:
        nonlocal printed
        kind, content = match[1], match[2]
        if kind == "python":
            publish(server, 0)
            code = content.replace("nats://localhost:4222", server.url)
            code = code.replace(
                "source=source.name", "source=source.name, max_rows=2, max_delay=60"
            )
            printed = executed(code, database)
        elif kind == "text":
            content = printed
        elif kind == "console":
            publish(server, 1)
            content = STEP.sub(told, content)
        return f"```{kind}\n{content}```"

    return BLOCK.sub(block, page)


def executed(code: str, database: Database) -> str:
    stop, output = Stop(), io.StringIO()
    with (
        ft.connect(database.url, artifacts="database:", actor="ann") as store,
        contextlib.redirect_stdout(output),
        until(database, 2, stop.set),
    ):
        names: dict[str, Any] = {"ft": ft, "store": store, "stop": stop}
        exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - the page's own code
    return output.getvalue()


def publish(server: NatsServer, part: int) -> None:
    """Send the messages of one part of the page."""

    async def send() -> None:
        client = await nats.connect(server.url)
        stream = client.jetstream()
        await stream.add_stream(name="FLIGHTS", subjects=["flights.>"])  # once, however often
        for hour, delay in enumerate(DELAYS[part], start=2 * part):
            row = {"origin": "EWR", "event_time": f"2026-01-05T{12 + hour}:00:00Z", "delay": delay}
            await stream.publish("flights.landed", json.dumps(row).encode())
        await client.close()

    asyncio.run(send())


@contextlib.contextmanager
def until(database: Database, rows: int, then: Callable[[], object]) -> Iterator[None]:
    """Do ``then`` in a thread when so many flights are stored."""
    count = "SELECT count(*) FROM featuretrail_values.flights"

    def stored() -> bool:
        with database.connect() as connection:
            [(table,)] = connection.execute("SELECT to_regclass('featuretrail_values.flights')")
            return table is not None and connection.execute(count).fetchall()[0][0] >= rows

    def watch() -> None:
        eventually(stored, 60)
        then()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def end() -> None:
    """Stop the command as SIGTERM does, if it still listens."""
    if callable(signal.getsignal(signal.SIGTERM)):
        os.kill(os.getpid(), signal.SIGTERM)


def masked(text: str) -> str:
    """Hide times, and the width of columns that they give."""
    text = re.sub(r"\b2026-\d\d-\d\d \d\d:\d\d:\d\d\.\d+Z", "TIME", text)
    text = re.sub(r"\b\d+\.\d days\b", "DAYS", text)  # how far behind
    return re.sub(r" {2,}", "  ", text)
