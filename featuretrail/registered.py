"""The definitions alone: what commands read that need nothing else of a store."""

from datetime import datetime

from featuretrail.databases import migrated_database
from featuretrail.domain.registry import Registry
from featuretrail.infrastructure.access import access
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.infrastructure.settings import Settings
from featuretrail.requests import Requests


def registered(settings: Settings, known_at: int | datetime | None = None) -> Registry:
    """Return what ``store.registry(known_at)`` of the store that ``settings`` name returns."""
    with migrated_database(settings) as database, access(database, "auditor", "`registry`"):
        requests = Requests(EventLog(database), RegistryReader(database))
        return requests.registry(requests.position(known_at))
