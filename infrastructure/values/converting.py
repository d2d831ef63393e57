"""What was served and what really happened, in tables made before TimescaleDB came: converted.

In place, in one transaction a table: nobody waits for it but who records outcomes, the thread that
writes the served log, and who reads either. An interruption leaves the plain table as it was.
"""

import time

from psycopg import errors, sql

from featuretrail.domain.errors import DatabaseError, SchemaError
from featuretrail.infrastructure.database import AnyConnection, capabilities
from featuretrail.infrastructure.queries import query
from featuretrail.infrastructure.values.moving import WRITERS_PATIENCE, Moved, Progress

_SCHEMA = "featuretrail"


def waiting_facts(connection: AnyConnection) -> list[str]:
    """Return the tables of facts that are to be hypertables; none without TimescaleDB."""
    return [table for table, _, _ in _waiting(connection)]


def convert_facts(connection: AnyConnection, progress: Progress) -> list[Moved]:
    """Make hypertables of the tables of facts that are none; ``connection`` has the ``turn``.

    Raises ``SchemaError`` for a table whose owner has put something on it that a hypertable cannot
    have, and ``DatabaseError`` when others hold a table for too long.
    """
    converted = []
    for table, time_column, chunk_interval in _waiting(connection):
        progress(f"moving {table}", 0, 1)
        converted.append(_converted(connection, table, time_column, chunk_interval))
        progress(f"moving {table}", 1, 1)
    return converted


def _waiting(connection: AnyConnection) -> list[tuple[str, str, str]]:
    if capabilities(connection).timescaledb is None:
        return []
    return connection.execute(query("moving/waiting_facts")).fetchall()


def _converted(
    connection: AnyConnection, table: str, time_column: str, chunk_interval: str
) -> Moved:
    name = f"{_SCHEMA}.{table}"
    [(functions,)] = connection.execute(query("status/functions"))
    statement = query("moving/convert").format(functions=sql.Identifier(functions))
    facts = {"table": name, "time_column": time_column, "chunk_interval": chunk_interval}
    began = time.perf_counter()
    try:
        with connection.transaction():
            connection.execute(query("moving/writers_patience"), {"patience": WRITERS_PATIENCE})
            connection.execute(statement, facts)
    except (errors.FeatureNotSupported, errors.DependentObjectsStillExist) as error:
        raise SchemaError(f"{name} stays a plain table: {error}") from error
    except errors.LockNotAvailable as error:
        raise DatabaseError(
            f"{name} is used in transactions that last too long, so it stays a plain table for "
            "now: end them and repeat the command"
        ) from error
    seconds = time.perf_counter() - began
    count = query("moving/count_rows").format(table=sql.Identifier(_SCHEMA, table))
    [(rows,)] = connection.execute(count)
    return Moved(name, rows, seconds, seconds, seconds)
