"""``docs``: documentation of features, as text and as a site."""

from pathlib import Path
from typing import Annotated

import typer

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.moments import moment
from featuretrail.commands.output import write_json, write_line, write_table
from featuretrail.commands.progress import phases
from featuretrail.domain.documentation.policy import DocumentationPolicy, PolicyFinding
from featuretrail.domain.documentation.record import FeatureDocumentation

app = typer.Typer(
    no_args_is_help=True, help="Documentation that writes itself, from events and values."
)

Feature = Annotated[str, typer.Argument(help="group.feature, or with @1.0.0.")]
At = Annotated[
    str | None,
    typer.Option(help="As it was at this position or time (ISO 8601).", show_default=False),
]


@command(app, "build")
def build(
    invocation: Invocation,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the site goes.")],
    *,
    at: At = None,
) -> None:
    """Write a site of everything in the store into DIR: files that need no server.

    Only what changed since the last build is written; nothing else in DIR is touched.
    """
    with invocation.store() as store, phases() as show:
        when = None if at is None else moment(at, "--at")
        report = store.documentation.build(folder, at=when, progress=show)
    if invocation.as_json:
        write_json(report.to_dict())
        return
    write_line(
        f"{report.pages:,} pages as of position {report.position:,}: {len(report.changed):,} files "
        f"written, {len(report.removed):,} removed"
    )
    if report.behind:
        write_line(f"what features cost lacks the newest {report.behind:,} events")
    write_line(f"begin with {report.index}")


@command(app, "show")
def show(invocation: Invocation, feature: Feature, *, at: At = None) -> None:
    """Show the documentation of a feature as Markdown; nothing is recorded."""
    with invocation.store() as store:
        when = None if at is None else moment(at, "--at")
        written = store.documentation.describe(feature, at=when)
    _write(written, as_json=invocation.as_json)


@command(app, "generate")
def generate(
    invocation: Invocation,
    feature: Feature,
    *,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> None:
    """Write the documentation of a feature and record it; equal content makes no event."""
    with invocation.store(actor) as store:
        written = store.generate_feature_documentation(feature, reason=reason)
    _write(written, as_json=invocation.as_json)


@command(app, "check")
def check(invocation: Invocation) -> int:
    """Hold what is registered to the policy of featuretrail.toml; an error is a finding."""
    policy = invocation.settings().documentation.policy.to_domain()
    with invocation.store() as store:
        findings = store.documentation.findings(policy)
    if invocation.as_json:
        write_json({"findings": [each.to_dict() for each in findings]})
    else:
        write_table(
            [
                {"level": each.level, "kind": each.kind, "name": each.name, "missing": each.item,
                 "add": each.line}
                for each in findings
            ],
            _nothing_found(policy),
        )  # fmt: skip
    return FINDING if refuses(findings) else FINE


def _nothing_found(policy: DocumentationPolicy) -> str:
    if policy == DocumentationPolicy():
        return "the policy asks for nothing: [documentation.policy] of featuretrail.toml is not set"
    return "nothing is missing that the policy asks for"


def refuses(findings: tuple[PolicyFinding, ...]) -> bool:
    """Tell whether a finding is an error."""
    return any(each.level == "error" for each in findings)


def _write(written: FeatureDocumentation, *, as_json: bool) -> None:
    if as_json:
        write_json(written.to_dict())
    else:
        for line in written.content.removesuffix("\n").split("\n"):
            write_line(line.replace("\t", "    "))  # a tab would be escaped
