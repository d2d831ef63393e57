"""The page on writing a projection: its code runs, and says what the page shows."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from featuretrail.projections.checks import CheckFailedError, check_all
from tests.engines.database import Database

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "write-a-projection.md"


def blocks(language: str) -> list[str]:
    """The page's blocks of code in ``language``."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The page's two read models as modules that can be imported."""
    model, _, _, numbered = blocks("python")
    (tmp_path / "catalogue.py").write_text(model, "utf-8")
    (tmp_path / "numbered.py").write_text(numbered, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("catalogue", "numbered"):
        sys.modules.pop(name, None)


@pytest.mark.tiers("embedded")
@pytest.mark.usefixtures("modules")
def test_the_code_of_the_page_runs(database: Database) -> None:
    [table] = blocks("sql")
    _, checking, on_tables, _ = blocks("python")
    [shown] = blocks("text")
    with database.connect() as connection:
        connection.execute(table)
    names: dict[str, object] = {"url": database.url}

    exec(checking, names)  # noqa: S102 - the page's own code
    exec(on_tables, names)  # noqa: S102
    exec("from numbered import NUMBERED_SETS", names)  # noqa: S102
    with pytest.raises(CheckFailedError) as caught:
        check_all(names["NUMBERED_SETS"], names["log"])  # type: ignore[arg-type]

    assert str(caught.value) == shown.replace("ROW", caught.value.row).rstrip()


@pytest.mark.tiers("embedded", "apache", "community")
def test_the_statements_of_the_page_make_a_live_table(database: Database) -> None:
    [table] = blocks("sql")
    with database.connect() as connection:
        connection.execute(table)
        [(tables,)] = connection.execute("SELECT tables FROM featuretrail.generations").fetchall()
        shown = connection.execute("SELECT * FROM featuretrail.feature_set_catalogue").fetchall()

    assert tables[-1] == "feature_set_catalogue"
    assert len(tables) == 8
    assert shown == []
