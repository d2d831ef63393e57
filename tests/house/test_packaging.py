"""Packages are listed by hand and mapped from top-level folders: what that could get wrong."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from tests.house.packages import ROOT, modules, package_folders, setuptools_settings

TWINS = [name.partition(".")[2] for name in package_folders() if "." in name]


def _sources() -> list[Path]:
    folders = [*package_folders().values(), *(ROOT / name for name in ("tests", "examples"))]
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return {name.split(".")[0] for name in names}


def test_every_folder_of_modules_is_a_listed_package() -> None:
    expected = {
        ".".join([name, *init.parent.relative_to(folder).parts])
        for name, folder in package_folders().items()
        for init in folder.rglob("__init__.py")
    }
    assert set(setuptools_settings()["packages"]) == expected


def test_every_module_lies_in_a_package() -> None:
    homeless = [
        path.relative_to(ROOT)
        for folder in package_folders().values()
        for path in folder.rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    ]
    assert homeless == []


def test_each_module_is_imported_under_one_name() -> None:
    for name in modules():
        import_module(name)
    assert [name for name in TWINS if name in sys.modules] == []


def test_no_source_imports_a_twin() -> None:
    imported = {path.relative_to(ROOT): _imported(path) for path in _sources()}
    assert {path: names for path, names in imported.items() if names & set(TWINS)} == {}


@pytest.mark.parametrize("name", TWINS)
@pytest.mark.parametrize("statement", ["import {}", "from {} import anything"])
def test_the_linter_bans_a_twin(name: str, statement: str) -> None:
    linted = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", "TID251", "-"],
        cwd=ROOT,
        input=statement.format(name) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 1
    assert f"import featuretrail.{name}" in linted.stdout
