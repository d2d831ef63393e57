"""The pages about the command line say what it does."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from featuretrail.cli import app
from featuretrail.commands.deferred import Deferred
from tests.cli.conftest import Run
from tests.engines.database import Database

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page: str, language: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands(group: TyperGroup, prefix: str = "") -> Iterator[str]:
    for name, listed in group.commands.items():
        command = listed.load() if isinstance(listed, Deferred) else listed
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def test_every_command_is_in_the_reference_and_no_other() -> None:
    text = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    table = text.partition("## Commands and their JSON")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?`) \| ", table, re.MULTILINE)
    named = {
        " ".join(word for word in quoted.split() if word.islower())
        for cell in cells
        for quoted in re.findall(r"`(.*?)`", cell)
    }

    assert named == set(commands(typer.main.get_group(app)))


def test_every_command_answers_in_json_and_helps(run: Run) -> None:
    for name in commands(typer.main.get_group(app)):
        helped = run(*name.split(), "--help")

        assert helped.code == 0
        assert "--json" in helped.out
        assert helped.out.count(".") > 1, f"{name} does not explain itself"


def test_the_session_of_the_page_on_files_is_what_happens(run: Run, folder: Path) -> None:
    whole, changed_feature = blocks("how-to/define-in-a-file.md", "toml")
    first, second = blocks("how-to/define-in-a-file.md", "console")
    original = re.search(
        r"\[\[group\.features\]\]\nname = \"wind_speed\".*?\n(?=\n)", whole, re.DOTALL
    )
    assert original is not None
    changed = whole.replace(original[0], changed_feature)

    for session, definitions in ((first, whole), (second, changed)):
        (folder / "weather.toml").write_text(definitions, encoding="utf-8")
        steps = re.findall(r"^\$ featuretrail (.*)\n((?:(?!\$).*\n)*)", session, re.MULTILINE)
        assert steps
        for line, expected in steps:
            assert run(*shlex.split(line)).out == expected


@pytest.mark.parametrize("page", ["how-to/rebuilding.md"])
def test_the_session_of_a_page_is_what_happens(
    run: Run, folder: Path, database: Database, page: str
) -> None:
    [whole, _] = blocks("how-to/define-in-a-file.md", "toml")
    (folder / "weather.toml").write_text(whole, encoding="utf-8")
    assert run("apply", "weather.toml", "--reason", "first version", "--actor", "ann").code == 0
    text = (DOCS / page).read_text(encoding="utf-8")
    steps = 0

    for language, block in re.findall(r"```(console|sql)\n(.*?)```", text, re.DOTALL):
        if language == "sql":
            with database.connect() as connection:
                connection.execute(block.encode())
            continue
        for line, shown in re.findall(
            r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE
        ):
            steps += 1
            assert masked(run(*shlex.split(line)).out) == masked(shown), line

    assert steps >= 10


def masked(text: str) -> str:
    """Hide what differs from run to run: digests, times, rates and process ids."""
    text = re.sub(r"\b[0-9a-f]{64}\b|\b[0-9a-f]{16}\b", "DIGEST", text)
    text = re.sub(r"\b\d+\.\d+\.\d+\+[0-9a-f]{12}\b", "VERSION", text)
    facts = r"^(  (?:seconds|events per second|swapped within|lag seconds|recorded at) +).*$"
    return re.sub(facts, r"\1…", text, flags=re.MULTILINE)
