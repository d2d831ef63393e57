"""Preparing the next page while the one before is written."""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import UUID

from featuretrail.infrastructure.database import Database
from featuretrail.projections.preparing import Prepared, Preparer
from featuretrail.projections.preparing_process import PreparingProcess, ProcessLostError

LONG_WAY = 50_000
"""Events to go from which on a process of its own pays: it takes half a second to start."""

Parked = Callable[[], Mapping[UUID, int]]


class Ahead:
    """Prepares pages one ahead of whoever writes them: in a thread, on a long way in a process.

    ``parked`` tells the first dead letter of each stream as known at the moment.
    """

    def __init__(self, database: Database, preparer: Preparer, parked: Parked) -> None:
        self._database = database
        self._preparer = preparer
        self._parked = parked
        self._process: PreparingProcess | None = None

    def pages(self, after: int, until: int) -> Iterator[Prepared]:
        """Yield what the events after ``after`` do, page by page, up to ``until``."""
        with ExitStack() as stack:
            if until - after >= LONG_WAY and (os.cpu_count() or 1) > 1:
                self._start_process(stack)
            prepared = self._prepare(after, until)
            if prepared.position == until:
                yield prepared
                return
            reader = stack.enter_context(ThreadPoolExecutor(1, "featuretrail pages"))
            while prepared.position < until:
                coming = reader.submit(self._prepare, prepared.position, until)
                yield prepared
                prepared = coming.result()
            yield prepared

    def _start_process(self, stack: ExitStack) -> None:
        try:
            tables = self._preparer.folding.tables
            self._process = stack.enter_context(PreparingProcess(self._database, tables))
        except ProcessLostError:
            self._process = None

    def _prepare(self, after: int, until: int) -> Prepared:
        if self._process is not None:
            try:
                return self._process.prepare(after, until, self._parked())
            except ProcessLostError:
                self._process = None
        return self._preparer.prepare(after, until, self._parked())
