"""The page on upgrading says what happens."""

from pathlib import Path

import pytest

from tests.engines.database import Database
from tests.upgrades.conftest import restore
from tests.upgrades.dump import names
from tests.upgrades.page import PAGE, RENEW, STEP, masked, replayed


@pytest.mark.tiers("apache")
def test_the_session_of_the_page_is_what_happens(
    empty_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    restore(empty_database, names()[0])
    page = PAGE.read_text("utf-8")

    now = replayed(page, empty_database.url)

    assert len(STEP.findall(page)) == 5
    assert masked(now) == masked(page), f"if the change is meant, run `{RENEW}` and commit"
