"""Starting, sharing and leaving the embedded server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from featuretrail.infrastructure.embedded import watchdog
from featuretrail.infrastructure.embedded.binaries import Binaries
from featuretrail.infrastructure.embedded.cluster import Cluster
from featuretrail.infrastructure.embedded.home import Control
from featuretrail.infrastructure.embedded.locks import lock, relock, try_lock

_WAIT_SECONDS = 150.0  # longer than a start with crash recovery may take
_LEAVE_SECONDS = 20.0  # longer than a server takes to stop when its last user is gone


class EmbeddedServer:
    """One use of the server of a folder; the server stops when its last use is closed or dies.

    ``url`` is a libpq URL of the database ``featuretrail`` over a private socket.
    """

    def __init__(self, control: Control, cluster: Cluster, users: IO[bytes]) -> None:
        self.url = cluster.url
        self._control = control
        self._cluster = cluster
        self._users = users
        self._process = os.getpid()

    def close(self) -> None:
        """Leave the server, and stop it when nobody else uses it; a second call does nothing."""
        if self._users.closed:
            return
        with self._users:
            if os.getpid() != self._process:
                return  # a fork's copy of the parent's lock: converting it would convert both
            with lock(self._control.starting, seconds=_WAIT_SECONDS):
                _watch(self._control, self._cluster)
            if relock(self._users, shared=False):
                self._cluster.stop()
            elif not relock(self._users, shared=True):
                lock(self._control.users, shared=True, seconds=_WAIT_SECONDS).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._users.closed else "open"
        return f"<EmbeddedServer {self._cluster.home.data} {state}>"


def start(
    folder: Path = Path(".featuretrail"),
    *,
    programs: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> EmbeddedServer:
    """Join the server whose data are under ``folder``, starting it, or making the data, if needed.

    Any number of processes may share it; each must close its use. As root the server runs as the
    existing user postgres or nobody. ``programs`` is the folder of another PostgreSQL's programs
    than the wheel's; ``settings`` are PostgreSQL's, and count when this call starts the server.
    Raises EngineError when it cannot run here, saying why.
    """
    control = Control.prepare(folder)
    users = lock(control.users, shared=True, seconds=_WAIT_SECONDS)
    try:
        with lock(control.starting, seconds=_WAIT_SECONDS):
            home = control.home()
            cluster = Cluster(home, Binaries.find(home.account, programs), settings or {})
            cluster.initialise()
            _watch(control, cluster)
            cluster.run(control.alive)
            return EmbeddedServer(control, cluster, users)
    except BaseException:
        users.close()
        raise


def remove(folder: Path = Path(".featuretrail")) -> None:
    """Delete the server's data under ``folder``, wherever they are; nothing happens without data.

    Raises EngineError while somebody uses the server.
    """
    if not (folder / "server").is_dir():
        return
    control = Control.prepare(folder)
    with (
        lock(control.users, seconds=_LEAVE_SECONDS),
        lock(control.starting, seconds=_LEAVE_SECONDS),
        lock(control.alive, seconds=_LEAVE_SECONDS),
    ):
        home = control.home()
        home.drop_socket(home.running_socket())
        for place in {home.folder, control.folder}:
            shutil.rmtree(place)


def _watch(control: Control, cluster: Cluster) -> None:
    """Make sure that a watchdog lives; only under the ``starting`` lock."""
    mine = try_lock(control.watchdog)
    if mine is None:
        return
    with mine, control.users.open("ab") as users:
        descriptors = (users.fileno(), mine.fileno())
        script = [sys.executable, "-I", "-S", watchdog.__file__]
        subprocess.run(  # noqa: S603 - our own script
            [*script, *map(str, descriptors), json.dumps(cluster.stopping())],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
            check=True,
        )
