"""Asking a loop that waits to end, from another thread or from a signal handler."""

import selectors
import socket
from contextlib import suppress
from weakref import finalize


class Stop:
    """Ends the loop it is given to: ``set`` it from any thread, or from a signal handler.

    Like ``threading.Event``, but it wakes whoever waits for sockets too, and its ``set`` takes no
    lock, so a handler may call it while the same thread waits.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._reader, self._writer = socket.socketpair()
        self._writer.settimeout(0)
        finalize(self, _close, self._reader, self._writer)

    def set(self) -> None:
        """Ask the loop to end; it stays asked."""
        self._is_set = True
        with suppress(BlockingIOError):  # full of earlier calls: the reader wakes anyway
            self._writer.send(b"\0")

    def is_set(self) -> bool:
        """Tell whether ``set`` was called."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait until ``set`` is called or the time is over; tell whether it was called."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.select(seconds)
        return self._is_set

    def fileno(self) -> int:
        """Return the descriptor that can be read once ``set`` was called."""
        return self._reader.fileno()


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        each.close()
