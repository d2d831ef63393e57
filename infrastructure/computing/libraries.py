"""What belongs to Python or to an installed library: its name says what it is."""

import sys
import sysconfig
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np

_PLACES = tuple(
    Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")
)
_INSTALLED = {"site-packages", "dist-packages"}
"""Folders of packages have these names, also those of the system and of a ``.pth`` file."""


def is_library(module: str) -> bool:
    """Tell whether a module, by its full name, is of Python's own or of an installed library."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names and top != "__main__":
        return True
    loaded = sys.modules.get(top)
    places = [getattr(loaded, "__file__", None), *getattr(loaded, "__path__", ())]
    return any(is_library_file(place) for place in places if place is not None)


def is_library_file(path: str | Path) -> bool:
    """Tell whether a file is one of Python's own or of an installed library."""
    resolved = Path(path).resolve()
    if not _INSTALLED.isdisjoint(resolved.parts):
        return True
    return any(resolved.is_relative_to(place) for place in _PLACES)


def is_named_by(value: object, module: str) -> bool:
    """Tell whether ``value``, which can be called, is a thing that the library of ``module`` names.

    It is not where the library made it of what it was given: a partial function, a polynomial, a
    method of an object.
    """
    if isinstance(value, np.ufunc):
        return not value.__name__.endswith("(vectorized)")  # as np.frompyfunc calls what it makes
    if isinstance(value, type):
        return True
    if isinstance(value, BuiltinFunctionType) and not isinstance(
        value.__self__, type | ModuleType | None
    ):
        return False
    if isinstance(value, FunctionType | BuiltinFunctionType) and "<" not in value.__qualname__:
        return True
    top = module.partition(".")[0]
    return any(
        each is value
        for name, loaded in list(sys.modules.items())
        if name.partition(".")[0] == top and isinstance(loaded, ModuleType)
        for each in list(vars(loaded).values())
    )
