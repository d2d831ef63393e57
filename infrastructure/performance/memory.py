"""The peak of this process's resident memory while a block runs, by Linux's own count.

Writing 5 to ``/proc/self/clear_refs`` sets the high-water mark of resident memory (``VmHWM``) back
to what is resident now; reading the mark later tells the peak since (man 5 proc). All that is
counted is the process as a whole, whatever allocated it: numpy, Arrow, libpq, Python.
"""

import os
from contextlib import suppress
from threading import Lock, get_ident
from typing import NamedTuple

from attrs import define

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_MIB = 2**20
_STATUS_BYTES = 8192


class _Files(NamedTuple):
    """What of this process is kept open: opening anew costs more than reading."""

    status: int
    resident: int
    clear: int


@define(eq=False)
class Mark:
    """A block that runs: what was resident at its start, the peak since, in bytes.

    ``alone`` until a block of another thread, or one that is not nested, runs at the same time.
    """

    thread: int
    start: int
    peak: int
    alone: bool = True


class PeakMemory:
    """Follows the peaks of all blocks of this process. Thread-safe.

    Blocks nested in one thread each get their own peak. There is one mark for the whole process,
    so blocks of several threads at the same time cannot be told apart and get none.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._files: _Files | None = None
        self._opened = False
        self._running: list[Mark] = []

    @property
    def available(self) -> bool:
        """Whether this system counts so."""
        with self._lock:
            return self._open() is not None

    def begin(self) -> Mark | None:
        """Start a block; ``None`` where the system does not count."""
        with self._lock:
            files = self._open()
            if files is None:
                return None
            thread = get_ident()
            if any(mark.thread != thread for mark in self._running):
                mark = Mark(thread, 0, 0, alone=False)
                for other in self._running:
                    other.alone = False
            else:
                if self._running:
                    self._note_peak(files)
                os.pwrite(files.clear, b"5", 0)
                now = int(os.pread(files.resident, 256, 0).split()[1]) * _PAGE
                mark = Mark(thread, now, now)
            self._running.append(mark)
            return mark

    def end(self, mark: Mark) -> float | None:
        """End a block; return by how many MiB its peak was above its start.

        ``None`` when blocks of other threads ran meanwhile.
        """
        with self._lock:
            if mark not in self._running:  # this process was forked in between
                return None
            if self._running[-1] is not mark:
                for other in self._running[self._running.index(mark) :]:
                    other.alone = False
            files = self._open()
            if mark.alone and files is not None:
                self._note_peak(files)
            self._running.remove(mark)
            if not mark.alone:
                return None
            return max(0, mark.peak - mark.start) / _MIB

    def forked(self) -> None:
        """Begin anew in a child process: the open files are those of its parent."""
        files, self._files = self._files, None
        self._lock, self._opened, self._running = Lock(), False, []
        for each in files or ():
            with suppress(OSError):
                os.close(each)

    def _note_peak(self, files: _Files) -> None:
        status = os.pread(files.status, _STATUS_BYTES, 0)
        at = status.index(b"VmHWM:") + 6
        peak = int(status[at : status.index(b"kB", at)]) * 1024
        for mark in self._running:
            mark.peak = max(mark.peak, peak)

    def _open(self) -> _Files | None:
        if not self._opened:
            self._opened = True
            self._files = _opened_files()
        return self._files


def _opened_files() -> _Files | None:
    """Open the files, and try them; ``None`` where one is missing or may not be written."""
    opened: list[int] = []
    try:
        opened.append(os.open("/proc/self/status", os.O_RDONLY))
        opened.append(os.open("/proc/self/statm", os.O_RDONLY))
        opened.append(os.open("/proc/self/clear_refs", os.O_WRONLY))
        os.pwrite(opened[2], b"5", 0)
        if b"VmHWM:" in os.pread(opened[0], _STATUS_BYTES, 0):
            return _Files(*opened)
    except OSError:  # not Linux, or /proc is restricted: memory is not measured here
        pass
    for each in opened:
        os.close(each)
    return None


PEAK_MEMORY = PeakMemory()
"""The one of this process, as there is one mark."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=PEAK_MEMORY.forked)
