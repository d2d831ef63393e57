"""The canonical source of a function: its text, and that of all it uses of the author's code.

Canonical is, in this order: imports of libraries it names, constants it names (sorted by name),
helper functions it calls (sorted by name), the function. Functions are their text as it stands in
the file, dedented, without decorators, without blanks at line ends. What belongs to Python or to an
installed library counts by its name alone.
"""

import ast
import builtins
import dis
import inspect
import sys
import sysconfig
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from attrs import Factory, define

from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.rules import Rule

_PLAIN = (bool, int, float, complex, str, bytes, date, datetime, timedelta, type(None))
_LIBRARIES = tuple(
    Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")
)


def python_source(function: FunctionType) -> str:
    """Return the canonical source of ``function``.

    Raises ``InvalidDefinitionError`` where its code or something it uses cannot be known.
    """
    gathered = _Gathered(function.__name__, function.__module__)
    own = gathered.text_of(function)
    gathered.follow(function)
    return gathered.joined(own)


@define
class _Gathered:
    """What a rule uses: lines of imports and constants, texts of helper functions."""

    rule: str
    module: str
    imports: set[str] = Factory(set)
    constants: set[str] = Factory(set)
    helpers: set[tuple[str, str]] = Factory(set)
    seen: set[CodeType] = Factory(set)

    def joined(self, own: str) -> str:
        head = [*sorted(self.imports), *sorted(self.constants)]
        helpers = [text for _, text in sorted(self.helpers)]
        parts = ["\n".join(head), *helpers, own]
        return "\n\n".join(part for part in parts if part)

    def follow(self, function: FunctionType) -> None:
        """Gather what the code of ``function`` names."""
        self.seen.add(function.__code__)
        names = _names_of(function)
        for name, value in names.items():
            self._add(name, value, function)
        for name, value in _defaults(function).items():
            self._add(f"{function.__name__}.{name}", value, function)

    def _add(self, name: str, value: object, user: FunctionType) -> None:
        function = value.function if isinstance(value, Rule) else value
        if _is_constant(value):
            self.constants.add(f"{name} = {_spelled(value)}")
        elif isinstance(value, ModuleType):
            self._add_module(name, value, user)
        elif isinstance(function, FunctionType) and not self._is_library(function.__module__):
            if function.__code__ not in self.seen:
                self.follow(function)
                self.helpers.add((name, self.text_of(function)))
        elif self._is_named_thing(value):
            where = getattr(value, "__module__", None) or type(value).__module__
            # where in the library it is defined may change from one release to the next
            self.imports.add(f"# {where.partition('.')[0]}: {name}")
        else:
            raise InvalidDefinitionError(
                f"the rule {self.rule!r} uses {name!r}, a {type(value).__name__} whose content "
                "could change unseen; make it a number, a text or a tuple of them, a function, or "
                "something of an installed library"
            )

    def _add_module(self, name: str, module: ModuleType, user: FunctionType) -> None:
        if self._is_library(module.__name__):
            self.imports.add(f"import {module.__name__} as {name}")
            return
        for attribute in _attributes_of(user, name):
            if not hasattr(module, attribute):
                raise self._undefined(f"{name}.{attribute}")
            self._add(f"{name}.{attribute}", getattr(module, attribute), user)

    def _is_named_thing(self, value: object) -> bool:
        """Tell whether a library defines ``value``, so that its name says what it is."""
        if isinstance(value, np.ufunc | BuiltinFunctionType):
            return True
        if isinstance(value, type | FunctionType) or callable(value):
            return self._is_library(getattr(value, "__module__", None) or "")
        return False

    def _is_library(self, module: str) -> bool:
        top = module.partition(".")[0]
        if top == self.module.partition(".")[0] and top != "builtins":
            return False
        if top in sys.stdlib_module_names and top != "__main__":
            return True
        loaded = sys.modules.get(top)
        places = [getattr(loaded, "__file__", None), *getattr(loaded, "__path__", ())]
        return any(
            Path(place).resolve().is_relative_to(library)
            for place in places
            if place is not None
            for library in _LIBRARIES
        )

    def text_of(self, function: FunctionType) -> str:
        if function.__name__ == "<lambda>":
            raise InvalidDefinitionError(
                f"the rule {self.rule!r} is or uses a lambda, whose text cannot be told from what "
                "is around it; define a function by def"
            )
        if not inspect.isfunction(function) or inspect.iscoroutinefunction(function):
            raise InvalidDefinitionError(f"{function.__name__!r} is asynchronous; a rule is not")
        if inspect.isgeneratorfunction(function):
            raise InvalidDefinitionError(f"{function.__name__!r} yields; a rule returns an array")
        try:
            text = _text(function)
            [node] = ast.parse(text).body
        except (OSError, TypeError, SyntaxError, ValueError) as error:
            raise InvalidDefinitionError(
                f"the source of {function.__name__!r} cannot be read ({error}); define the rule in "
                "a file"
            ) from None
        lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
        return "\n".join(line.rstrip() for line in lines)

    def _undefined(self, name: str) -> InvalidDefinitionError:
        return InvalidDefinitionError(
            f"the rule {self.rule!r} uses {name!r}, which is not defined where the rule is; define "
            "it above"
        )


def _names_of(function: FunctionType) -> Mapping[str, Any]:
    """Return the values of the names that a function takes from outside, builtins aside."""
    found: dict[str, Any] = {}
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for name, cell in cells.items():
        try:
            found[name] = cell.cell_contents
        except ValueError:
            raise _not_yet(function, name) from None
    for code in _codes(function.__code__):
        for instruction in dis.get_instructions(code):
            if instruction.opname not in ("LOAD_GLOBAL", "LOAD_NAME"):
                continue
            name = instruction.argval
            if name in function.__globals__:
                found[name] = function.__globals__[name]
            elif not hasattr(builtins, name):
                raise _not_yet(function, name)
    named = _names_outside_annotations(function)
    return {n: v for n, v in found.items() if v is not function and n in named}


def _names_outside_annotations(function: FunctionType) -> set[str]:
    """Return the names in the text of a function, but for those of types: they compute nothing."""
    names: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Name):
            names.add(node.id)
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        visit(child)

    visit(ast.parse(_text(function)))
    return names


def _text(function: FunctionType) -> str:
    return textwrap.dedent(inspect.getsource(function))


def _not_yet(function: FunctionType, name: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(
        f"the rule {function.__name__!r} uses {name!r}, which is not defined where the rule is; "
        "define it above"
    )


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and those of the functions and comprehensions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _attributes_of(function: FunctionType, name: str) -> list[str]:
    """Return what the code of ``function`` reads of the module it calls ``name``."""
    found = set()
    for code in _codes(function.__code__):
        instructions = list(dis.get_instructions(code))
        for place, instruction in enumerate(instructions):
            if not instruction.opname.startswith("LOAD_") or instruction.argval != name:
                continue
            following = instructions[place + 1] if place + 1 < len(instructions) else None
            if following is None or following.opname not in ("LOAD_ATTR", "LOAD_METHOD"):
                raise InvalidDefinitionError(
                    f"the rule {function.__name__!r} uses the module {name!r} as a whole; name the "
                    f"functions it needs, as in {name}.function"
                )
            found.add(following.argval)
    return sorted(found)


def _defaults(function: FunctionType) -> Mapping[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.default is not inspect.Parameter.empty}


def _is_constant(value: object) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(_is_constant(each) for each in value)
    return type(value) in _PLAIN or isinstance(value, np.generic)


def _spelled(value: object) -> str:
    if isinstance(value, np.generic):
        return f"{value.dtype.str}({value.item()!r})"
    if isinstance(value, frozenset):
        return f"frozenset({{{', '.join(sorted(map(_spelled, value)))}}})"
    if isinstance(value, tuple):
        return f"({', '.join(map(_spelled, value))})"
    return repr(value)
