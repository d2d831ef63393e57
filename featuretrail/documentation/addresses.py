"""Where pages are: file names that are safe on every file system, and links between them."""

from urllib.parse import quote

from blake3 import blake3

from featuretrail.domain.lineage.node import Node

LONGEST_NAME = 200
"""Bytes of a name that a file takes as it is; file systems take 255 with the ending."""
KEPT_OF_NAME = 120


def file_name(name: str) -> str:
    """Return ``name`` as the name of a file, which no other name has, whatever the file system.

    Capitals are marked, because some systems do not tell them from small letters; what is then too
    long for a file ends in a digest of it.

    >>> file_name("weather.temp"), file_name("Temp")
    ('weather.temp', '~temp')
    """
    marked = "".join(f"~{char.lower()}" if char.lower() != char else char for char in name)
    encoded = marked.encode()
    if len(encoded) <= LONGEST_NAME:
        return marked
    digest = blake3(encoded).hexdigest(16)
    return f"{encoded[:KEPT_OF_NAME].decode(errors='ignore')}~~{digest}"


def feature_page(path: str) -> str:
    """Return the page of ``group.feature``."""
    return f"features/{file_name(path)}.html"


def group_page(name: str) -> str:
    """Return the page of a group."""
    return f"groups/{file_name(name)}.html"


def set_page(name: str) -> str:
    """Return the page of a feature set."""
    return f"sets/{file_name(name)}.html"


def snapshot_page(snapshot_id: str) -> str:
    """Return the page of a snapshot."""
    return f"snapshots/{file_name(snapshot_id)}.html"


def part_page(name: str, part: int) -> str:
    """Return the page of one part of a long list, counted from 1."""
    return f"{name}.html" if part == 1 else f"{name}-{part}.html"


def audit_page(part: int) -> str:
    """Return the page of a stretch of the log."""
    return f"audit/{part:06}.html"


def node_page(node: Node) -> str | None:
    """Return the page of a thing in the lineage, if it has one."""
    match node.kind:
        case "feature":
            return feature_page(node.name)
        case "set":
            return set_page(node.name)
        case "snapshot":
            return snapshot_page(node.label)
        case _:
            return None


def link(source: str, target: str) -> str:
    """Return the address of the page ``target`` as the page ``source`` names it.

    >>> link("features/a.b.html", "groups/a.html"), link("index.html", "features/a.b.html")
    ('../groups/a.html', 'features/a.b.html')
    """
    return quote("../" * source.count("/") + target)
