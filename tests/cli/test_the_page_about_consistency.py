"""The page "Consistency" says what happens."""

import doctest
import re
import shlex
from datetime import UTC, datetime, timedelta

import featuretrail as ft
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.house.packages import ROOT

BLOCK = re.compile(r"^```(pycon|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def test_the_sessions_of_the_page_are_what_happens(run: Run, database: Database) -> None:
    text = (ROOT / "docs" / "how-to" / "consistency.md").read_text("utf-8")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    said: list[str] = []

    def vandalize(statement: str) -> None:
        with database.connect() as connection:
            connection.execute(statement)

    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        names = {"store": store, "ft": ft, "datetime": datetime, "timedelta": timedelta, "UTC": UTC}
        names["vandalize"] = vandalize
        for kind, block in BLOCK.findall(text):
            if kind == "pycon":
                part = parser.get_doctest(block, names, "consistency", None, 0)
                failed, tried = runner.run(part, clear_globs=False, out=said.append)
                assert tried > 0
                assert failed == 0, "".join(said)
                names = part.globs
            else:
                for line, printed in STEP.findall(block):
                    assert run(*shlex.split(line)).out == printed, line
