"""Whether an idle pooled connection still has its server, asked without a round trip."""

import select
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool


def check_alive(connection: psycopg.Connection[Any]) -> None:
    """Raise ``psycopg.OperationalError`` when the idle ``connection`` lost its server.

    A server that ends a connection closes the socket, which then reads as ready; a quiet socket
    costs one system call. Only a socket with something to say is asked with a round trip.
    """
    if _has_something_to_say(connection):
        ConnectionPool.check_connection(connection)


def _has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    try:
        ready, _, _ = select.select([connection.fileno()], [], [], 0)
    except ValueError:  # a descriptor that select cannot hold: ask the server instead
        return True
    return bool(ready)
