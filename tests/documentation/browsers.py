"""The system's Chromium, and what axe-core finds in its pages."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, Playwright

from tests.house.packages import ROOT

Scheme = Literal["light", "dark"]


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser that is closed whatever happens."""
    browser = playwright.chromium.launch(
        executable_path=_where("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
    )
    try:
        yield browser
    finally:
        browser.close()


def serious_faults(page: Page, *, colours_alone: bool = False) -> list[str]:
    """Return what axe-core finds serious or critical."""
    page.evaluate(_axe())
    rules = ", runOnly: ['color-contrast']" if colours_alone else ""
    found = page.evaluate(f"axe.run({{resultTypes: ['violations'], preload: false{rules}}})")
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"][:3]
    ]


@cache
def _axe() -> str:
    return _where("axe").read_text("utf-8")


def _where(what: str) -> Path:
    script = ROOT / "tools" / "browser" / "install.sh"
    found = subprocess.run([script, "--where", what], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return Path(found.stdout.strip())
