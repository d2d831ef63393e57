"""Each snippet of the tutorial prints what the page shows after it."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "tutorial" / "first-steps.md"
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.usefixtures("workplace")
def test_each_snippet_prints_what_the_page_shows() -> None:
    blocks = [(match[1], match[2]) for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))]
    shown = [text for kind, text in blocks if kind == "text"]
    namespace: dict[str, Any] = {}

    printed = [_run(text, namespace) for kind, text in blocks if kind == "python"]

    assert [text for text in printed if text] == shown


def _run(code: str, namespace: dict[str, Any]) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, str(PAGE), "exec"), namespace)  # noqa: S102 - the tutorial's own code
    return output.getvalue()
