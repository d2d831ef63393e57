"""The navigation: four kinds of pages, decisions and the rest, filled from the folders."""

import re
from collections.abc import Mapping
from typing import Any

from tools.handbook.pages import DOCS, HandbookError, title

KINDS = {
    "Tutorial": "tutorial/",
    "How-to": "how-to/",
    "Reference": "reference/",
    "Explanation": "explanation/",
    "Decisions": "decisions/",
}
PYTHON = "reference/python/"
ALONE = {"digest.md": "Reference"}
PROJECT = ["changelog.md", "dependencies.md"]
PROJECT_FOLDERS = ("benchmarks/", "sources/")


def navigation(texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the navigation of all pages.

    Pages of a kind come in the order of the list in ``docs/README.md``, then as they were added.
    Raises ``HandbookError`` for a page that belongs nowhere.
    """
    sections: dict[str, list[Any]] = {kind: [] for kind in [*KINDS, "Project"]}
    python = [_entry(path, text) for path, text in texts.items() if path.startswith(PYTHON)]
    for path in sorted(texts, key=_listed):
        if path != "index.md" and not path.startswith(PYTHON):
            sections[_section(path)].append(_entry(path, texts[path]))
    if python:
        sections["Reference"].append({"Python": python})
    filled = ({name: entries} for name, entries in sections.items() if entries)
    return [{"Home": "index.md"}, *filled]


def _section(path: str) -> str:
    for kind, folder in KINDS.items():
        if path.startswith(folder) or ALONE.get(path) == kind:
            return kind
    if path in PROJECT or path.startswith(PROJECT_FOLDERS):
        return "Project"
    kinds = ", ".join(f"docs/{folder}" for folder in KINDS.values())
    raise HandbookError(f"docs/{path} is in no part of the navigation: put it into one of {kinds}")


def _listed(path: str) -> int:
    """Return the place of a page in the list of all pages, or one after them all."""
    if path.endswith("/index.md"):
        return -1
    if path in PROJECT:
        return PROJECT.index(path)
    listed = list(_contents())
    return listed.index(path) if path in listed else len(listed)


def _entry(path: str, text: str) -> str | dict[str, str]:
    """Return a page's entry, named as in the list of all pages, or else by its heading.

    The first page of a section stands for it and needs no name.
    """
    if path.endswith("/index.md") and path.startswith(tuple(KINDS.values())):
        return path
    return {_contents().get(path, title(text)): path}


def _contents() -> dict[str, str]:
    """Return what the list of all pages calls each, in its order."""
    text = (DOCS / "README.md").read_text("utf-8")
    return {path: name for name, path in re.findall(r"\[([^\]]+)\]\(([^)#\s]+)", text)}
