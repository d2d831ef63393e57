"""How docstrings become Markdown: examples are fenced, and public names lead to their place.

A Griffe extension, named in ``zensical.toml``: a docstring's text is otherwise read as Markdown,
where ``>>>`` would begin a quotation.
"""

import re
from textwrap import dedent, indent

from griffe import Extension, Object

import featuretrail

EXAMPLE = re.compile(r"^(?P<space> *)>>> .*(?:\n(?! *\n| *$).*)*", re.MULTILINE)
QUOTED = re.compile(r"``(\w+)``")
LITERAL = re.compile(r"::\n\n(?P<block>(?: {4}.*\n|\n(?= {4}))+)")


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
    text = re.sub(r"^(?=::\n)", "\n", text, flags=re.MULTILINE)
    text = LITERAL.sub(
        lambda found: f":\n\n```text\n{dedent(found['block']).rstrip()}\n```\n", text
    )
    return re.sub(r"^\n:\n", "", text, flags=re.MULTILINE)


def linked(text: str) -> str:
    """Return a docstring's text with each quoted public name leading to where it is described.

    >>> linked("Raises ``RuleError`` for ``it``.")
    'Raises [`RuleError`][featuretrail.RuleError] for ``it``.'
    """

    def lead(found: re.Match[str]) -> str:
        name = found[1]
        return f"[`{name}`][featuretrail.{name}]" if name in featuretrail.__all__ else found[0]

    return QUOTED.sub(lead, text)


class HandbookDocstrings(Extension):
    """Makes every docstring fit for the handbook."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        """Change the docstring of one module, class, function or attribute."""
        if obj.docstring is not None:
            obj.docstring.value = linked(fenced(obj.docstring.value))
