"""TimescaleDB's Community edition in WASM: one process, one session and one database a worker."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from featuretrail.infrastructure.migrations import migrate
from tests.engines.cleaning import Fresh
from tests.engines.database import Database
from tests.engines.native import installed

_TURN_SECONDS = 20

# All that a test may have left: its jobs, its schemas, and in public what no extension owns.
_LEFT = """
SELECT format('SELECT delete_job(%s)', job_id) FROM timescaledb_information.jobs
WHERE proc_schema !~ '^_timescaledb_'
UNION ALL
SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
WHERE nspname !~ '^(pg_|_?timescaledb_)' AND nspname NOT IN ('information_schema', 'public')
UNION ALL
SELECT format('DROP %s IF EXISTS public.%I CASCADE', CASE relkind WHEN 'v' THEN 'VIEW'
    WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass
    AND objid = pg_class.oid AND deptype = 'e')
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure)
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass
    AND objid = pg_proc.oid AND deptype = 'e')
"""


class CommunityEngine:
    """One server of this worker's own, started on first use, ended with the worker."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._url = ""
        self._fresh: Fresh | None = None

    @contextmanager
    def database(self, *, migrated: bool) -> Iterator[Database]:
        """The one database, emptied first; a server that a test broke or blocked is replaced."""
        if self._process is None or self._process.poll() is not None:
            self._start()
        try:
            self._prepare(migrated)
        except psycopg.OperationalError:
            self._start()
            self._prepare(migrated)
        yield Database(self._url, "community")

    def close(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> None:
        self.close()
        self._fresh = None
        # the end of its standard input stops it; the signal also when it computes without end
        tied = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
        self._process = subprocess.Popen(
            [*tied, "node", installed("community"), "0", "--until-stdin-ends"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None:
            raise RuntimeError("node has no standard output")
        word, _, port = self._process.stdout.readline().strip().partition(" ")
        if word != "ready":
            raise RuntimeError("the Community server did not start; its error is on stderr")
        self._url = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def _prepare(self, migrated: bool) -> None:
        with self._connected() as connection:
            if migrated and self._fresh is not None and self._fresh.restore(connection):
                return
            self._fresh = None
            for (statement,) in connection.execute(_LEFT).fetchall():
                connection.execute(statement)
        if migrated:
            migrate(self._url)
            with self._connected() as connection:
                self._fresh = Fresh.of(connection)

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, autocommit=True, connect_timeout=_TURN_SECONDS)
