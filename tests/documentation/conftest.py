"""A store that tells a whole story, and the site of it: made once a worker, only read by tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

import featuretrail as ft
from tests.documentation.story import fill
from tests.engines.community import CommunityEngine
from tests.engines.database import Tier
from tests.engines.native import NativeEngine


@frozen(eq=False)
class Told:
    """The store of the story, and the site that was built of it."""

    store: ft.TimescaleDBFeatureStore
    folder: Path
    report: ft.SiteReport


@pytest.fixture(scope="session")
def told(
    engines: dict[Tier, NativeEngine | CommunityEngine],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Told]:
    """The store of the story with its site; what tests add to it comes after that."""
    folder = tmp_path_factory.mktemp("site") / "docs"
    with (
        engines["embedded"].database(migrated=True) as made,
        ft.connect(made.url, actor="anna", artifacts="database:") as store,
    ):
        fill(store, made.url)
        yield Told(store, folder, store.documentation.build(folder))
