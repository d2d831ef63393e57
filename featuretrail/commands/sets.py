"""``set``: list, show and history of feature sets."""

from typing import Annotated, Any

import typer

from featuretrail.commands.groups import KnownAt
from featuretrail.commands.history import stream_history, write_history
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import known_at
from featuretrail.commands.output import write_json, write_record, write_table
from featuretrail.domain.events import stream_id
from featuretrail.domain.registry import Registry
from featuretrail.domain.versions import Version

app = typer.Typer(no_args_is_help=True, help="Feature sets: selections for training.")


@command(app, "list")
def list_sets(invocation: Invocation, known_at_: KnownAt = None) -> None:
    """List the feature sets."""
    registry = invocation.registry(known_at(known_at_))
    rows = [_summary(registry, name) for name in sorted(registry.sets)]
    if invocation.as_json:
        write_json({"sets": rows})
    else:
        write_table(rows, "no feature set is registered")


@command(app, "show")
def show_set(
    invocation: Invocation,
    name: Annotated[str, typer.Argument(help="The set's name, or with @1.0.0.")],
    known_at_: KnownAt = None,
) -> None:
    """Show a feature set, by default its latest version, with the versions it is pinned to."""
    plain, at, version = name.partition("@")
    wanted = Version.parse(version) if at else None
    registry = invocation.registry(known_at(known_at_))
    known = registry.feature_set(plain, wanted)
    facts: dict[str, Any] = known.definition.to_dict() | {
        "pinned": [str(reference) for reference in known.pinned],
        "digest": known.digest,
        "versions": [str(each.version) for each in registry.sets[plain].versions],
    }
    if invocation.as_json:
        write_json(facts)
    else:
        write_record(f"feature set {plain}@{known.version}", facts)


@command(app, "history")
def set_history(
    invocation: Invocation, name: Annotated[str, typer.Argument(help="The set's name.")]
) -> None:
    """Show every version of a feature set: what changed, who decided it, when and why."""
    with invocation.store() as store:
        store.registry().feature_set(name)
        entries = stream_history(store, stream_id("set", name))
    write_history(entries, as_json=invocation.as_json)


def _summary(registry: Registry, name: str) -> dict[str, Any]:
    known = registry.feature_set(name)
    label = known.definition.label
    return {
        "name": name,
        "version": str(known.version),
        "features": len(known.pinned),
        "label": None if label is None else str(label),
        "owner": known.definition.owner,
        "description": known.definition.description,
    }
