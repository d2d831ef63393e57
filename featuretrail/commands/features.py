"""``feature``: list, show and history of features."""

from typing import Annotated, Any

import typer

from featuretrail.commands.groups import KnownAt, feature_facts
from featuretrail.commands.history import stream_history, write_history
from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import known_at
from featuretrail.commands.output import write_json, write_record, write_table
from featuretrail.domain.events import stream_id
from featuretrail.domain.names import FeatureReference

app = typer.Typer(no_args_is_help=True, help="Features: named, typed, versioned columns.")

_COLUMNS = ("group", "name", "version", "dtype", "unit", "owner", "tags", "description")


@command(app, "list")
def list_features(
    invocation: Invocation,
    group: Annotated[str | None, typer.Option(help="Only of this group.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only those of this owner.")] = None,
    known_at_: KnownAt = None,
) -> None:
    """List the latest version of each feature."""
    registry = invocation.registry(known_at(known_at_))
    groups = sorted(registry.groups) if group is None else [registry.group(group).name]
    features = [feature_facts(each) for name in groups for each in registry.features_of(name)]
    chosen = [
        facts
        for facts in features
        if (tag is None or tag in facts["tags"]) and (owner is None or facts["owner"] == owner)
    ]
    if invocation.as_json:
        write_json({"features": chosen})
    else:
        rows = [{column: facts[column] for column in _COLUMNS} for facts in chosen]
        write_table(rows, "no such feature is registered")


@command(app, "show")
def show_feature(
    invocation: Invocation,
    reference: Annotated[str, typer.Argument(help="group.feature, or with @1.0.0.")],
    known_at_: KnownAt = None,
) -> None:
    """Show a feature's definition, by default its latest version."""
    registry = invocation.registry(known_at(known_at_))
    feature = registry.resolve(reference)
    path = feature.reference.path
    facts: dict[str, Any] = feature_facts(feature) | {
        "versions": [str(known.version) for known in registry.features[path].versions],
        "sets": [
            f"{name}@{known.version}"
            for name, feature_set in sorted(registry.sets.items())
            for known in feature_set.versions
            if feature.reference in known.pinned
        ],
    }
    if invocation.as_json:
        write_json(facts)
    else:
        write_record(f"feature {feature.reference}", facts)


@command(app, "history")
def feature_history(
    invocation: Invocation,
    reference: Annotated[str, typer.Argument(help="group.feature")],
) -> None:
    """Show every version of a feature: what changed, who decided it, when and why."""
    path = FeatureReference.parse(reference).path
    with invocation.store() as store:
        store.registry().resolve(path)
        entries = stream_history(store, stream_id("feature", path))
    write_history(entries, as_json=invocation.as_json)
