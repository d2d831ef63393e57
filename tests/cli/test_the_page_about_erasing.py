"""The page on erasing a person: its commands do what it shows."""

import re
import shlex
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.test_documentation import blocks

PAGE = "how-to/erasing-a-person.md"


def test_the_session_of_the_page_on_erasing_is_what_happens(run: Run, folder: Path) -> None:
    [definitions] = blocks(PAGE, "toml")
    (folder / "shoppers.toml").write_text(definitions, "utf-8")
    for name, text in zip(("march", "asked"), blocks(PAGE, "csv"), strict=True):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    session = "".join(blocks(PAGE, "console"))
    steps = re.findall(r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)

    wrong = []
    for line, shown in steps:
        done = run(*shlex.split(line))
        told = masked(done.out + done.err)
        if told != shown:
            wrong.append(f"$ featuretrail {line}\n{told}")

    assert not wrong, "\n".join(wrong)
    assert len(steps) == 9


def masked(text: str) -> str:
    """Show digests, times and durations as the page does."""
    text = re.sub(r"\b[0-9a-f]{64}\b", "...", text)
    text = re.sub(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d\.\d+(\+00:00|Z)?", "2026-11-26", text)
    text = re.sub(r"(  storage +)\S+", r"\1database:", text)
    return re.sub(r"erased on \d{4}-\d\d-\d\d", "erased on 2026-11-26", text)
