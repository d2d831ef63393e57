"""The page "Outcomes, and what was served" says what happens."""

import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Any

import featuretrail as ft
from tests.cli.conftest import Run
from tests.house.packages import ROOT

PAGE = ROOT / "docs" / "how-to" / "outcomes.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^(\$ featuretrail (.*)\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
FILES = ["landings.csv", "corrected.csv"]


def test_the_sessions_of_the_page_are_what_happens(run: Run, folder: Path) -> None:
    text = PAGE.read_text("utf-8")
    assert masked(replayed(text, run, folder)) == masked(text)


def replayed(text: str, run: Run, folder: Path) -> str:
    """Return the page with what its programs print and its commands say."""
    files = iter(FILES)
    namespace: dict[str, Any] = {}
    printed = ""

    def told(step: re.Match[str]) -> str:
        finished = run(*shlex.split(step[2]))
        return step[1] + finished.out + finished.err

    def block(match: re.Match[str]) -> str:
        nonlocal printed
        kind, content = match[1], match[2]
        if kind == "python":
            printed = executed(content, namespace)
        elif kind == "text":
            content = printed
        elif kind == "csv":
            (folder / next(files)).write_text(content, "utf-8")
        elif kind == "console":
            content = STEP.sub(told, content)
        return f"```{kind}\n{content}```"

    try:
        return BLOCK.sub(block, text)
    finally:
        store = namespace.get("store")
        if isinstance(store, ft.TimescaleDBFeatureStore):
            store.close()


def executed(code: str, namespace: dict[str, Any]) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, str(PAGE), "exec"), namespace)  # noqa: S102 - the page's own code
    return output.getvalue()


def masked(text: str) -> str:
    """Hide what differs from run to run: ids, today's times, digests, the width of columns."""
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", "ID", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)
    text = re.sub(r"\b2(?!025)\d{3}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)
    text = re.sub(r"20250701|2025-07-01", "DAY", text)
    return re.sub(r" {2,}", "  ", text)
