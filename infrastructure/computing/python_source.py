"""The canonical source of a function: its text, and that of all it uses of the author's code.

Canonical is, in this order: imports of libraries it names, constants it names (sorted by name),
helper functions it calls (sorted by name), the function. Functions are their text as it stands in
the file, dedented, without decorators, without blanks at line ends. Of a function that a decorator
of the author's made, that is what the decorator returned, with what it wraps as a helper. What
belongs to Python or to an installed library counts by its name alone.
"""

import ast
import builtins
import dis
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from attrs import Factory, define

from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.rules import Rule
from featuretrail.infrastructure.computing.libraries import (
    is_library,
    is_library_file,
    is_named_by,
)

_PLAIN = (bool, int, float, complex, str, bytes, date, datetime, timedelta, type(None))


def python_source(function: FunctionType) -> str:
    """Return the canonical source of ``function``.

    Raises ``InvalidDefinitionError`` where its code or something it uses cannot be known.
    """
    gathered = _Gathered(function.__name__, function.__module__)
    own = gathered.text_of(function)
    gathered.follow(function, function.__name__)
    return gathered.joined(own)


@define
class _Gathered:
    """What a rule uses: lines of imports and constants, texts of helper functions."""

    rule: str
    module: str
    imports: set[str] = Factory(set)
    constants: dict[str, str] = Factory(dict)
    helpers: set[tuple[str, str]] = Factory(set)
    seen: set[FunctionType] = Factory(set)

    def joined(self, own: str) -> str:
        constants = (f"{name} = {value}" for name, value in self.constants.items())
        head = [*sorted(self.imports), *sorted(constants)]
        helpers = [text for _, text in sorted(self.helpers)]
        parts = ["\n".join(head), *helpers, own]
        return "\n\n".join(part for part in parts if part)

    def follow(self, function: FunctionType, called: str) -> None:
        """Gather what the code of ``function`` names, which the rule knows as ``called``."""
        self.seen.add(function)
        self._check_imports(function)
        for name, value in _names_of(function).items():
            self._add(name, value, function, called)
        for name, value in _defaults(function).items():
            self._add(f"{function.__name__}.{name}", value, function, called)

    def _check_imports(self, function: FunctionType) -> None:
        """Refuse imports within ``function`` of modules whose code would not be followed."""
        for node in ast.walk(ast.parse(_text(function))):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = ["." * node.level + (node.module or "")]
            for module in modules:
                if not self._is_library(module):
                    raise InvalidDefinitionError(
                        f"the rule {self.rule!r} imports {module!r} within {function.__name__!r}, "
                        "so that its code could change unseen; import it at the top of the file"
                    )

    def _add(self, name: str, value: object, user: FunctionType, called: str) -> None:
        function = value.function if isinstance(value, Rule) else value
        if _is_constant(value):
            self._add_constant(name, _spelled(value), called)
        elif isinstance(value, ModuleType):
            self._add_module(name, value, user, called)
        elif isinstance(function, FunctionType) and not self._is_library(function.__module__):
            if function not in self.seen:
                self.follow(function, name)
                self.helpers.add((name, self.text_of(function)))
        elif self._is_named_thing(value):
            where = _module_of(value)
            # where in the library it is defined may change from one release to the next
            self.imports.add(f"# {_top(where)}: {name}")
        else:
            raise InvalidDefinitionError(
                f"the rule {self.rule!r} uses {name!r}, a {type(value).__name__} whose content "
                "could change unseen; make it a number, a text or a tuple of them, a function, or "
                "something of an installed library"
            )

    def _add_constant(self, name: str, spelled: str, called: str) -> None:
        if self.constants.setdefault(name, spelled) != spelled:  # another function's of that name
            self.constants[f"{called}: {name}"] = spelled

    def _add_module(self, name: str, module: ModuleType, user: FunctionType, called: str) -> None:
        if self._is_library(module.__name__):
            self.imports.add(f"import {module.__name__} as {name}")
            return
        for attribute in _attributes_of(user, name):
            if not hasattr(module, attribute):
                raise self._undefined(f"{name}.{attribute}")
            self._add(f"{name}.{attribute}", getattr(module, attribute), user, called)

    def _is_named_thing(self, value: object) -> bool:
        """Tell whether a library defines ``value``, so that its name says what it is."""
        module = _module_of(value)
        return callable(value) and self._is_library(module) and is_named_by(value, module)

    def _is_library(self, module: str) -> bool:
        if _top(module) == _top(self.module) != "builtins":
            return False
        return is_library(module)

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
        if self._is_wrapped(function):
            raise InvalidDefinitionError(
                f"{function.__name__!r} is wrapped by a decorator of a library, whose settings "
                "could change unseen; do within the function what the decorator does around it"
            )
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

    def _is_wrapped(self, function: FunctionType) -> bool:
        """Tell whether ``function`` is what another library's decorator put around a function.

        A rule may be of an installed package itself, whose own functions are followed.
        """
        if not is_library_file(function.__code__.co_filename):
            return False
        cells = [cell for cell in function.__closure__ or () if cell != CellType()]
        held = [cell.cell_contents for cell in cells]
        modules = [each.__module__ for each in held if isinstance(each, FunctionType)]
        tops = {_top(each) for each in (function.__globals__["__name__"], *modules)}
        return tops != {_top(self.module)}

    def _undefined(self, name: str) -> InvalidDefinitionError:
        return InvalidDefinitionError(
            f"the rule {self.rule!r} uses {name!r}, which is not defined where the rule is; define "
            "it above"
        )


def _top(module: str) -> str:
    """Return the package that a module is in."""
    return module.partition(".")[0]


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
    # of its code: of a function that wraps another, inspect would give the other's text
    return textwrap.dedent(inspect.getsource(function.__code__))


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
    """Return what the code of ``function`` reads of the module it calls ``name``, dots and all."""
    first, *rest = name.split(".")
    found = set()
    for code in _codes(function.__code__):
        instructions = list(dis.get_instructions(code))
        for place, instruction in enumerate(instructions):
            if _is_attribute(instruction) or instruction.argval != first:
                continue
            if not instruction.opname.startswith("LOAD_"):
                continue
            following = instructions[place + 1 : place + len(rest) + 2]
            read = [each.argval for each in following if _is_attribute(each)]
            if len(read) > len(rest) and read[: len(rest)] == rest:
                found.add(read[len(rest)])
            elif read == rest:
                raise InvalidDefinitionError(
                    f"the rule {function.__name__!r} uses the module {name!r} as a whole; name the "
                    f"functions it needs, as in {name}.function"
                )
    return sorted(found)


def _is_attribute(instruction: dis.Instruction) -> bool:
    return instruction.opname in ("LOAD_ATTR", "LOAD_METHOD")


def _module_of(value: object) -> str:
    return getattr(value, "__module__", None) or type(value).__module__


def _defaults(function: FunctionType) -> Mapping[str, Any]:
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
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
