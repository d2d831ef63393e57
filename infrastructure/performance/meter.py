"""A meter of one piece of work: wall time, processor time of its thread, peak memory."""

from threading import get_ident
from time import perf_counter, thread_time
from typing import Self

from attrs import define, frozen

from featuretrail.infrastructure.performance.memory import PEAK_MEMORY, Mark


@frozen
class Reading:
    """What a piece of work took: seconds, and MiB by which resident memory grew at its peak.

    ``cpu_seconds`` are those of the thread that ran the meter, ``None`` when it was stopped in
    another one. ``memory_mb`` is ``None`` when it was not measured.
    """

    seconds: float
    cpu_seconds: float | None = None
    memory_mb: float | None = None


@define(eq=False)
class Meter:
    """A running meter; ``stop`` it once, in any case: blocks of the process share one mark."""

    _mark: Mark | None
    _thread: int
    _cpu: float
    _started: float

    @classmethod
    def start(cls) -> Self:
        """Start to measure; about 5 µs."""
        mark = PEAK_MEMORY.begin()
        return cls(mark, get_ident(), thread_time(), perf_counter())

    def stop(self, *, least: float = 0.0) -> Reading:
        """Return what the work took; memory only if that was ``least`` seconds or more."""
        seconds = perf_counter() - self._started
        cpu = thread_time() - self._cpu if get_ident() == self._thread else None
        memory = (
            None if self._mark is None else PEAK_MEMORY.end(self._mark, wanted=seconds >= least)
        )
        return Reading(seconds, cpu, memory)
