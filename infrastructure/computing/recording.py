"""Where measurements of computing go."""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import uuid4

from featuretrail.domain.errors import DatabaseError
from featuretrail.domain.events.base import Metadata
from featuretrail.domain.events.performance import Measurement
from featuretrail.domain.records import performance_sample
from featuretrail.infrastructure.log.application import EventLog


class Recorder(Protocol):
    """Takes measurements, and sees to it that they reach the log."""

    def record(self, measurements: Sequence[Measurement], metadata: Metadata) -> None:
        """Take ``measurements``, at least one."""
        ...


class LogRecorder:
    """Writes the measurements of each call as one event, at once; ``told`` hears its position.

    While the database is away they go to ``later``, which is to write them when it is back: what
    was computed is stored already.
    """

    def __init__(
        self,
        log: EventLog,
        told: Callable[[int], None] | None = None,
        later: Callable[[Sequence[Measurement]], None] | None = None,
    ) -> None:
        self._log = log
        self._told = told
        self._later = later

    def record(self, measurements: Sequence[Measurement], metadata: Metadata) -> None:
        """Append ``measurements`` to the log."""
        try:
            appended = self._log.append(performance_sample(uuid4(), measurements, metadata))
        except DatabaseError:
            if self._later is None:
                raise
            self._later(measurements)
            return
        if self._told is not None:
            self._told(appended.last_position)
