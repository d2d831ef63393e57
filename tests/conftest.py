"""Databases for tests: ``database`` is migrated, ``empty_database`` is not.

``@pytest.mark.tiers("embedded", "apache", "community")`` names the engines a test runs on; without
the mark it runs on the embedded one. ``@pytest.mark.tiers(without="community")`` takes one away
from those that a module's mark names. Every test has a database of its own. On the Community tier
all connections share one session: no second transaction while one is open, no statement timeout.
``--tiers`` or ``FEATURETRAIL_TIERS`` restricts a run, for example to ``embedded,apache``.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from featuretrail.infrastructure.embedded import remove
from tests.engines.community import CommunityEngine
from tests.engines.database import TIERS, Database, Tier
from tests.engines.native import NativeEngine
from tests.engines.session_folder import SessionFolder

# a busy machine is no fault of the code under test
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

_MARK = "tiers(*tiers, without=None): the engines that a test with a database runs on"
_FOLDER = pytest.StashKey[SessionFolder]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tiers",
        default=os.environ.get("FEATURETRAIL_TIERS") or ",".join(TIERS),
        help="run only these tiers of tests that use a database (comma separated)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARK)
    unknown = set(_chosen(config)) - set(TIERS)
    if unknown:
        raise pytest.UsageError(f"--tiers knows {', '.join(TIERS)}, not {', '.join(unknown)}")
    if not hasattr(config, "workerinput"):
        config.stash[_FOLDER] = SessionFolder.create()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["engines"] = str(node.config.stash[_FOLDER].path)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _FOLDER in config.stash:
        config.stash[_FOLDER].remove()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "tier" not in metafunc.fixturenames:
        return
    marks = list(metafunc.definition.iter_markers("tiers"))
    named = next((mark.args for mark in marks if mark.args), ("embedded",))
    without = {mark.kwargs["without"] for mark in marks if "without" in mark.kwargs}
    unknown = {*named, *without} - set(TIERS)
    if unknown:
        raise pytest.UsageError(f"{metafunc.definition.nodeid} names unknown tiers {unknown}")
    metafunc.parametrize("tier", [tier for tier in named if tier not in without], indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = _chosen(config)
    other = [item for item in items if _tier(item) not in (None, *chosen)]
    if other:
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if item not in other]


@pytest.fixture(scope="session", autouse=True)
def _no_data_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Delete what servers of root's, in temporary folders, keep below /var/lib."""
    yield
    for pointer in tmp_path_factory.getbasetemp().rglob("server/elsewhere"):
        remove(pointer.parents[1])


@pytest.fixture
def tier(request: pytest.FixtureRequest) -> Tier:
    """The tier that a test's database is on."""
    named: Tier = request.param
    return named


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> Iterator[dict[Tier, NativeEngine | CommunityEngine]]:
    """The engines of this worker, each started when first used."""
    config = request.config
    worker = getattr(config, "workerinput", None)
    folder = Path(worker["engines"]) if worker else config.stash[_FOLDER].path
    made: dict[Tier, NativeEngine | CommunityEngine] = {
        "embedded": NativeEngine("embedded", folder),
        "apache": NativeEngine("apache", folder),
        "community": CommunityEngine(),
    }
    yield made
    for engine in made.values():
        engine.close()


@pytest.fixture
def database(tier: Tier, engines: dict[Tier, NativeEngine | CommunityEngine]) -> Iterator[Database]:
    """A migrated database of the test's own."""
    with engines[tier].database(migrated=True) as made:
        yield made


@pytest.fixture
def empty_database(
    tier: Tier, engines: dict[Tier, NativeEngine | CommunityEngine]
) -> Iterator[Database]:
    """A database of the test's own without featuretrail's schema."""
    with engines[tier].database(migrated=False) as made:
        yield made


def _chosen(config: pytest.Config) -> list[str]:
    return [tier.strip() for tier in config.getoption("--tiers").split(",")]


def _tier(item: pytest.Item) -> str | None:
    call = getattr(item, "callspec", None)
    return call.params.get("tier") if call else None
