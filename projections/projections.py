"""The read side as users meet it: ``store.projections``."""

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.projections.projector import Policy


class Projections:
    """The seven tables and three views derived from the log; ``store.projections``."""

    def __init__(self, database: Database, log: EventLog, *, policy: Policy = "park") -> None:
        self._database = database
        self._log = log
        self._policy = policy
