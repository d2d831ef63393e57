"""Closures and cycle checks by networkx; prints one JSON line.

    python -m benchmarks.peers.networkx_graph --edges FILE --repeat 20

The file holds a JSON list of edges, each a parent and its child, in topological order: the first
parent is the root, the last child a leaf.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import networkx as nx


def main() -> None:
    """Time each question and print the seconds and the answers' sizes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--edges", type=Path, required=True)
    parser.add_argument("--repeat", type=int, required=True)
    given = parser.parse_args()
    edges = [tuple(edge) for edge in json.loads(given.edges.read_text())]
    graph = nx.DiGraph(edges)
    root, leaf = edges[0][0], edges[-1][1]
    works: dict[str, Callable[[], object]] = {
        "down": lambda: nx.descendants(graph, root),
        "up": lambda: nx.ancestors(graph, leaf),
        "cycle": lambda: nx.shortest_path(graph, root, leaf),
    }
    seconds = {name: [_timed(work) for _ in range(given.repeat)] for name, work in works.items()}
    sizes = {
        "down": len(nx.descendants(graph, root)),
        "up": len(nx.ancestors(graph, leaf)),
        "cycle": len(nx.shortest_path(graph, root, leaf)),
    }
    print(json.dumps({"seconds": seconds, "sizes": sizes, "version": nx.__version__}))


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
