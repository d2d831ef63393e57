"""``group``: list, show and history of feature groups."""

from typing import Annotated, Any

import typer

from featuretrail.commands.history import stream_history, write_history
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import known_at
from featuretrail.commands.output import write_json, write_record, write_table
from featuretrail.domain.definitions import definition_digest
from featuretrail.domain.events import stream_id
from featuretrail.domain.registry import Registry, ResolvedFeature

app = typer.Typer(no_args_is_help=True, help="Feature groups: features that arrive together.")

KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="POSITION|TIME",
        help="As known at this position of the log, or this time (2013-05-01T12:00:00Z).",
        show_default=False,
    ),
]
Name = Annotated[str, typer.Argument(help="The group's name.")]


@command(app, "list")
def list_groups(invocation: Invocation, known_at_: KnownAt = None) -> None:
    """List the groups."""
    registry = invocation.registry(known_at(known_at_))
    rows = [_summary(registry, name) for name in sorted(registry.groups)]
    if invocation.as_json:
        write_json({"groups": rows})
    else:
        write_table(rows, "no feature group is registered")


@command(app, "show")
def show_group(invocation: Invocation, name: Name, known_at_: KnownAt = None) -> None:
    """Show a group's definition and its features."""
    registry = invocation.registry(known_at(known_at_))
    definition = registry.group(name)
    facts: dict[str, Any] = definition.to_dict() | {
        "digest": definition_digest(definition.to_dict()),
        "versions": [str(known.version) for known in registry.groups[name].definitions],
    }
    features = [feature_facts(feature) for feature in registry.features_of(name)]
    if invocation.as_json:
        write_json(facts | {"features": features})
        return
    shown = {fact.removesuffix("_microseconds"): facts[fact] for fact in facts}
    times = {fact: getattr(definition, fact) for fact in ("ttl", "retention") if fact in shown}
    write_record(f"group {name}", shown | times)
    write_table([_feature_row(feature) for feature in features], "it has no features")


@command(app, "history")
def group_history(invocation: Invocation, name: Name) -> None:
    """Show every version of a group: what changed, who decided it, when and why."""
    with invocation.store() as store:
        store.registry().group(name)
        entries = stream_history(store, stream_id("group", name))
    write_history(entries, as_json=invocation.as_json)


def feature_facts(feature: ResolvedFeature) -> dict[str, Any]:
    """Return a version of a feature as a JSON object: its definition, column and digest."""
    return feature.version.definition.to_dict() | {
        "group": feature.group.name,
        "column": feature.column,
        "digest": feature.version.digest,
    }


def _summary(registry: Registry, name: str) -> dict[str, Any]:
    definition = registry.group(name)
    return {
        "name": name,
        "version": str(definition.version),
        "keys": dict(definition.keys),
        "features": len(registry.features_of(name)),
        "ttl": None if definition.ttl is None else str(definition.ttl),
        "owner": definition.owner,
        "description": definition.description,
    }


def _feature_row(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("name", "version", "dtype", "unit", "description")}
