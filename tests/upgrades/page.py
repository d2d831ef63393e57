"""The page on upgrading: its session run anew on the first release's dump.

``python -m tests.upgrades.page`` writes the outputs into the page.
"""

import os
import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from featuretrail.cli import app
from tests.engines.native import NativeEngine
from tests.engines.session_folder import SessionFolder
from tests.upgrades.conftest import restore
from tests.upgrades.dump import names

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "upgrading.md"
RENEW = ".venv/bin/python -m tests.upgrades.page"
STEP = re.compile(r"^(\$ featuretrail (.*)\n)((?:(?!\$ |```).*\n)*)", re.MULTILINE)


def replayed(page: str, url: str) -> str:
    """Return the page with what its commands say now of the database at ``url``."""

    def ran(step: re.Match[str]) -> str:
        result = CliRunner(env={"FEATURETRAIL_URL": url}).invoke(app, shlex.split(step[2]))
        assert result.exit_code == 0, f"{step[2]}: {result.stderr}"
        return step[1] + re.sub(
            r"(  address +).*", r"\1postgres@db.example.org/features", result.stdout
        )

    return STEP.sub(ran, page)


def masked(text: str) -> str:
    """Hide what differs from run to run: sizes, times, digests, and how wide that makes columns."""
    text = re.sub(r"\b[0-9a-f]{16,64}\b|\b\d{4}-\d\d-\d\d[T ][\d:.]+(\+00:00|Z)?", "…", text)
    text = re.sub(r"\b\d+(\.\d+)? (bytes|[kMG]B)\b|\b\d+\.\d+\b", "…", text)
    facts = (
        r"^(  (?:address|version|applied|pending|to|events per second|swapped within|bytes) +).*$"
    )
    text = re.sub(facts, r"\1…", text, flags=re.MULTILINE)
    text = re.sub(r"TimescaleDB [\d.…]+", "TimescaleDB", text)
    text = re.sub(r"(^\d{4}_\w+\n)+", "MIGRATIONS\n", text, flags=re.MULTILINE)
    return re.sub(r" {2,}", "  ", re.sub(r" +$", "", text, flags=re.MULTILINE))


def main() -> None:
    """Write the page."""
    folder = SessionFolder.create()
    engine = NativeEngine("apache", folder.path)
    os.chdir(folder.path)
    try:
        with engine.database(migrated=False) as database:
            restore(database, names()[0])
            PAGE.write_text(replayed(PAGE.read_text("utf-8"), database.url), "utf-8")
    finally:
        engine.close()
        folder.remove()


if __name__ == "__main__":
    main()
