"""Preparing pages in a process of its own, so that it has a core of its own.

``PreparingProcess`` is this side of it, ``main`` the other; they talk by pickles over pipes.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from tempfile import TemporaryFile
from typing import IO, Any, Self
from uuid import UUID

from attrs import evolve

from featuretrail.infrastructure.database import Database
from featuretrail.projections.collector import calm_collector
from featuretrail.projections.generations import library_version
from featuretrail.projections.preparing import Prepared, Preparer
from featuretrail.projections.read_models import READ_MODELS

# what anything prints over there goes to its standard error, so that replies stay whole
COMMAND = (
    *("-P", "-c"),
    f"import os; replies = os.dup(1); os.dup2(2, 1); from {__name__} import main; main(replies)",
)


class ProcessLostError(Exception):
    """The process cannot be started, or ended: what it was asked for has to be done here."""


class PreparingProcess:
    """Prepares pages of ``database`` for ``tables`` in another process; a context manager.

    It runs the code of this process's release, and ends itself where it would run another one. It
    ends when this process closes it or its end of the pipes.
    """

    def __init__(self, database: Database, tables: Sequence[str]) -> None:
        self.stopped = False
        self._said = TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            self._process = subprocess.Popen(  # noqa: S603 - Python itself
                [sys.executable, *COMMAND],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._said,
            )
        except OSError as error:
            self._said.close()
            raise ProcessLostError(f"it cannot be started: {error}") from error
        try:
            self._send((library_version(), database.url, database.session, tuple(tables)))
        except ProcessLostError:
            self.close()
            raise

    def prepare(self, after: int, until: int, parked: Mapping[UUID, int]) -> Prepared:
        """Return the page after ``after``, without its events; raise ``ProcessLostError``."""
        self._send((after, until, dict(parked)))
        try:
            prepared: Prepared = pickle.load(_pipe(self._process.stdout))  # noqa: S301 - our own process
        except Exception as error:  # whatever cannot be read is no page
            raise ProcessLostError(self._last_words()) from error
        return prepared

    def stop(self) -> None:
        """Kill the process: whoever waits for a page of it gets ``ProcessLostError``."""
        self.stopped = True
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill the process and close the pipes; nobody may wait for a page of it."""
        self.stop()
        for pipe in (self._process.stdin, self._process.stdout, self._said):
            with suppress(OSError):  # what was not sent yet
                _pipe(pipe).close()

    def _send(self, request: object) -> None:
        pipe = _pipe(self._process.stdin)
        try:
            pickle.dump(request, pipe)
            pipe.flush()
        except (OSError, ValueError) as error:
            raise ProcessLostError(self._last_words()) from error

    def _last_words(self) -> str:
        """Return why the process ended: its exit code, and the end of what it printed."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        size = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, size - 500))
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "it said nothing"
        return f"it ended with {self._process.returncode}: {last}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def main(replies: int) -> None:
    """Answer requests for pages, over a file descriptor, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the process that asks
    requests = sys.stdin.buffer
    version, url, session, tables = pickle.load(requests)  # noqa: S301 - from our own process
    models = [model for model in READ_MODELS if model.table in tables]
    if version != library_version() or len(models) != len(tables):
        sys.exit(f"it would run {library_version()}, not {version}")
    with (
        os.fdopen(replies, "wb") as answers,
        Database(url, pool_size=1, pool_overflow=0, session=session) as database,
        closing(database.dedicated()) as connection,
        calm_collector(),
        suppress(EOFError),
    ):
        preparer = Preparer(database, connection, models)
        while True:
            prepared = preparer.prepare(*pickle.load(requests))  # noqa: S301 - as above
            if prepared.refused is not None:
                sys.exit(f"rows cannot be packed: {prepared.refused}")  # as will show there
            pickle.dump(evolve(prepared, page=None), answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _pipe(pipe: IO[bytes] | None) -> IO[Any]:
    if pipe is None:
        raise ProcessLostError("it has no pipe")
    return pipe
