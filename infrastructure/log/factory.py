"""What the eventsourcing library needs to build an application over the log."""

from typing import NoReturn

from eventsourcing.persistence import (
    InfrastructureFactory,
    InfrastructureFactoryError,
    TrackingRecorder,
)
from eventsourcing.utils import Environment

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.recorder import LogRecorder


class LogFactory(InfrastructureFactory[TrackingRecorder]):
    """Builds recorders over a ``Database``, which it does not close."""

    def __init__(self, env: Environment, database: Database) -> None:
        super().__init__(env)
        self._database = database

    def application_recorder(self) -> LogRecorder:
        """Return the recorder of the log."""
        return LogRecorder(self._database)

    def aggregate_recorder(self, purpose: str = "events") -> LogRecorder:
        """Return the recorder of the log; the library's own snapshots are not kept."""
        if purpose != "events":
            raise InfrastructureFactoryError(f"the log keeps events, not {purpose}")
        return LogRecorder(self._database)

    def tracking_recorder(
        self,
        tracking_recorder_class: object = None,  # noqa: ARG002 (the library's name)
    ) -> NoReturn:
        """Refuse: projections keep their own position."""
        raise InfrastructureFactoryError("the log tracks no other log; projections do")

    def process_recorder(self) -> NoReturn:
        """Refuse: projections keep their own position."""
        raise InfrastructureFactoryError("the log tracks no other log; projections do")
