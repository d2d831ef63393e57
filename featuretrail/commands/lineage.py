"""``lineage``: what a thing comes from, what comes from it, and what a change would touch."""

from typing import Annotated, Any

import typer

from featuretrail.commands.invocation import Invocation, command
from featuretrail.commands.moments import At, moment
from featuretrail.commands.output import write_json, write_line, write_record, write_table
from featuretrail.commands.trees import write_tree
from featuretrail.domain.lineage.finding import find_node
from featuretrail.domain.lineage.graph import LineageGraph
from featuretrail.domain.lineage.impact import Impact
from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.quality import LineageQuality, lineage_quality

app = typer.Typer(
    no_args_is_help=True, help="Lineage: what comes from what, and what a change would touch."
)

Thing = Annotated[
    str,
    typer.Argument(
        metavar="FEATURE|SET|SNAPSHOT",
        help="A feature (weather.temp, or with @1.0.0), a set, a snapshot (delay@1.0.0), or any "
        "thing with its kind: 'set delay', 'source noaa', 'training run forest@1.0.0'.",
    ),
]


@command(app, "show")
def show(
    invocation: Invocation,
    thing: Thing,
    *,
    up: Annotated[bool, typer.Option("--up", help="Only what it comes from.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what comes from it.")] = False,
    depth: Annotated[
        int | None, typer.Option(min=1, help="At most so many steps away.", show_default=False)
    ] = None,
    at: At = None,
) -> None:
    """Show what a thing comes from and what comes from it, now or in the past."""
    with invocation.store() as store:
        graph = store.lineage.graph(None if at is None else moment(at, "--at"))
    node = find_node(graph, thing)
    quality = lineage_quality(graph, node) if node.kind == "feature" else None
    both = up == down
    if invocation.as_json:
        write_json(
            {
                "position": graph.position,
                **node.to_dict(),
                **graph.facts(node).to_dict(),
                "quality": None if quality is None else quality.to_dict(),
                "upstream": _closure(graph, node, depth, up=True) if up or both else None,
                "downstream": _closure(graph, node, depth, up=False) if down or both else None,
            }
        )
        return
    _explain(graph, node, quality)
    if up or both:
        write_tree("comes from", graph, node, up=True, depth=depth)
    if down or both:
        write_tree("leads to", graph, node, up=False, depth=depth)


@command(app, "impact")
def impact(invocation: Invocation, thing: Thing, at: At = None) -> None:
    """Show which features, sets, snapshots, models and outcomes a change would touch.

    Without a version: a change of any version of the thing.
    """
    with invocation.store() as store:
        found = store.lineage.impact(thing, at=None if at is None else moment(at, "--at"))
    if invocation.as_json:
        write_json(found.to_dict())
    else:
        _explain_impact(found)


def _closure(
    graph: LineageGraph, node: Node, depth: int | None, *, up: bool
) -> list[dict[str, Any]]:
    beside = graph.parents if up else graph.children
    return [
        {
            **each.to_dict(),
            "distance": distance,
            "retired": graph.facts(each).retired,
            "parents" if up else "children": [str(next_) for next_ in beside(each)],
        }
        for each, distance in graph.distances(node, depth, up=up).items()
    ]


def _explain(graph: LineageGraph, node: Node, quality: LineageQuality | None) -> None:
    facts = graph.facts(node).to_dict()
    rule = facts.pop("computation_rule")
    if quality is not None:
        facts["lineage_quality_now"] = quality.score
        facts["reasons"] = quality.reasons
    else:  # nothing else is said of other things than features
        facts = {name: facts[name] for name in ("position", "digest")}
    write_record(f"{node} at position {graph.position}", facts)
    if rule is not None:
        write_line("computation rule", style="bold")
        for line in rule.splitlines():
            write_line(f"  {line}")


def _explain_impact(found: Impact) -> None:
    changed = ", ".join(map(str, found.changed))
    write_line(f"a change of {changed} touches {found.summary}", style="bold")
    rows = [
        {
            "distance": each.distance,
            "thing": str(each.node),
            "via": str(each.via),
            "retired": each.retired,
        }
        for each in found.affected
    ]
    write_table(rows, "nothing comes from it")
