"""Every command and snippet of the pages is run by a test, or listed with the reason why not."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from featuretrail.cli import app
from featuretrail.commands.deferred import Deferred
from tests.house.packages import ROOT

LANGUAGES = {"console", "sh", "bash", "python", "pycon", "toml", "sql"}
SHOWN = {"text", "json", "csv"}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^ *```+(\S*)[^\n]*\n(.*?)^ *```+$", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"^\$ featuretrail (.*)$", re.MULTILINE)
COMMAND = re.compile(r"(\$ |featuretrail |make |pip |python |>>> |GRANT |SELECT |ALTER |CREATE )")
QUOTED = re.compile(r"`featuretrail ([a-z][^`|]*)")


@cache
def inventory() -> dict[str, Any]:
    return tomllib.loads((ROOT / "tests" / "house" / "blocks.toml").read_text("utf-8"))


def blocks(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page: language and text."""
    return FENCE.findall(text)


def without_a_test(page: str, text: str) -> list[str]:
    """What of a page's blocks no test runs and no reason excuses, as language and first line."""
    run = inventory()["executed"].get(page, {})
    excused = [
        (each["language"], each["begins"])
        for each in inventory()["not_executed"]
        if each["page"] == page
    ]
    return [
        f"{language}: {block.splitlines()[0]}"
        for language, block in blocks(text)
        if language in LANGUAGES
        and language not in run
        and not any(kind == language and block.startswith(begins) for kind, begins in excused)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_a_page_is_run_by_a_test(page: Path) -> None:
    name, text = str(page.relative_to(ROOT)), page.read_text("utf-8")

    assert without_a_test(name, text) == [], "name the test in tests/house/blocks.toml"
    commands = [block for language, block in blocks(text) if language == "console"]
    lines = [line for block in commands for line in block.splitlines() if line.startswith("$ ")]
    assert [line for line in lines if not re.match(r"\$ (featuretrail|export) ", line)] == []
    unknown = {language for language, _ in blocks(text)} - LANGUAGES - SHOWN
    assert unknown <= {""}, "a language that this test does not know"
    hidden = [
        block for kind, block in blocks(text) if kind in SHOWN | {""} and COMMAND.match(block)
    ]
    assert hidden == [], "a command is a block of its own language, which a test runs"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_sessions_and_programs_are_told_apart(page: Path) -> None:
    """A test that runs what stands behind ``>>>`` runs nothing of a program that has none."""
    wrong = [
        f"{language}: {block.splitlines()[0]}"
        for language, block in blocks(page.read_text("utf-8"))
        if language in {"python", "pycon"} and (language == "pycon") != (">>> " in block)
    ]
    assert wrong == []


def test_a_block_that_nothing_runs_is_found() -> None:
    text = "```python\nprint(1)\n```\n\n```text\n1\n```\n"

    assert without_a_test("docs/how-to/new.md", text) == ["python: print(1)"]
    assert without_a_test("docs/how-to/quality.md", text) == ["python: print(1)"]
    assert without_a_test("docs/how-to/rules.md", text) == []


def test_each_named_test_exists_and_reads_its_page() -> None:
    for page, named in inventory()["executed"].items():
        present = {language for language, _ in blocks((ROOT / page).read_text("utf-8"))}
        assert set(named) <= present & LANGUAGES, f"{page} has no such blocks"
        for test in named.values():
            module, name = test.split("::")
            source = (ROOT / module).read_text("utf-8")
            functions = {
                node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)
            }
            assert name in functions, test
            assert _reads(source, Path(page)), f"{module} does not name {page}"


def test_each_excuse_is_needed() -> None:
    for each in inventory()["not_executed"]:
        text = (ROOT / each["page"]).read_text("utf-8")
        found = [block for kind, block in blocks(text) if kind == each["language"]]
        assert any(block.startswith(each["begins"]) for block in found), each
        assert each["language"] not in inventory()["executed"][each["page"]], each
        assert each["reason"]


def test_every_command_that_a_page_quotes_exists() -> None:
    texts = {page.relative_to(ROOT): page.read_text("utf-8") for page in PAGES}
    wrong = [
        f"{page}: {line}"
        for page, text in texts.items()
        for line in [*QUOTED.findall(FENCE.sub("", text)), *TYPED.findall(text)]
        if _fault(line) is not None
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "line", ["audit prove", "audit verify --deep", "db", "no such", "lineage show --past"]
)
def test_a_command_that_does_not_exist_is_found(line: str) -> None:
    assert (_fault(line) is None) == (line == "db")


def _reads(source: str, page: Path) -> bool:
    """Whether a test, or the modules of tests it takes its page from, names the page."""
    texts = [
        source,
        *(_text(module) for module in re.findall(r"^from (tests[\w.]+)", source, re.M)),
    ]
    return any(page.name in text or f'"{page.stem}"' in text for text in texts)


def _text(module: str) -> str:
    path = ROOT / f"{module.replace('.', '/')}.py"
    return path.read_text("utf-8") if path.exists() else ""


def _fault(line: str) -> str | None:
    """What is wrong with a quoted command: a command or an option that does not exist."""
    words = shlex.split(re.sub(r"^--url \S+ |\.\.\.", "", line))
    command: Any = _root()
    while words and isinstance(command, TyperGroup):
        if words[0] not in command.commands:
            return words[0]
        command = command.commands[words.pop(0)]
        command = command.load() if isinstance(command, Deferred) else command
    known = {option for parameter in command.params for option in _names(parameter)}
    return next((word for word in _options(words) if word not in known), None)


def _names(parameter: Any) -> list[str]:
    return [*parameter.opts, *parameter.secondary_opts]


def _options(words: list[str]) -> Iterator[str]:
    return (word.partition("=")[0] for word in words if re.match(r"--[a-z]", word))


@cache
def _root() -> TyperGroup:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group
