"""The page on roles: its commands do what it shows."""

import re
import shlex
import uuid
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from tests.cli.conftest import Run, folder, run
from tests.cli.test_documentation import masked
from tests.engines.database import Database
from tests.roles.conftest import give_back

__all__ = ["folder", "run"]

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "roles.md"
FILE = PAGE.with_name("define-in-a-file.md")


@pytest.fixture
def names() -> dict[str, str]:
    """Names as long as those of the page, since roles are the whole server's."""
    own = uuid.uuid4().hex
    return {"flights": f"f{own[:6]}", "alice": f"a{own[6:10]}", "grace": f"g{own[10:14]}"}


@pytest.mark.tiers("embedded")
def test_the_session_of_the_page_is_what_happens(
    run: Run, folder: Path, database: Database, names: dict[str, str]
) -> None:
    definitions = re.findall(r"```toml\n(.*?)```", FILE.read_text("utf-8"), re.DOTALL)[0]
    (folder / "weather.toml").write_text(definitions, encoding="utf-8")
    assert run("apply", "weather.toml").code == 0
    text = PAGE.read_text("utf-8")
    for shown, own in names.items():
        text = text.replace(shown, own)
    steps = 0
    try:
        for language, block in re.findall(r"```(console|sql)\n(.*?)```", text, re.DOTALL):
            if language == "sql":
                with database.connect() as connection:
                    connection.execute(block.encode())
                continue
            for line, shown in re.findall(
                r"^\$ featuretrail (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE
            ):
                steps += 1
                done = run(*(_real(word, database) for word in shlex.split(line)))
                assert masked(done.out + done.err) == masked(shown), line
    finally:
        with database.connect() as connection:
            for own in names.values():
                for role in give_back(connection, own):
                    connection.execute(b"DROP ROLE " + role.as_bytes(connection))

    assert steps == 6


def _real(word: str, database: Database) -> str:
    user = re.fullmatch(r"postgresql://(\w+)@db\.example\.org/features", word)
    return make_conninfo(database.url, user=user[1]) if user else word
