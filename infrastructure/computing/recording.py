"""Where measurements of computing go."""

from collections.abc import Sequence
from typing import Protocol
from uuid import uuid4

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
    """Writes the measurements of each call as one event, at once."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def record(self, measurements: Sequence[Measurement], metadata: Metadata) -> None:
        """Append ``measurements`` to the log."""
        self._log.append(performance_sample(uuid4(), measurements, metadata))
