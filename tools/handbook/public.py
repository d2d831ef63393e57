"""What users can call: the public names, and the store's methods and components."""

import ast
import inspect
from textwrap import dedent
from typing import get_type_hints

import featuretrail
from featuretrail.domain import errors
from tools.handbook.pages import HandbookError

STORE = featuretrail.TimescaleDBFeatureStore


def names() -> set[str]:
    """Return the public names that are no errors."""
    return set(featuretrail.__all__) - error_names()


def error_names() -> set[str]:
    """Return the names of all public errors."""
    public = {name: getattr(featuretrail, name) for name in featuretrail.__all__}
    return {
        name
        for name, value in public.items()
        if isinstance(value, type) and issubclass(value, errors.FeatureTrailError)
    }


def methods() -> set[str]:
    """Return the names of the store's public methods and properties."""
    return {name for name in vars(STORE) if not name.startswith("_")}


def components() -> dict[str, type]:
    """Return the class of each public attribute that the store is made with.

    Raises ``HandbookError`` for one that is made neither by a class nor by a function that says
    what it returns: it could not be described.
    """
    tree = ast.parse(dedent(inspect.getsource(STORE.__init__)))
    found: dict[str, type] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Attribute(ast.Name("self"), name)], value=made)
                | ast.AnnAssign(
                    target=ast.Attribute(ast.Name("self"), name), value=ast.expr() as made
                )
            ) if not name.startswith("_"):
                found[name] = _class_of(name, made)
    return found


def _class_of(name: str, made: ast.expr) -> type:
    match made:
        case ast.Call(func=ast.Name(maker)):
            value = vars(inspect.getmodule(STORE)).get(maker)
            kind = value if isinstance(value, type) else get_type_hints(value).get("return")
            if isinstance(kind, type):
                return kind
    raise HandbookError(f"store.{name} is made by {ast.unparse(made)}, whose class is not known")
