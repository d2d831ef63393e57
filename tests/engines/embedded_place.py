"""A folder for an embedded server, and what is seen of the server from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from attrs import frozen

from featuretrail.infrastructure.embedded import remove, watchdog
from featuretrail.infrastructure.embedded.locks import try_lock

_CLIENT = Path(__file__).with_name("embedded_client.py")
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_ENOUGH = 2**30


@frozen
class Place:
    """The folder given to ``start``."""

    folder: Path

    @property
    def lives(self) -> bool:
        """Whether a process of the server lives."""
        held = try_lock(self.folder / "server" / "alive.lock")
        if held is not None:
            held.close()
        return held is None

    @property
    def postmaster(self) -> int:
        """The server's first process."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder, where it lies below ``folder``."""
        return self.folder / "server" / "data"

    @property
    def watchdogs(self) -> list[int]:
        """The watchdogs of this server."""
        data = json.dumps(str(self.data)).encode()  # as in the watchdog's last argument
        return [
            int(process.name)
            for process in Path("/proc").glob("[0-9]*")
            if os.fsencode(watchdog.__file__) in (words := _command_line(process)) and data in words
        ]

    def client(self) -> "subprocess.Popen[str]":
        """Another process that uses the server; its first line is the URL."""
        return subprocess.Popen(
            [sys.executable, _CLIENT, self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


@contextmanager
def new_place(name: str = "store") -> Iterator[Place]:
    """A place in memory, if there is enough, that an unprivileged account can pass."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH
    parent = Path(tempfile.mkdtemp(prefix="featuretrail-place-", dir=_MEMORY if roomy else None))
    parent.chmod(0o755)
    try:
        yield Place(parent / name)
        remove(parent / name)
    finally:
        shutil.rmtree(parent)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Whether a condition comes true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def kill(process: int) -> None:
    """End a process as the kernel does it when memory is short."""
    os.kill(process, signal.SIGKILL)


def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    """Execute one statement; its rows, if any."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it has ended
        return b""
