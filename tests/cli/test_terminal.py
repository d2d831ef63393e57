"""On a terminal: lines around tables, and text of others that stays text."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import DEFINITIONS, Run
from tests.engines.database import Database


def on_terminal(arguments: list[str], folder: Path, url: str) -> str:
    """Run the command line with a terminal as standard output; return what it showed."""
    reader, terminal = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if "FEATURETRAIL" not in name}
    process = subprocess.Popen(
        [sys.executable, "-c", "from featuretrail.cli import main; main()", *arguments],
        cwd=folder,
        env=kept | {"FEATURETRAIL_URL": url, "TERM": "xterm-256color", "COLUMNS": "160"},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=subprocess.PIPE,
    )
    os.close(terminal)
    shown = b""
    while chunk := _chunk(reader):
        shown += chunk
    os.close(reader)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    return shown.decode()


def _chunk(reader: int) -> bytes:
    try:
        return os.read(reader, 65_536)
    except OSError:  # how Linux says that the other end of a terminal is closed
        return b""


def test_a_table_has_lines_and_markup_in_a_description_is_text(
    run: Run, folder: Path, database: Database
) -> None:
    definitions = DEFINITIONS.replace('"Air temperature."', '"[red]Air[/red]"')
    (folder / "weather.toml").write_text(definitions, encoding="utf-8")
    assert run("apply", "weather.toml").code == 0

    shown = on_terminal(["feature", "list"], folder, database.url)

    assert "──" in shown
    assert "[red]Air[/red]" in shown
    assert "wind_speed" in shown


def test_json_is_json_on_a_terminal_too(folder: Path, database: Database) -> None:
    shown = on_terminal(["group", "list", "--json"], folder, database.url)

    assert shown.replace("\r", "") == '{\n  "groups": []\n}\n'
