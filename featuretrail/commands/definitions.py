"""``plan`` and ``apply``: definitions from a file."""

from pathlib import Path
from typing import Annotated

import typer

from featuretrail.commands.definition_files import Definitions, read_definitions
from featuretrail.commands.docs import refuses
from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.output import printable, write_json, write_line, write_table
from featuretrail.domain.changes import Registration
from featuretrail.domain.documentation.policy import PolicyFinding, policy_findings
from featuretrail.domain.errors import InvalidDefinitionError

File = Annotated[
    Path,
    typer.Argument(
        help="A TOML file of [[group]] and [[set]] tables, or a Python file that makes them."
    ),
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the root."""
    command(app, "plan")(plan)
    command(app, "apply")(apply)


def plan(invocation: Invocation, file: File) -> int:
    """Show what applying FILE would change, and change nothing.

    What the policy of documentation would refuse is a finding.
    """
    definitions = read_definitions(file)
    findings = _findings(invocation, definitions)
    with invocation.store() as store:
        registration = store.plan(*definitions)
    _report(registration, "to change", findings, as_json=invocation.as_json)
    return FINDING if refuses(findings) else FINE


def apply(
    invocation: Invocation,
    file: File,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> None:
    """Register the definitions in FILE together; what is registered already makes no event."""
    definitions = read_definitions(file)
    findings = _findings(invocation, definitions)
    if refuses(findings):
        lines = "".join(f"\n  {each.words}" for each in findings if each.level == "error")
        raise InvalidDefinitionError(
            f"{file} does not say what the policy of documentation asks for:{lines}\n"
            "the policy is in featuretrail.toml, under [documentation.policy]"
        )
    with invocation.store(actor) as store:
        registration = store.register(*definitions, reason=reason)
    _report(registration, "changed", findings, as_json=invocation.as_json)


def _findings(invocation: Invocation, definitions: Definitions) -> tuple[PolicyFinding, ...]:
    policy = invocation.settings().documentation.policy.to_domain()
    return policy_findings(definitions, policy)


def _report(
    registration: Registration, done: str, findings: tuple[PolicyFinding, ...], *, as_json: bool
) -> None:
    if as_json:
        documentation = [each.to_dict() for each in findings]
        write_json({**registration.to_dict(), "documentation": documentation})
        return
    for each in findings:
        typer.echo(f"{each.level}: {printable(each.words)}", err=True)
    rows = [
        {
            "action": change.action,
            "kind": change.kind,
            "name": change.name,
            "version": change.version,
            "changes": list(change.differences),
        }
        for change in registration.changed
    ]
    if rows:
        write_table(rows, "")
    same = len(registration.changes) - len(rows)
    write_line(f"{len(rows)} {done}, {same} as registered")
