"""What a start must not load, so that ``--help`` and short commands answer at once."""

import ast
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

import featuretrail
from featuretrail.cli import app
from featuretrail.commands.deferred import Deferred
from featuretrail.public import HOMES
from tests.engines.database import Database

HEAVY = {
    "eventsourcing", "jinja2", "narwhals", "numpy", "psycopg", "pyarrow", "pydantic", "rich",
    "scipy", "featuretrail.domain.events", "featuretrail.store",
}  # fmt: skip
REPORT = """
import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), sep=chr(10), file=sys.stderr))
"""
COMMAND = REPORT + "from featuretrail.cli import main; main()"


def _loaded(program: str, *arguments: str, url: str | None = None) -> set[str]:
    """The modules that a program has loaded when it ends."""
    kept = {name: value for name, value in os.environ.items() if "FEATURETRAIL" not in name}
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=kept | ({} if url is None else {"FEATURETRAIL_URL": url}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(run.stderr.splitlines())


def test_help_and_importing_load_no_command_and_nothing_heavy() -> None:
    shown = _loaded(COMMAND, "--help")
    assert {"featuretrail.cli", "featuretrail.commands.listing"} <= shown
    assert shown & (HEAVY | {"featuretrail.commands.features"}) == set()
    assert _loaded(REPORT + "import featuretrail") & (HEAVY | {"typer", "attr"}) == set()


def test_version_loads_no_database_and_no_store() -> None:
    assert _loaded(COMMAND, "version") & (HEAVY - {"pydantic"}) == set()


@pytest.mark.tiers("embedded")
def test_listing_features_opens_no_store(database: Database) -> None:
    shown = _loaded(COMMAND, "feature", "list", url=database.url)
    absent = {"featuretrail.store", "jinja2", "narwhals", "pyarrow.compute", "rich", "scipy"}
    assert "featuretrail.registered" in shown
    assert shown & absent == set()


def test_the_help_lists_each_command_as_the_command_says_itself() -> None:
    root = typer.main.get_group(app)
    listed = {name: each for name, each in root.commands.items() if isinstance(each, Deferred)}
    assert listed.keys() == root.commands.keys()
    for name, each in listed.items():
        real = each.load()
        line = " ".join((real.help or "").split("\n\n")[0].split())
        assert (real.name, each.help, each.hidden, each.deprecated) == (
            name,
            line,
            real.hidden,
            real.deprecated,
        )


def test_a_public_name_is_found_where_type_checkers_are_told() -> None:
    tree = ast.parse(Path(featuretrail.__file__).read_text("utf-8"))
    told = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == HOMES
    assert featuretrail.__all__ == sorted(HOMES)
    assert set(featuretrail.__all__) <= set(dir(featuretrail))
    for name, home in HOMES.items():
        assert getattr(featuretrail, name) is getattr(import_module(home), name)


def test_a_name_that_is_not_public_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="module 'featuretrail' has no attribute 'Nothing'"):
        _ = featuretrail.Nothing  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="cannot import name 'Nothing'"):
        from featuretrail import Nothing  # type: ignore[attr-defined]  # noqa: F401, PLC0415
