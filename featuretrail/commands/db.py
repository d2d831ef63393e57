"""``db``: bring the schema to this version, and tell what the database is and holds."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.domain.roles import MAY
from featuretrail.infrastructure import embedded, migrations, roles

Prefix = Annotated[str, typer.Option(help="How the names of the roles begin.")]

app = typer.Typer(no_args_is_help=True, help="The database: migrate, roles, status.")


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


@command(app, "roles")
def make(invocation: Invocation, *, prefix: Prefix = roles.PREFIX) -> None:
    """Make the database's group roles where they are absent, and give them their rights."""
    url = invocation.settings().secret_url
    if url is None:
        with embedded.start(invocation.settings().embedded) as server:
            made = roles.make_roles(server.url, prefix)
    else:
        made = roles.make_roles(url, prefix)
    rows = [
        {"role": each.role, "name": each.name, "created": each.created, "may": MAY[each.role]}
        for each in made
    ]
    if invocation.as_json:
        write_json({"roles": rows})
    else:
        write_table(rows, "none")
        names = {each.role: each.name for each in made}
        write_line(f'give a user a role with SQL: GRANT "{names["writer"]}" TO someone')


def _explain(facts: Mapping[str, Any]) -> None:
    write_record("server", facts["server"])
    write_record("timescaledb", facts["timescaledb"] or {"installed": False})
    write_record("migrations", facts["migrations"])
    write_record("log", facts["log"])
    write_record("counts", facts["counts"])
    write_record("projections", facts["projections"])
    write_line("capabilities", style="bold")
    write_table(facts["capabilities"], "none")
    write_line("groups", style="bold")
    write_table(facts["groups"], "no feature group is registered")
