"""``db``: bring the schema to this version, and tell what the database is and holds."""

from collections.abc import Mapping
from typing import Any

import typer

from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.infrastructure import embedded, migrations

app = typer.Typer(no_args_is_help=True, help="The database: migrate, status, maintain.")


@command(app, "migrate")
def migrate(invocation: Invocation) -> None:
    """Bring the database's schema to this library's version; several may do it at once."""
    url = invocation.settings().secret_url
    if url is None:
        with embedded.start(invocation.settings().embedded) as server:
            applied = migrations.migrate(server.url)
    else:
        applied = migrations.migrate(url)
    if invocation.as_json:
        write_json({"applied": applied})
    else:
        write_table([{"applied": name} for name in applied], "the schema is up to date")


@command(app, "status")
def status(invocation: Invocation) -> None:
    """Show the engine and what it can do, the schema, the log's head, counts and sizes."""
    with invocation.store() as store:
        facts = store.status()
    if invocation.as_json:
        write_json(facts)
    else:
        _explain(facts)


def _explain(facts: Mapping[str, Any]) -> None:
    write_record("server", facts["server"])
    write_record("timescaledb", facts["timescaledb"] or {"installed": False})
    write_record("migrations", facts["migrations"])
    write_record("log", facts["log"])
    write_record("counts", facts["counts"])
    write_record("projections", facts["projections"])
    write_line("capabilities", style="bold")
    write_table(facts["capabilities"], "none")
    write_line("retention", style="bold")
    write_table(facts["retention"], "none")
    write_line("groups", style="bold")
    write_table(facts["groups"], "no feature group is registered")
