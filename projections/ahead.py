"""Preparing the next page while the one before is written."""

import logging
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import UUID

from attrs import define

from featuretrail.infrastructure.database import Database
from featuretrail.projections.generations import library_version
from featuretrail.projections.preparing import Prepared, Preparer
from featuretrail.projections.preparing_process import PreparingProcess, ProcessLostError
from featuretrail.projections.read_model import ReadModel
from featuretrail.projections.read_models import READ_MODELS

LONG_WAY = 50_000
"""Events to go from which on a process of its own pays: it takes half a second to start."""

Parked = Callable[[], Mapping[UUID, int]]

_log = logging.getLogger(__name__)


class Ahead:
    """Prepares pages one ahead of whoever writes them: in a thread, on a long way in a process.

    ``models`` are those of ``preparer``; ``parked`` tells the first dead letter of each stream as
    known at the moment.
    """

    def __init__(
        self,
        database: Database,
        preparer: Preparer,
        models: Sequence[ReadModel],
        parked: Parked,
    ) -> None:
        self._database = database
        self._preparer = preparer
        self._parked = parked
        # another process knows only what every process imports
        self._known = all(any(model is known for known in READ_MODELS) for model in models)
        library_version()  # of the code that runs here, before anybody upgrades the files

    def pages(self, after: int, until: int) -> Generator[Prepared]:
        """Yield what the events after ``after`` do, page by page, up to ``until``."""
        with ExitStack() as stack:
            way = _Way(self._preparer, self._parked, self._elsewhere(stack, until - after))
            prepared = way.prepare(after, until)
            if prepared.position == until:
                yield prepared
                return
            reader = stack.enter_context(ThreadPoolExecutor(1, "featuretrail pages"))
            stack.callback(way.end)  # first of all: nobody takes the page that is on its way
            while prepared.position < until:
                coming = reader.submit(way.prepare, prepared.position, until)
                yield prepared
                prepared = coming.result()
            yield prepared

    def _elsewhere(self, stack: ExitStack, events: int) -> PreparingProcess | None:
        """Return a process that prepares this way, if it is a long one; it ends with ``stack``."""
        if events < LONG_WAY or not self._known or _cores() < 2:
            return None
        try:
            tables = self._preparer.folding.tables
            return stack.enter_context(PreparingProcess(self._database, tables))
        except ProcessLostError as error:
            _log.warning("pages are prepared without a process of their own: %s", error)
            return None


@define
class _Way:
    """One way along the log: its pages come from ``process`` as long as that lives."""

    preparer: Preparer
    parked: Parked
    process: PreparingProcess | None

    def prepare(self, after: int, until: int) -> Prepared:
        if self.process is not None:
            try:
                return self.process.prepare(after, until, self.parked())
            except ProcessLostError as error:
                if self.process.stopped:
                    raise
                _log.warning("the process that prepares pages is gone: %s", error)
                self.process = None
        return self.preparer.prepare(after, until, self.parked())

    def end(self) -> None:
        if self.process is not None:
            self.process.stop()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
