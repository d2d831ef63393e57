"""The pages of the handbook: those of ``docs/``, and what they link to in the repository."""

import re
from collections.abc import Callable
from os.path import relpath
from pathlib import Path

from attrs import Factory, define

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
PICTURES = {".svg", ".png"}
PYTHON = "\nThe [Python reference](reference/python/index.md) is made of the docstrings.\n"
LARGEST_SOURCE = 100_000


class HandbookError(Exception):
    """A page that cannot be part of the handbook; the message says which and why."""


@define
class Pages:
    """What the site is made of: texts and files by their path in it, linked to each other.

    A page outside ``docs/`` is taken in when another links to it; so is a picture. Any other file
    of the repository becomes a page that shows it, a folder one that shows the files in it.
    """

    texts: dict[str, str] = Factory(dict)
    files: dict[str, Path] = Factory(dict)

    def add_docs(self) -> None:
        """Take in the pages of ``docs/``, the changelog, and all that they link to."""
        self.texts["index.md"] = self._linked(_home(), ROOT, "index.md") + PYTHON
        for page in sorted(DOCS.rglob("*.md")):
            if page != DOCS / "README.md":
                self._place(page)
        self._place(ROOT / "CHANGELOG.md")

    def _place(self, target: Path) -> str:
        """Return the path in the site of a file or folder of the repository, taking it in."""
        if target in {DOCS / "README.md", ROOT / "README.md"}:
            return "index.md"
        path = _path(target)
        if path in self.texts or path in self.files:
            return path
        if target.suffix in PICTURES:
            self.files[path] = target
        elif target.suffix == ".md":
            self.texts[path] = ""  # two pages may link to each other
            self.texts[path] = self._linked(target.read_text("utf-8"), target.parent, path)
        elif path == "decisions/index.md":
            self.texts[path] = _decisions()
        else:
            self.texts[path] = _source(target)
        return path

    def _linked(self, text: str, folder: Path, path: str) -> str:
        """Return a page's text with its links as they lead within the site."""

        def lead(link: str) -> str:
            name, mark, anchor = link.partition("#")
            if not name or re.match(r"[a-z]+:", link):
                return link
            target = (folder / name).resolve()
            if not target.is_relative_to(ROOT) or not target.exists():
                raise HandbookError(f"{path} links to {link}, which is not in the repository")
            return relpath(self._place(target), Path(path).parent) + mark + anchor

        return outside_fences(text, lambda part: LINK.sub(lambda found: lead(found[0]), part))


def outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Return a page's text with what is not in a fenced block changed."""
    done, end = [], 0
    for fence in FENCE.finditer(text):
        done += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*done, change(text[end:])])


def title(text: str) -> str:
    """Return the heading of a page, without its marks.

    >>> title("# The `log`\\n\\nIs append-only.\\n")
    'The log'
    """
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    if found is None:
        raise HandbookError(f"a page without a heading: {text[:60]!r}")
    return found[1].replace("`", "")


def _path(target: Path) -> str:
    """Return where a file of the repository lies in the site."""
    if target == ROOT / "CHANGELOG.md":
        return "changelog.md"
    if target == DOCS / "decisions":
        return "decisions/index.md"
    inside = target.relative_to(ROOT)
    if target.suffix not in {".md", *PICTURES}:
        return f"sources/{inside}.md"
    if target.is_relative_to(DOCS):
        return str(target.relative_to(DOCS))
    return f"{inside.parent}/index.md" if target.name == "README.md" else str(inside)


def _home() -> str:
    """Return the readme's text up to its map of the folders, then the list of all pages."""
    before = (ROOT / "README.md").read_text("utf-8").partition("## Where things are")[0]
    contents = (DOCS / "README.md").read_text("utf-8").replace("# Documentation", "## All pages", 1)
    return before + LINK.sub(lambda link: _from_root(link[0]), contents)


def _from_root(link: str) -> str:
    return link if re.match(r"[a-z]+:|#", link) else relpath((DOCS / link).resolve(), ROOT)


def _decisions() -> str:
    """Return the list of all decisions."""
    pages = sorted((DOCS / "decisions").glob("*.md"))
    lines = [f"* [{title(page.read_text('utf-8'))}]({page.name})" for page in pages]
    return "\n".join(["# Decisions", "", "A short page for each choice.", "", *lines, ""])


def _source(target: Path) -> str:
    """Return a page that shows a file of the repository, or the files in a folder."""
    name = target.relative_to(ROOT)
    files = sorted(each for each in target.iterdir() if each.is_file()) if target.is_dir() else []
    shown = [each for each in files or [target] if each.is_file()]
    parts = [f"# {name}", "From the repository."]
    for file in shown:
        text = file.read_text("utf-8")
        if len(text) > LARGEST_SOURCE or "````" in text:
            raise HandbookError(f"{file.relative_to(ROOT)} cannot be shown: link to its folder")
        heading = [f"## {file.name}"] if files else []
        parts += [*heading, f"````{file.suffix[1:] or 'text'}\n{text.rstrip()}\n````"]
    return "\n\n".join(parts) + "\n"
