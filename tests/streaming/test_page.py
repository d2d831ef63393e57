"""The page about streams: its sessions are what happens."""

import doctest
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import featuretrail as ft
from tests.engines.database import Database

pytestmark = pytest.mark.tiers("embedded")

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "streaming.md"


def test_the_sessions_of_the_page_are_what_happens(database: Database) -> None:
    with ft.connect(database.url, artifacts="database:") as store:
        names = {
            "ft": ft,
            "store": store,
            "timedelta": timedelta,
            "noon": datetime(2026, 1, 5, 12, tzinfo=UTC),
        }
        text = PAGE.read_text(encoding="utf-8")
        session = doctest.DocTestParser().get_doctest(text, names, "streaming.md", str(PAGE), 0)
        told: list[str] = []
        results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=told.append)

    assert results.attempted > 10
    assert results.failed == 0, "".join(told)
