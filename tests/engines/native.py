"""PostgreSQL servers of the tests; each test gets a clone of a template database.

A clone costs two checkpoints, so one that a test left as migrations make it serves again, emptied.
"""

import fcntl
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from featuretrail.infrastructure.embedded import EmbeddedServer, start
from featuretrail.infrastructure.migrations import migrate
from tests.engines.cleaning import Fresh
from tests.engines.database import Database, Tier

INSTALLER = Path(__file__).parents[2] / "tools" / "engines" / "install.sh"

_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TIMESCALE = {
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    # the Apache edition has no jobs; without workers nothing connects to the templates
    "timescaledb.max_background_workers": "0",
}


class NativeEngine:
    """The embedded or the Apache tier, started on first use and shared by all workers."""

    def __init__(self, tier: Tier, folder: Path) -> None:
        self._tier = tier
        self._folder = folder
        self._server: EmbeddedServer | None = None
        self._admin: psycopg.Connection[tuple[Any, ...]] | None = None
        self._emptied: dict[str, Fresh] = {}

    @contextmanager
    def database(self, *, migrated: bool) -> Iterator[Database]:
        """A database that only the caller knows, dropped or emptied afterwards."""
        name, fresh = self._emptied.popitem() if migrated and self._emptied else (None, None)
        if name is None:
            name = self._clone(migrated)
            fresh = _told(self._url(name)) if migrated else None
        try:
            yield Database(self._url(name), self._tier)
        finally:
            if fresh is not None and _empties(self._url(name), fresh):
                self._emptied[name] = fresh
            else:
                self._execute("DROP DATABASE {} WITH (FORCE)", sql.Identifier(name))

    def close(self) -> None:
        """Leave the server; the last worker to leave stops it."""
        if self._admin is not None:
            self._admin.close()
        if self._server is not None:
            self._server.close()

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._server is None:
            self._server = self._start()
        if self._admin is None:
            self._admin = psycopg.connect(self._server.url, autocommit=True)
        return self._admin

    def _start(self) -> EmbeddedServer:
        if self._tier == "embedded":
            return start(self._folder / self._tier, settings=_FAST)
        return start(
            self._folder / self._tier, programs=installed("apache"), settings=_FAST | _TIMESCALE
        )

    def _clone(self, migrated: bool) -> str:
        template = self._template("template_migrated" if migrated else "template_empty", migrated)
        name = f"test_{uuid.uuid4().hex[:16]}"
        self._execute(
            "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", sql.Identifier(name), template
        )
        return name

    def _template(self, name: str, migrated: bool) -> sql.Identifier:
        """The template's name; the first worker to ask makes it."""
        self._connected()
        with (self._folder / f"{self._tier}-{name}.lock").open("ab") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            rows = self._execute("SELECT datname FROM pg_database WHERE datname = {}", name)
            if not rows:
                self._build(name, migrated)
        return sql.Identifier(name)

    def _build(self, name: str, migrated: bool) -> None:
        unfinished = sql.Identifier(f"{name}_unfinished")
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
        self._execute("CREATE DATABASE {}", unfinished)
        url = self._url(f"{name}_unfinished")
        if self._tier == "apache":
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE EXTENSION timescaledb")
        if migrated:
            migrate(url)
        self._execute("ALTER DATABASE {} RENAME TO {}", unfinished, sql.Identifier(name))

    def _execute(self, query: str, *names: sql.Identifier | str) -> list[tuple[Any, ...]]:
        composed = sql.SQL(query).format(*names)
        cursor = self._connected().execute(composed)
        return cursor.fetchall() if cursor.description else []

    def _url(self, database: str) -> str:
        if self._server is None:
            raise RuntimeError("the server has not been started")
        return urlsplit(self._server.url)._replace(path=f"/{database}").geturl()


def _told(url: str) -> Fresh:
    with psycopg.connect(url, autocommit=True) as connection:
        return Fresh.of(connection)


def _empties(url: str, fresh: Fresh) -> bool:
    """Empty the database, ended sessions included, and tell whether it is as it was."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_END_OTHERS)
            return fresh.restore(connection)
    except psycopg.Error:  # a test broke it, or its server
        return False


def installed(engine: str) -> Path:
    """Where ``tools/engines/install.sh`` has put an engine; RuntimeError when it has not."""
    found = subprocess.run(
        [INSTALLER, "--where", engine], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        raise RuntimeError(found.stderr.strip())
    return Path(found.stdout.strip())
