"""Hearing of appends: a LISTENing connection whose wait another thread can end."""

import selectors
import socket
from typing import Any, Self

import psycopg

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.queries import query_text
from featuretrail.infrastructure.stopping import Stop


class Listener:
    """Hears every append made after its construction.

    ``wake`` may be called from any thread; a ``stop`` given ends the waiting too.
    """

    def __init__(self, database: Database, stop: Stop | None = None) -> None:
        self._connection: psycopg.Connection[Any] = database.dedicated()
        try:
            self._connection.execute(query_text("log/listen"))
        except BaseException:
            self._connection.close()
            raise
        self._waker, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._connection.fileno(), selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        if stop is not None:
            self._selector.register(stop, selectors.EVENT_READ)

    def wait(self, seconds: float) -> None:
        """Return when something was appended, ``wake`` was called, or the time is over.

        Raises ``psycopg.OperationalError`` when the server is lost.
        """
        self._selector.select(seconds)
        for _ in self._connection.notifies(timeout=0):
            pass

    def wake(self) -> None:
        """End the wait in progress, and every later one at once."""
        self._waker.send(b"\0")

    def close(self) -> None:
        """Close the connection."""
        self._selector.close()
        self._waker.close()
        self._woken.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
