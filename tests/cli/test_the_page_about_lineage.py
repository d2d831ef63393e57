"""The page "Lineage" says what happens."""

import doctest
import re
import shlex
from datetime import UTC, datetime, timedelta

import featuretrail as ft
from tests.cli.conftest import Run
from tests.engines.database import Database
from tests.house.packages import ROOT

PAGE = ROOT / "docs" / "how-to" / "lineage.md"
BLOCK = re.compile(r"^```(pycon|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def test_the_session_of_the_page_is_what_happens(run: Run, database: Database) -> None:
    text = PAGE.read_text("utf-8")
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    said: list[str] = []
    shown: list[str] = []
    with ft.connect(database.url, artifacts="database:", actor="ann") as store:
        names = {"store": store, "ft": ft, "datetime": datetime, "timedelta": timedelta, "UTC": UTC}
        for kind, block in BLOCK.findall(text):
            if kind == "pycon":
                part = parser.get_doctest(block, names, PAGE.name, None, 0)
                failed, tried = runner.run(part, clear_globs=False, out=said.append)
                assert tried > 0
                assert failed == 0, "".join(said)
                names = part.globs
            else:
                for line, printed in STEP.findall(block):
                    shown.append(printed)
                    said.append(run(*shlex.split(line)).out)
                    assert masked(said[-1]) == masked(printed), said[-1]
    assert len(shown) == 3


def masked(text: str) -> str:
    """Hide digests."""
    return re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)
