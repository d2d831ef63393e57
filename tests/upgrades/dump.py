"""Keeps the database of a release, with data and with what it answered, for later ones to upgrade.

On the commit of a release, ``python -m tests.upgrades.dump NAME`` fills a store on plain PostgreSQL
and writes ``dumps/NAME.sql.gz`` and ``dumps/NAME.json.gz``. Commit both; the tests find them. A
release that writes what earlier ones could not adds it to ``filling.py``, behind a question whether
the store can.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import featuretrail as ft
from featuretrail.infrastructure.embedded.account import Account
from featuretrail.infrastructure.embedded.binaries import Binaries
from tests.engines.native import NativeEngine
from tests.engines.session_folder import SessionFolder
from tests.upgrades.filling import fill
from tests.upgrades.questions import answers

DUMPS = Path(__file__).parent / "dumps"


def names() -> list[str]:
    """Return the releases that are kept."""
    return sorted(each.name.removesuffix(".sql.gz") for each in DUMPS.glob("*.sql.gz"))


def statements(name: str) -> bytes:
    """Return the statements that make the database of a release again, in an empty one."""
    return gzip.decompress((DUMPS / f"{name}.sql.gz").read_bytes())


def answered(name: str) -> dict[str, Any]:
    """Return what the release answered."""
    found: dict[str, Any] = json.loads(gzip.decompress((DUMPS / f"{name}.json.gz").read_bytes()))
    return found


def _dumped(url: str) -> str:
    """Return the database as statements: any server understands them, in one message."""
    program = Binaries.find(Account.choose(DUMPS)).folder / "pg_dump"
    arguments = ["--no-owner", "--rows-per-insert=500", "--dbname", url]
    text = subprocess.run(
        [program, *arguments], check=True, capture_output=True, text=True, encoding="utf-8"
    ).stdout
    # lines of psql's own, and notes of the server's version
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(("\\", "--"))
    )


def main(name: str) -> None:
    """Fill, dump, ask."""
    folder = SessionFolder.create()
    engine = NativeEngine("embedded", folder.path)
    try:
        with engine.database(migrated=True) as database:
            # what recording adds to the log comes when it likes
            with ft.connect(database.url, artifacts="database:", record_performance=False) as store:
                fill(store)
                said = answers(store)
            dump = _dumped(database.url)
    finally:
        engine.close()
        folder.remove()
    for kind, text in (("sql", dump), ("json", json.dumps(said))):
        (DUMPS / f"{name}.{kind}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
