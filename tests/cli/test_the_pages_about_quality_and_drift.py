"""The pages "Quality" and "Drift" say what happens."""

import doctest
import re
import shlex
from datetime import UTC, datetime, timedelta

import pytest

import featuretrail as ft
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.house.packages import ROOT

BLOCK = re.compile(r"^```(pycon|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@pytest.mark.parametrize(("page", "commands"), [("quality", 2), ("drift", 3)])
def test_the_session_of_the_page_is_what_happens(
    run: Run, database: Database, page: str, commands: int
) -> None:
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text("utf-8")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    shown = 0
    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        names = {"store": store, "ft": ft, "datetime": datetime, "timedelta": timedelta, "UTC": UTC}
        for kind, block in BLOCK.findall(text):
            if kind == "pycon":
                part = parser.get_doctest(block, names, page, None, 0)
                failed, tried = runner.run(part, clear_globs=False, out=said.append)
                assert tried > 0
                assert failed == 0, "".join(said)
                names = part.globs
            else:
                for line, printed in STEP.findall(block):
                    shown += 1
                    assert run(*shlex.split(line)).out == printed, line
    assert shown == commands
