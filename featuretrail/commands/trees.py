"""Lineage drawn as trees of text, each thing opened once."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from featuretrail.commands.output import printable, write_line
from featuretrail.commands.terminal import on_terminal
from featuretrail.domain.lineage.graph import LineageGraph
from featuretrail.domain.lineage.node import Node

Neighbours = Callable[[Node], Sequence[Node]]

WIDEST = 10_000
"""Columns of a tree that nobody reads on a terminal: lines are not folded."""


def write_tree(
    title: str, graph: LineageGraph, root: Node, *, up: bool, depth: int | None = None
) -> None:
    """Write what ``root`` comes from (``up``) or what comes from it, ``depth`` levels at most.

    A thing met again is named without what lies beyond it, which stands where it was met first.
    """
    beside: Neighbours = graph.parents if up else graph.children
    if not beside(root):
        write_line(f"{title} nothing", style="bold")
        return
    tree = Tree(Text(title, style="bold"))
    _grow(tree, graph, root, beside, depth)
    width = None if on_terminal() else WIDEST
    Console(width=width, highlight=False).print(tree, soft_wrap=not on_terminal())


def _grow(
    tree: Tree, graph: LineageGraph, root: Node, beside: Neighbours, depth: int | None
) -> None:
    """Add the branches of ``root``, nearest first, so that each opens where it is nearest."""
    opened = {root}
    waiting = [(tree, root, 0)]
    for branch, node, level in waiting:  # grows while it is read
        for each in beside(node):
            known = each in opened
            opened.add(each)
            more = len(beside(each)) if not known and level + 1 == depth else 0
            twig = branch.add(_label(graph, each, known=known, more=more, beside=beside))
            if not known and (depth is None or level + 1 < depth):
                waiting.append((twig, each, level + 1))


def _label(graph: LineageGraph, node: Node, *, known: bool, more: int, beside: Neighbours) -> Text:
    text = Text(printable(str(node)))
    if graph.facts(node).retired:
        text.append(" (retired)", style="red")
    if known and beside(node):
        text.append(" (opened elsewhere)", style="dim")
    if more:
        text.append(f" ({more} more)", style="dim")
    return text
