"""A store whose alerts go to a real web server and a real mail server."""

from collections.abc import Callable, Iterator

import pytest

import featuretrail as ft
from tests.alerts.receivers import Mailbox, Receiver, mailbox, receiver
from tests.alerts.situations import WEATHER
from tests.engines.database import Database

Opened = Callable[..., ft.TimescaleDBFeatureStore]


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


@pytest.fixture
def opened_store(database: Database) -> Iterator[Opened]:
    """Opens stores on one database, each with its own destinations."""
    stores: list[ft.TimescaleDBFeatureStore] = []

    def opened(**destinations: str) -> ft.TimescaleDBFeatureStore:
        settings = ft.Settings(
            url=database.url, actor="ann", artifacts="database:",
            alerts=ft.AlertSettings.of(destinations, {"ops": [*destinations]}),
        )  # fmt: skip
        stores.append(ft.connect(settings=settings))
        return stores[-1]

    yield opened
    for store in stores:
        store.close()


@pytest.fixture
def store(opened_store: Opened, hook: Receiver) -> ft.TimescaleDBFeatureStore:
    """A store with the destination ``hook`` and the group ``weather``."""
    made = opened_store(hook=hook.address)
    made.register(WEATHER)
    return made
