"""A TCP proxy between a client and its server that fails when told to."""

import select
import socket
from contextlib import suppress
from threading import Event, Thread
from typing import Self
from urllib.parse import urlsplit


class Proxy:
    """Forwards connections to the server of ``url``; ``url`` leads through it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._door.getsockname()[1]
        user = f"{parts.username}@" if parts.username else ""
        self.url = parts._replace(netloc=f"{user}127.0.0.1:{self._port}").geturl()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lose_reply_to: bytes | None = None
        self.lost = Event()
        self._admit()

    def lose_reply_to(self, text: bytes) -> None:
        """Break the connection when the reply to the next request holding ``text`` arrives."""
        self._lose_reply_to = text

    def down(self) -> None:
        """Break every connection and refuse new ones."""
        self._door.close()
        for pair in self._pairs:
            _break(*pair)
        self._pairs.clear()

    def up(self) -> None:
        """Take connections again."""
        self._door = socket.create_server(("127.0.0.1", self._port))
        self._admit()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.down()

    def _admit(self) -> None:
        Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def _accept(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = door.accept()
                server = socket.create_connection(self._server)
                self._pairs.append((client, server))
                Thread(target=self._forward, args=(client, server), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        losing = False
        with suppress(OSError, ValueError):
            while True:
                readable, _, _ = select.select([client, server], [], [])
                if losing and server in readable:
                    _break(client, server)
                    self.lost.set()
                    return
                for source, sink in ((client, server), (server, client)):
                    if source in readable:
                        data = source.recv(65536)
                        if not data:
                            _break(client, server)
                            return
                        losing = losing or (source is client and self._matches(data))
                        sink.sendall(data)

    def _matches(self, data: bytes) -> bool:
        if self._lose_reply_to is None or self._lose_reply_to not in data:
            return False
        self._lose_reply_to = None
        return True


def _break(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
