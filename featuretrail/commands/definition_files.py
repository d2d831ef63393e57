"""Files of definitions: TOML that says them, or Python that makes them."""

import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from featuretrail.domain.definitions import FeatureGroup, FeatureSet
from featuretrail.domain.errors import FeatureTrailError, InvalidDefinitionError, InvalidInputError
from featuretrail.domain.schemas import DefinitionsSchema, read_schema

Definitions = tuple[FeatureGroup | FeatureSet, ...]


def read_definitions(path: Path) -> Definitions:
    """Return the definitions in a file; raise ``InvalidInputError`` naming every fault.

    Of a Python file (``.py``), which is run, they are the groups and sets that its names stand for,
    in their order, groups first.
    """
    definitions = _python(path) if path.suffix == ".py" else _toml(path)
    if not definitions:
        needed = (
            "a FeatureGroup or a FeatureSet" if path.suffix == ".py" else "[[group]] or [[set]]"
        )
        raise InvalidDefinitionError(f"{path} defines nothing; it needs {needed}")
    return definitions


def _toml(path: Path) -> Definitions:
    try:
        given = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidDefinitionError(f"{path} is no valid TOML: {error}") from error
    return read_schema(DefinitionsSchema, given, str(path)).to_domain()


def _python(path: Path) -> Definitions:
    """Run a file as ``python FILE`` would, its folder first among those it imports from."""
    if not path.is_file():
        raise InvalidInputError(f"{path} cannot be read: no such file")
    spec = spec_from_file_location(f"_definitions_{path.stem}", path)
    assert spec is not None, path  # noqa: S101 - a .py file has a loader
    assert spec.loader is not None, path  # noqa: S101
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses and the like look for it
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except FeatureTrailError:
        raise
    except (Exception, SystemExit) as error:  # a file may not end the command as if all were done
        raise InvalidDefinitionError(
            f"{path} fails when it is run: {type(error).__name__}: {error}"
        ) from error
    found = list(_definitions(vars(module)))
    groups = (each for each in found if isinstance(each, FeatureGroup))
    return (*groups, *(each for each in found if isinstance(each, FeatureSet)))


def _definitions(names: Mapping[str, object]) -> Iterator[FeatureGroup | FeatureSet]:
    """Yield each definition once, though several names may stand for it."""
    seen: set[int] = set()
    for value in names.values():
        if isinstance(value, FeatureGroup | FeatureSet) and id(value) not in seen:
            seen.add(id(value))
            yield value
