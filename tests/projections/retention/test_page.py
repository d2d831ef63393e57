"""The page about retention says what happens."""

import re
import shlex
from pathlib import Path
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from featuretrail.cli import app
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.projections import Projections
from tests.engines.database import Database
from tests.projections.live.events import incident, sampled
from tests.projections.retention.conftest import Days
from tests.projections.streams import records

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "retention.md"


def test_the_session_of_the_page_is_what_happens(
    database: Database,
    log: EventLog,
    side: Projections,
    days: Days,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEATURETRAIL_URL", database.url)
    log.append(*incident(uuid4()), *(event for stream in records() for event in stream))
    days(100)
    log.append(*incident(uuid4()), sampled())
    side.catch_up()
    steps = re.findall(
        r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*?)(?=\$ |```)",
        PAGE.read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert len(steps) >= 6
    for line, shown in steps:
        done = CliRunner().invoke(app, shlex.split(line), catch_exceptions=False)
        assert (done.exit_code, masked(done.stdout)) == (0, masked(shown)), line


def masked(text: str) -> str:
    """Hide dates."""
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?", "DATE", text)
