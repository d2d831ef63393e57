"""The PostgreSQL server of the benchmarks: the same, with the same settings, for both sides."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from featuretrail.infrastructure.embedded import start

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench"
URL_VARIABLE = "FEATURETRAIL_BENCH_URL"
"""Names a server to measure on; without it the embedded server runs under ``.bench/``."""


@contextmanager
def scratch_database() -> Iterator[str]:
    """Yield the address of a new database, which is dropped at the end."""
    given = os.environ.get(URL_VARIABLE)
    if given is not None:
        with _database(given) as url:
            yield url
        return
    CACHE.mkdir(exist_ok=True)
    with start(CACHE / ".featuretrail") as server, _database(server.url) as url:
        yield url


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"bench_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield make_conninfo(server, dbname=name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(sql.Identifier(name)))
