"""The daemon's loop in a thread of the test's own process."""

from threading import Thread
from typing import Self

from featuretrail.infrastructure.stopping import Stop
from featuretrail.projections.projections import Projections


class Running:
    """``projections.run`` in a thread: what it reports, and the error it ended with."""

    def __init__(self, projections: Projections) -> None:
        self._projections = projections
        self.stop = Stop()
        self.lines: list[str] = []
        self.error: Exception | None = None
        self._thread = Thread(target=self._run)

    def told(self, part: str) -> bool:
        """Whether a line with ``part`` was reported."""
        return any(part in line for line in self.lines)

    def ends(self, seconds: float = 20) -> bool:
        """Whether it ends by itself in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._projections.run(self.stop, self.lines.append)
        except Exception as error:  # noqa: BLE001 - for the test to look at
            self.error = error
