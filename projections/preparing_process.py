"""Preparing pages in a process of its own, so that it has a core of its own.

``PreparingProcess`` is this side of it, ``main`` the other; they talk by pickles over pipes.
"""

import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from typing import IO, Any, Self
from uuid import UUID

from attrs import evolve

from featuretrail.infrastructure.database import Database
from featuretrail.projections.collector import calm_collector
from featuretrail.projections.preparing import Prepared, Preparer
from featuretrail.projections.read_models import READ_MODELS

COMMAND = ("-P", "-c", f"from {__name__} import main; main()")


class ProcessLostError(Exception):
    """The process cannot be started, or ended: what it was asked for has to be done here."""


class PreparingProcess:
    """Prepares pages of ``database`` for ``tables`` in another process; a context manager.

    Whatever goes wrong over there ends that process, and shows itself where the work is then done.
    It ends with this process too, however that ends.
    """

    def __init__(self, database: Database, tables: Sequence[str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - Python itself
                [sys.executable, *COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise ProcessLostError("no process can be started") from error
        try:
            self._send((database.url, database.session, tuple(tables)))
        except ProcessLostError:
            self.close()
            raise

    def prepare(self, after: int, until: int, parked: Mapping[UUID, int]) -> Prepared:
        """Return the page after ``after``, without its events; raise ``ProcessLostError``."""
        self._send((after, until, dict(parked)))
        try:
            prepared: Prepared = pickle.load(_pipe(self._process.stdout))  # noqa: S301 - our own process
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise ProcessLostError("the process has ended") from error
        return prepared

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _send(self, request: object) -> None:
        pipe = _pipe(self._process.stdin)
        try:
            pickle.dump(request, pipe)
            pipe.flush()
        except OSError as error:
            raise ProcessLostError("the process has ended") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def main() -> None:
    """Answer requests for pages until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the process that asks
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    url, session, tables = pickle.load(requests)  # noqa: S301 - from our own process
    models = [model for model in READ_MODELS if model.table in tables]
    with (
        Database(url, pool_size=1, pool_overflow=0, session=session) as database,
        closing(database.dedicated()) as connection,
        calm_collector(),
        suppress(EOFError),
    ):
        preparer = Preparer(database, connection, models)
        while True:
            prepared = preparer.prepare(*pickle.load(requests))  # noqa: S301 - as above
            if prepared.refused is not None:
                return  # let it show itself where the work is done
            pickle.dump(evolve(prepared, page=None), replies, pickle.HIGHEST_PROTOCOL)
            replies.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[Any]:
    if pipe is None:
        raise ProcessLostError("the process has no pipe")
    return pipe
