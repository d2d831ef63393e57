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

    _thread: int
    _cpu: float
    _started: float
    _mark: Mark | None = None

    @classmethod
    def start(cls) -> Self:
        """Start to measure time, at the cost of 2 µs or so."""
        return cls(get_ident(), thread_time(), perf_counter())

    def watch_memory(self) -> Self:
        """Measure memory too, from now on, at the cost of 20 to 50 µs; call it once."""
        self._mark = PEAK_MEMORY.begin()
        return self

    def stop(self) -> Reading:
        """Return what the work took."""
        seconds = perf_counter() - self._started
        cpu = thread_time() - self._cpu if get_ident() == self._thread else None
        memory = None if self._mark is None else PEAK_MEMORY.end(self._mark)
        return Reading(seconds, cpu, memory)
