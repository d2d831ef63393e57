"""Features by rules in real time: computed after micro-batches, several at once when behind."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from featuretrail.domain.errors import FeatureTrailError

_log = logging.getLogger("featuretrail.streaming")


class Follower:
    """Runs ``compute`` in a thread of its own: at once, then after ``trigger``, once for several.

    At once, for a writer that was killed may have left something to compute.

    ``runs`` counts what succeeded, ``failures`` what did not; ``error`` is what the last run
    failed of, ``None`` when it succeeded. A failure does not end it: the log has it too, as
    ``ComputeFailed``, and the next run computes what is still due.
    """

    def __init__(self, compute: Callable[[], object]) -> None:
        self.runs = 0
        self.failures = 0
        self.error: str | None = None
        self._compute = compute
        self._due = Event()
        self._closing = Event()
        self._due.set()
        self._thread = Thread(target=self._run, name="featuretrail-stream-compute", daemon=True)
        self._thread.start()

    def trigger(self) -> None:
        """Let what arrived be computed; returns at once."""
        self._due.set()

    def close(self) -> None:
        """Compute what is due and end."""
        self._closing.set()
        self._due.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._due.wait()
            last = self._closing.is_set()
            self._due.clear()
            self._attempt()
            if last:
                return
            if self._closing.is_set():
                self._due.set()

    def _attempt(self) -> None:
        try:
            self._compute()
        except Exception as error:  # noqa: BLE001 - told here; else the thread would end unseen
            self.failures += 1
            self.error = str(error) if isinstance(error, FeatureTrailError) else repr(error)
            _log.warning("features were not computed after a micro-batch: %s", error)
        else:
            self.runs += 1
            self.error = None
