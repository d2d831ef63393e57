"""The packages of this repository and the folders they are mapped to."""

import tomllib
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

ROOT = Path(__file__).parents[2]


def setuptools_settings() -> dict[str, Any]:
    """The table ``tool.setuptools`` of pyproject.toml."""
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: dict[str, Any] = settings["tool"]["setuptools"]
    return found


def package_folders() -> dict[str, Path]:
    """The mapped packages' folders, for example ``featuretrail.domain`` in ``domain``."""
    return {name: ROOT / folder for name, folder in setuptools_settings()["package-dir"].items()}


def modules() -> list[str]:
    """The name of every module of featuretrail, found by the packages' own paths."""
    found = set(package_folders())
    for name in package_folders():
        package = import_module(name)
        found |= {each.name for each in walk_packages(package.__path__, f"{name}.")}
    return sorted(found)
