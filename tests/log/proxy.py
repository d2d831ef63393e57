"""A TCP proxy between a client and its server that fails when told to."""

import select
import socket
from contextlib import suppress
from threading import Event, Thread
from typing import Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Proxy:
    """Forwards connections to the server of ``url``; ``url`` leads through it."""

    def __init__(self, url: str) -> None:
        self._to_server = conninfo_to_dict(url)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._door.getsockname()[1]
        self.url = make_conninfo(url, host="127.0.0.1", port=self._port)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._forwarding: list[Thread] = []
        self._lose_reply_to: bytes | None = None
        self.lost = Event()
        self._stall_reply_to: bytes | None = None
        self.stalled = Event()
        self._going_on = Event()
        self._admit()

    def lose_reply_to(self, text: bytes) -> None:
        """Break the connection when the reply to the next request holding ``text`` arrives."""
        self._lose_reply_to = text

    def stall_reply_to(self, text: bytes) -> None:
        """Keep the reply to the next request holding ``text`` until ``go_on``."""
        self._stall_reply_to = text

    def go_on(self) -> None:
        """Let through what was stalled."""
        self._going_on.set()

    def down(self) -> None:
        """Break every connection and refuse new ones."""
        self.go_on()
        _break(self._door)
        self._taking.join()
        for pair in self._pairs:
            _break(*pair)
        for each in self._forwarding:
            each.join()
        self._pairs.clear()
        self._forwarding.clear()

    def up(self) -> None:
        """Take connections again."""
        self._door = socket.create_server(("127.0.0.1", self._port))
        self._admit()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.down()

    def _admit(self) -> None:
        self._taking = Thread(target=self._accept, args=(self._door,), daemon=True)
        self._taking.start()

    def _accept(self, door: socket.socket) -> None:
        with door, suppress(OSError):  # raised by ``down``
            while True:
                client, _ = door.accept()
                server = self._connected()
                self._pairs.append((client, server))
                thread = Thread(target=self._forward, args=(client, server), daemon=True)
                self._forwarding.append(thread)
                thread.start()

    def _connected(self) -> socket.socket:
        host, port = str(self._to_server["host"]), int(self._to_server.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with client, server:
            with suppress(OSError):  # either side went away
                self._exchange(client, server)
            _break(client, server)

    def _exchange(self, client: socket.socket, server: socket.socket) -> None:
        losing = False
        while True:
            readable, _, _ = select.select([client, server], [], [])
            if losing and server in readable:
                self.lost.set()
                return
            for source, sink in ((client, server), (server, client)):
                if source in readable:
                    data = source.recv(65536)
                    if not data:
                        return
                    losing = losing or (source is client and self._loses(data))
                    sink.sendall(data)
                    if source is client and self._stalls(data):
                        self.stalled.set()
                        self._going_on.wait()

    def _loses(self, data: bytes) -> bool:
        if self._lose_reply_to is None or self._lose_reply_to not in data:
            return False
        self._lose_reply_to = None
        return True

    def _stalls(self, data: bytes) -> bool:
        if self._stall_reply_to is None or self._stall_reply_to not in data:
            return False
        self._stall_reply_to = None
        return True


def _break(*sockets: socket.socket) -> None:
    """Wake whoever waits for the sockets; the thread that owns them closes them."""
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
