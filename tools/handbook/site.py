"""Building the site: pages, reference and settings in a folder of work, then Zensical."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.handbook.navigation import navigation
from tools.handbook.pages import ROOT, HandbookError, Pages
from tools.handbook.reference import add_reference

HERE = Path(__file__).parent
ANSI = re.compile(r"\x1b\[[\d;]*m")
ASSETS = ("handbook.css", "iframe-worker.js")
MAPPED = ("domain", "infrastructure", "projections", "sql")


def build(folder: Path) -> int:
    """Build the handbook in ``folder``, replacing it, and return the number of its pages.

    Raises ``HandbookError`` with what Zensical said when a link or an anchor leads nowhere, or a
    page is in no part of the navigation; ``folder`` is then as it was.
    """
    pages = Pages()
    pages.add_docs()
    add_reference(pages.texts)
    render(pages, folder)
    return len(pages.texts)


def render(pages: Pages, folder: Path) -> None:
    """Make a site of ``pages`` in ``folder``, replacing it; see ``build``."""
    work = folder.with_name(f"{folder.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    _lay_out(work, pages)
    run = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--clean", "--strict"],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0 or not (work / "site" / "index.html").exists():
        said = ANSI.sub("", run.stdout + run.stderr.partition("Traceback")[0])
        raise HandbookError(f"the handbook was not built:\n{said}")
    shutil.rmtree(folder, ignore_errors=True)
    (work / "site").rename(folder)
    shutil.rmtree(work)


def _lay_out(work: Path, pages: Pages) -> None:
    """Write what Zensical reads: its settings, the pages, and the packages as users have them."""
    for path, text in pages.texts.items():
        _parent(work / "docs" / path).write_text(text, "utf-8")
    for path, file in pages.files.items():
        shutil.copy(file, _parent(work / "docs" / path))
    for name in ASSETS:
        shutil.copy(HERE / name, work / "docs" / name)
    shutil.copy(HERE / "docstrings.py", work / "docstrings.py")
    settings = (HERE / "zensical.toml").read_text("utf-8")
    nav = f"nav = {_toml(navigation(pages.texts))}"
    (work / "zensical.toml").write_text(settings.replace("nav = []", nav, 1), "utf-8")
    package = work / "packages" / "featuretrail"
    package.mkdir(parents=True)
    for each in (ROOT / "featuretrail").iterdir():
        (package / each.name).symlink_to(each)
    for name in MAPPED:
        (package / name).symlink_to(ROOT / name)


def _parent(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _toml(value: object) -> str:
    """Return lists, tables and strings as an inline value of TOML."""
    match value:
        case dict():
            inside = ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
            return f"{{ {inside} }}"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)
