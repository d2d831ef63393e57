"""How code becomes Markdown: examples are fenced, names lead to their place, fields are told.

A Griffe extension, named in ``zensical.toml``. A docstring's text is otherwise read as Markdown,
where ``>>>`` would begin a quotation, and Griffe knows no constructor that attrs or pydantic makes.
"""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent, indent

from griffe import (
    Attribute,
    Class,
    Expr,
    ExprCall,
    ExprKeyword,
    Extension,
    Function,
    Object,
    Parameter,
    ParameterKind,
    Parameters,
)

EXAMPLE = re.compile(r"^(?P<space> *)>>> .*(?:\n(?! *\n| *$).*)*", re.MULTILINE)
QUOTED = re.compile(r"``([A-Z]\w+)``")  # a lower name may be a parameter, such as rule
LITERAL = re.compile(r"::\n\n(?P<block>(?: {4}.*\n|\n(?= {4}))+)")
FIELDS_OF = {"frozen", "define", "attrs.frozen", "attrs.define", "BaseSettings", "BaseModel"}


def public_names() -> set[str]:
    """Return ``featuretrail.__all__``, read rather than imported."""
    found = find_spec("featuretrail")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("featuretrail is not installed: run tools/environment.sh docs")
    for node in ast.parse(Path(found.origin).read_text("utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name("__all__")], value=value):
                return set(ast.literal_eval(value))
    return set()


PUBLIC = public_names()


def fenced(text: str) -> str:
    """Return a docstring's text with its examples and literal blocks as fenced blocks.

    >>> print(fenced("The tree::\\n\\n    root\\n      leaf\\n"))
    The tree:
    <BLANKLINE>
    ```text
    root
      leaf
    ```
    <BLANKLINE>
    """
    text = EXAMPLE.sub(
        lambda found: indent(f"```pycon\n{dedent(found[0])}\n```", found["space"]), text
    )
    text = LITERAL.sub(
        lambda found: f":\n\n```text\n{dedent(found['block']).rstrip()}\n```\n", text
    )
    return re.sub(r"^:\n\n", "", text, flags=re.MULTILINE)


def linked(text: str) -> str:
    """Return a docstring's text with each quoted public name leading to where it is described.

    >>> linked("Raises ``RuleError`` for ``it``.")
    'Raises [`RuleError`][featuretrail.RuleError] for ``it``.'
    """

    def lead(found: re.Match[str]) -> str:
        name = found[1]
        return f"[`{name}`][featuretrail.{name}]" if name in PUBLIC else found[0]

    return QUOTED.sub(lead, text)


class HandbookDocstrings(Extension):
    """Makes docstrings and classes of fields fit for the handbook."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        """Change the docstring of one module, class, function or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = linked(fenced(obj.docstring.value))

    def on_class(self, *, cls: Class, **_: object) -> None:
        """Give a class of fields the constructor that attrs or pydantic makes."""
        marks = {str(each.value).partition("(")[0] for each in cls.decorators}
        if "__init__" in cls.members or not FIELDS_OF & (marks | set(map(str, cls.bases))):
            return
        named = "kw_only=True" in "".join(str(each.value) for each in cls.decorators)
        found = sorted(_parameters(cls, named=named), key=lambda each: each.kind is KEYWORD)
        itself = Parameter("self", kind=ParameterKind.positional_or_keyword)
        made = Function("__init__", parameters=Parameters(itself, *found), parent=cls)
        cls.set_member("__init__", made)


KEYWORD = ParameterKind.keyword_only


def _parameters(cls: Class, *, named: bool) -> Iterator[Parameter]:
    """Yield a parameter for each field of a class, all given by name if ``named``."""
    for field in cls.attributes.values():
        given = _arguments(field)
        constant = "instance-attribute" not in field.labels or field.annotation is None
        if constant or given.get("init") == "False":
            continue
        default = field.value if given is NO_ARGUMENTS else given.get("default")
        made_by = given.get("factory", given.get("default_factory"))
        keyword = named or given.get("kw_only") == "True"
        yield Parameter(
            str(given.get("alias", field.name)).strip("'\"").lstrip("_"),
            annotation=field.annotation,
            kind=KEYWORD if keyword else ParameterKind.positional_or_keyword,
            default=default if made_by is None else f"{made_by}()",
        )


NO_ARGUMENTS: dict[str, str | Expr] = {}


def _arguments(field: Attribute) -> dict[str, str | Expr]:
    """Return what the call ``field(...)`` gives by name; ``NO_ARGUMENTS`` where there is none."""
    match field.value:
        case ExprCall(function=maker, arguments=given) if str(maker) in {"field", "Field"}:
            return {each.name: each.value for each in given if isinstance(each, ExprKeyword)}
        case ExprCall(function=maker, arguments=[each]) if str(maker) == "Factory":
            return {"factory": each}
    return NO_ARGUMENTS
