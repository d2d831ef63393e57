"""The page "Documentation that writes itself" says what happens."""

import re
import shlex
from pathlib import Path

from tests.cli.conftest import Run
from tests.house.packages import ROOT

BLOCK = re.compile(r"^```(toml|csv|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def test_the_session_of_the_page_is_what_happens(run: Run, folder: Path) -> None:
    text = (ROOT / "docs" / "how-to" / "documentation.md").read_text("utf-8")
    shown = 0
    for language, block in BLOCK.findall(text):
        if language != "console":
            policy = block.startswith("[documentation")
            stem = "featuretrail" if policy else "weather"
            (folder / f"{stem}.{language}").write_text(block, encoding="utf-8")
            continue
        for line, printed in STEP.findall(block):
            shown += 1
            command, _, tail = line.partition(" | tail -n ")
            lines = run(*shlex.split(command)).out.splitlines(keepends=True)
            said = "".join(lines[-int(tail) :] if tail else lines)
            assert said == printed, line
    assert shown == 6
