"""What the store's methods give back: values that show themselves in a notebook."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any


class Result(ABC):
    """A result with ``to_dict()`` for programs and ``_repr_html_()`` for notebooks."""

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the result as a JSON object."""

    def _repr_html_(self) -> str:
        return f"<b>{escape(type(self).__name__)}</b>{as_html(self.to_dict())}"


def as_html(value: object) -> str:
    """Return a JSON value as HTML: objects as tables, everything in them escaped.

    >>> as_html({"rows": 2, "reason": "<script>"})
    '<table><tr><th>rows</th><td>2</td></tr><tr><th>reason</th><td>&lt;script&gt;</td></tr></table>'
    """
    match value:
        case None | [] | ():
            return "–"
        case Mapping():
            if not value:
                return "–"
            rows = (f"<tr><th>{_text(name)}</th>{_cell(each)}</tr>" for name, each in value.items())
            return f"<table>{''.join(rows)}</table>"
        case list() | tuple():
            records = [each for each in value if isinstance(each, Mapping)]
            if len(records) == len(value):
                return _table(records)
            return "<br>".join(as_html(each) for each in value)
        case _:
            return _text(value)


def _table(records: Sequence[Mapping[str, object]]) -> str:
    columns = dict.fromkeys(name for record in records for name in record)
    heading = "".join(f"<th>{_text(name)}</th>" for name in columns)
    rows = (
        f"<tr>{''.join(_cell(record.get(name)) for name in columns)}</tr>" for record in records
    )
    return f"<table><tr>{heading}</tr>{''.join(rows)}</table>"


def _cell(value: object) -> str:
    return f"<td>{as_html(value)}</td>"


def _text(value: object) -> str:
    return escape(str(value))
