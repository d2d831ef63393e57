"""Rules of an installed package have the source that they have in the author's folder."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import featuretrail as ft

TEXT = """
import functools

import featuretrail as ft
import numpy as np
from {name}.steps import SPAN, shifted

def clipped(function):
    @functools.wraps(function)
    def within(level):
        return np.minimum(function(level), SPAN)
    return within

def made(step):
    @ft.rule(["readings.level"])
    def stepped(level):
        return shifted(level) + step
    return stepped

@ft.rule(["readings.level"])
@clipped
def more(level):
    return shifted(level)

@ft.rule(["readings.level"])
def plain(level):
    return shifted(level)

stepped = made(2)
"""
STEPS = """
SPAN = 3

def shifted(values):
    return values + SPAN
"""
TOLD_BY_OTHERS = """
import featuretrail as ft
from strangers import {how}

@ft.rule(["readings.level"])
@{how}(3)
def more(level):
    return level
"""
STRANGERS = """
import functools

def wrapping(limit):
    def around(function):
        @functools.wraps(function)
        def within(level):
            return function(level) + limit
        return within
    return around

def hiding(limit):
    def around(function):
        def within(level):
            return function(level) + limit
        return within
    return around
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that Python takes for one of installed packages."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(tmp_path / "own")
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder: Path, name: str, **modules: str) -> None:
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for module, text in modules.items():
        (package / f"{module}.py").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("rule", ["plain", "more", "stepped"])
def test_a_rule_is_the_same_in_the_folder_and_installed(
    site: Path, tmp_path: Path, rule: str
) -> None:
    write(tmp_path / "own", "team_a", rules=TEXT.format(name="team_a"), steps=STEPS)
    write(site, "team_b", rules=TEXT.format(name="team_b"), steps=STEPS)

    own, installed = (
        getattr(importlib.import_module(f"{name}.rules"), rule) for name in ("team_a", "team_b")
    )

    assert installed.source == own.source
    assert "return values + SPAN" in installed.source


@pytest.mark.parametrize("how", ["wrapping", "hiding"])
def test_a_decorator_of_another_installed_package_is_refused(site: Path, how: str) -> None:
    write(site, "team_c", rules=TOLD_BY_OTHERS.format(how=how))
    (site / "strangers.py").write_text(STRANGERS, encoding="utf-8")

    with pytest.raises(ft.InvalidDefinitionError, match="wrapped by a decorator of a library"):
        importlib.import_module("team_c.rules")
