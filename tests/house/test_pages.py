"""The pages lead somewhere, and name what is there."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.house.packages import ROOT

PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "benchmarks" / "README.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def _links(page: Path) -> list[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    return [link for link in LINK.findall(text) if not re.match(r"https?:", link)]


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def _dead(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return True
    return bool(anchor) and anchor not in _anchors(target)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [link for link in _links(page) if _dead(page, link)] == []


def test_a_dead_link_is_found() -> None:
    page = ROOT / "README.md"

    assert _dead(page, "docs/nowhere.md")
    assert _dead(page, "docs/digest.md#nowhere")
    assert _dead(page, "../outside.md")
    assert not _dead(page, "docs/digest.md#vectors")


def test_every_page_is_in_the_table_of_contents() -> None:
    contents = ROOT / "docs" / "README.md"
    linked = {(contents.parent / link).resolve() for link in _links(contents)}
    pages = set((ROOT / "docs").rglob("*.md")) - {contents}

    missing = {page for page in pages if not linked & {page, page.parent}}
    assert {str(page.relative_to(ROOT)) for page in missing} == set()


def test_every_dependency_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    required = [
        *project["project"]["dependencies"],
        *(each for extra in project["project"]["optional-dependencies"].values() for each in extra),
        *(
            each
            for group in project["dependency-groups"].values()
            for each in group
            if isinstance(each, str)  # not another group that is part of it
        ),
    ]
    names = {re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in required}
    words = set(re.findall(r"[\w-]+", (ROOT / "docs" / "dependencies.md").read_text("utf-8")))

    assert names - words == set()


def test_the_map_of_the_readme_shows_every_folder() -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    folders = {
        folder.name
        for folder in ROOT.iterdir()
        if folder.is_dir()
        and not folder.name.startswith(".")
        and not any(fnmatch(f"{folder.name}/", pattern) for pattern in ignored)
    }
    where = (ROOT / "README.md").read_text("utf-8").partition("## Where things are")[2]

    assert set(re.findall(r"^\| \[`(\w+)/`\]", where, re.MULTILINE)) == folders
