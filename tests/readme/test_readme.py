"""The README's session does what the README says."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def session() -> tuple[str, str]:
    """Return the code of the session and the output printed under it."""
    match = re.search(
        r"## A session\n.*?```python\n(.*?)```\n\n```text\n(.*?)```", README.read_text(), re.DOTALL
    )
    assert match is not None
    return match[1], match[2]


def test_the_session_prints_what_the_readme_shows(tmp_path: Path) -> None:
    code, shown = session()
    clean = {name: value for name, value in os.environ.items() if "FEATURETRAIL" not in name}
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.stderr == ""
    assert run.stdout == shown


def test_every_file_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", README.read_text())
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
