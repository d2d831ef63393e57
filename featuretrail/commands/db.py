"""``db``: bring the schema to this version, and tell what the database is and holds."""

from typing import Annotated

import typer

from featuretrail.commands.db_status import explain
from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.output import write_json, write_line, write_table
from featuretrail.commands.progress import phases
from featuretrail.commands.rebuild import explain as explain_rebuild
from featuretrail.databases import database_of
from featuretrail.domain.roles import MAY
from featuretrail.infrastructure import embedded, roles
from featuretrail.infrastructure.registry import RegistryReader
from featuretrail.status import read_status
from featuretrail.upgrading import Upgrade, upgrade

Prefix = Annotated[str, typer.Option(help="How the names of the roles begin.")]

app = typer.Typer(no_args_is_help=True, help="The database: migrate, roles, status, maintain.")


@command(app, "migrate")
def migrate(invocation: Invocation) -> int:
    """Bring the database to this library's version; several may do it at once.

    Tables that were made before TimescaleDB was installed become hypertables. Ends with 1 when the
    live tables of the read side differ from what the log makes, and so stay as they are.
    """
    settings = invocation.settings()
    url = settings.secret_url
    with phases() as progress:
        if url is None:
            with embedded.start(settings.embedded) as server:
                done = upgrade(server.url, progress, settings.projection_errors)
        else:
            done = upgrade(url, progress, settings.projection_errors)
    if invocation.as_json:
        write_json(done.to_dict())
    else:
        _explain(done)
    return FINE if done.ok else FINDING


@command(app, "status")
def status(invocation: Invocation) -> None:
    """Show the engine and what it can do, the schema, sizes, jobs, pool, log and read side.

    Works on a database that is not migrated, or of another version, and says what it cannot read.
    """
    with database_of(invocation.settings()) as database:
        facts = read_status(database, RegistryReader(database))
    if invocation.as_json:
        write_json(facts)
    else:
        explain(facts)


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


def _explain(done: Upgrade) -> None:
    write_table([{"applied": name} for name in done.applied], "the schema is up to date")
    if done.moved:
        write_line("tables that are hypertables now", style="bold")
        write_table([each.to_dict() for each in done.moved], "none")
    if done.read_side is not None:
        write_line("the read side, rebuilt as hypertables", style="bold")
        explain_rebuild(done.read_side)
