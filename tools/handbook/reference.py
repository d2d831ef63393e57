"""The reference of the Python API: pages by task, whose text is the docstrings'."""

import tomllib
from collections.abc import Sequence, Set
from pathlib import Path

from attrs import frozen

from featuretrail.domain import errors
from tools.handbook.pages import HandbookError
from tools.handbook.public import STORE, components, error_names, methods, names

FOLDER = "reference/python"
TASKS = Path(__file__).with_name("reference.toml")
STORE_PATH = f"{STORE.__module__}.{STORE.__qualname__}"


@frozen
class Task:
    """A page of the reference: what is described together, in order."""

    name: str
    title: str
    about: str
    entries: Sequence[str]


def tasks() -> list[Task]:
    """Return the pages of the reference."""
    return [Task(**page) for page in tomllib.loads(TASKS.read_text("utf-8"))["page"]]


def wanted() -> set[str]:
    """Return everything that the reference must describe, errors apart."""
    return names() | {f"store.{name}" for name in [*methods(), *components()]}


def add_reference(texts: dict[str, str]) -> None:
    """Add the reference's pages to the handbook's.

    Raises ``HandbookError`` for what is public and on no page, or on a page and not public.
    """
    check([entry for task in tasks() for entry in task.entries], wanted())
    texts[f"{FOLDER}/index.md"] = _contents()
    for task in tasks():
        parts = [f"# {task.title}", task.about, *map(_described, task.entries)]
        texts[f"{FOLDER}/{task.name}.md"] = "\n\n".join(parts) + "\n"
    texts[f"{FOLDER}/errors.md"] = _errors()


def check(listed: Sequence[str], public: Set[str]) -> None:
    """Raise ``HandbookError`` unless every public name is listed once, and no other."""
    faults = {
        "left out": public - set(listed),
        "not public": set(listed) - public,
        "listed twice": {entry for entry in listed if listed.count(entry) > 1},
    }
    found = [f"{', '.join(sorted(each))}: {fault}" for fault, each in faults.items() if each]
    if found:
        raise HandbookError(
            f"{'; '.join(found)}. Put each public name on one page of tools/handbook/{TASKS.name}"
        )


def _described(entry: str) -> str:
    """Return the directive that describes one entry."""
    name = entry.removeprefix("store.")
    options = {}
    if entry == STORE.__name__:  # its methods are described one by one, and it is not made by hand
        options = {"members": "false", "merge_init_into_class": "false"}
    elif name != entry and name in components():
        members = [each for each in vars(components()[name]) if not each.startswith("_")]
        options = {"members": f"[{', '.join(members)}]", "merge_init_into_class": "false"}
    return _directive(_path(entry), entry, options)


def _path(entry: str) -> str:
    """Return where in the packages an entry is."""
    name = entry.removeprefix("store.")
    if name == entry:
        return f"featuretrail.{entry}"
    if name in components():
        kind = components()[name]
        return f"{kind.__module__}.{kind.__qualname__}"
    return f"{STORE_PATH}.{name}"


def _directive(path: str, heading: str, options: dict[str, str]) -> str:
    chosen = {"heading": heading, "toc_label": heading} | options
    lines = [f"      {name}: {value}" for name, value in chosen.items()]
    return "\n".join([f"::: {path}", "    options:", *lines])


def _contents() -> str:
    """Return the list of the reference's pages with what is on each."""
    rows = [
        f"| [{task.title}]({task.name}.md) | {task.about} | "
        f"{', '.join(f'[`{entry}`][{_path(entry)}]' for entry in task.entries)} |"
        for task in tasks()
    ]
    rows.append(
        "| [Errors](errors.md) | Every error, as a tree. | "
        "[`FeatureTrailError`][featuretrail.FeatureTrailError] |"
    )
    about = (
        "What `import featuretrail` gives, by task. `store` is what `featuretrail.connect()` "
        "returns; its components, such as `store.snapshots`, can be used alone."
    )
    head = ["| page | about | what it describes |", "| --- | --- | --- |"]
    return "\n".join(["# Python", "", about, "", *head, *rows, ""])


def _errors() -> str:
    """Return the page of all errors: the tree, then each in the tree's order."""
    tree = (errors.__doc__ or "").split()
    found = sorted(
        error_names(), key=lambda name: (tree.index(name) if name in tree else len(tree), name)
    )
    intro = _directive(errors.__name__, "Tree", {"members": "false", "show_root_heading": "false"})
    each = [_directive(_path(name), name, {}) for name in found]
    return "\n\n".join(["# Errors", intro, *each]) + "\n"
