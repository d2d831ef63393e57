"""SQL expressions of rules: one expression, told by its tokens, that reads nothing but its row's
entity."""

import re
from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.inputs import check_text

_TOKEN = re.compile(
    r"""
    (?P<space>[\ \t\r\n\f\v]+)
  | (?P<comment>--|/\*)
  | (?P<string>'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")+")
  | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_STATEMENTS = frozenset({"select", "table", "values", "with", "into", "union", "operator"})
"""Words by which an expression would become a query, or name operators of other schemas."""

_CLOCKS = frozenset(
    {
        "current_catalog", "current_date", "current_role", "current_schema", "current_time",
        "current_timestamp", "current_user", "localtime", "localtimestamp", "session_user",
        "system_user", "user",
    }
)  # fmt: skip
"""Words whose value depends on when and by whom they are asked."""

_MOMENT = re.compile(r"\b(now|today|tomorrow|yesterday)\b", re.IGNORECASE)
"""Words in texts that PostgreSQL would read as times of its clock, as in ``'today 10:00'``."""

_NEVER = frozenset(";$\\'\"")
"""Marks that end an expression, stand for parameters, or begin a text that does not end."""

_BEFORE_PARENTHESIS = frozenset(
    {
        "all", "and", "any", "array", "as", "asc", "between", "by", "case", "cast", "coalesce",
        "collate", "desc", "distinct", "else", "end", "escape", "exclude", "filter",
        "following", "from", "greatest", "groups", "ilike", "in", "interval", "is", "isnull",
        "least", "like", "not", "notnull", "null", "nullif", "or", "order", "over", "partition",
        "preceding", "range", "row", "rows", "similar", "some", "symmetric", "then", "trim", "to",
        "when", "where", "within",
        # types that take a length or a precision
        "bit", "char", "character", "dec", "decimal", "float", "numeric", "precision", "time",
        "timestamp", "timestamptz", "timetz", "varchar", "varying", "zone",
    }
)  # fmt: skip
"""Words before a parenthesis that are no functions."""


@frozen
class Token:
    """A piece of an expression: its kind (a group of the pattern) and its text."""

    kind: str
    text: str

    @property
    def folded(self) -> str:
        """The word as PostgreSQL reads it: lower case, unless it is quoted."""
        if self.kind == "quoted":
            return self.text[1:-1].replace('""', '"')
        return self.text.lower()


def check_expression(given: object) -> str:
    """Return an expression without blanks around it, if it is a single one that reads no table.

    Raises ``InvalidDefinitionError``.
    """
    expression = check_text("the expression of a rule", given).strip()
    check_single(expression)
    _check_windows(expression, list(_tokens(expression)))
    return expression


def check_single(expression: str) -> None:
    """Raise ``InvalidDefinitionError`` unless this is one expression that reads no table."""
    tokens = list(_tokens(expression))
    _check_parts(expression, tokens)
    _check_nesting(expression, tokens)


def functions_of(expression: str) -> list[str]:
    """Return the names of the functions that an expression calls, sorted."""
    tokens = list(_tokens(expression))
    return sorted(
        {
            token.folded
            for token, following in pairwise(tokens)
            if following.text == "("
            and (
                token.kind == "quoted"
                or (token.kind == "word" and token.folded not in _BEFORE_PARENTHESIS)
            )
        }
    )


def names_in(expression: str) -> frozenset[str]:
    """Return every word of an expression as PostgreSQL reads it: its columns are among them."""
    tokens = _tokens(expression)
    return frozenset(token.folded for token in tokens if token.kind in ("word", "quoted"))


def _tokens(expression: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(expression):
        kind = match.lastgroup or "mark"
        if kind != "space":
            yield Token(kind, match[0])


def _check_parts(expression: str, tokens: list[Token]) -> None:
    for place, token in enumerate(tokens):
        word = token.folded if token.kind == "word" else ""
        fault = None
        if token.kind == "comment":
            fault = "holds a comment; say it in the feature's description"
        elif token.kind == "mark" and (token.text in _NEVER or not token.text.isascii()):
            fault = f"holds {token.text!r}, which no single expression needs"
        elif word in _STATEMENTS:
            fault = f"holds {token.text.upper()}; it may read the parents of the rule alone"
        elif word in _CLOCKS:
            fault = f"uses {token.text.upper()}; its value would depend on when and who computes it"
        elif token.kind == "string" and _MOMENT.search(token.text):
            fault = f"holds {token.text}, a time of the clock; use event_time"
        elif token.text == "." or _prefixed(expression, tokens, place):
            fault = (
                f"holds {token.text!r} beside a name; write columns and functions without a table "
                "or schema, and texts without a prefix"
            )
        if fault is not None:
            raise _refused(expression, fault)


def _check_windows(expression: str, tokens: list[Token]) -> None:
    """Raise ``InvalidDefinitionError`` for a window other than ``entity`` or a frame of it."""
    for place, token in enumerate(tokens):
        if token.kind == "word" and token.folded == "over":
            following = [each.folded for each in tokens[place + 1 : place + 3] if each.text != "("]
            if following[:1] != ["entity"]:
                raise _refused(
                    expression,
                    "uses another window than its entity's; write OVER entity, or a frame of it "
                    "such as OVER (entity ROWS 3 PRECEDING)",
                )


def _prefixed(expression: str, tokens: list[Token], place: int) -> bool:
    """Tell whether a text or quoted name follows a word directly, as in ``E'...'``, ``U&"..."``."""
    token = tokens[place]
    if token.kind not in ("string", "quoted") or place == 0:
        return False
    return bool(re.search(r"[\w&]" + re.escape(token.text), expression))


def _check_nesting(expression: str, tokens: list[Token]) -> None:
    open_ones: list[str] = []
    closing = {")": "(", "]": "["}
    for token in tokens:
        if token.text in ("(", "["):
            open_ones.append(token.text)
        elif token.text in closing:
            if not open_ones or open_ones.pop() != closing[token.text]:
                raise _refused(expression, f"closes a {token.text!r} that it did not open")
        elif token.text == "," and not open_ones:
            raise _refused(expression, "is several expressions; a rule computes one value")
    if open_ones:
        raise _refused(expression, f"does not close its {open_ones[-1]!r}")
    if not tokens:
        raise _refused(expression, "is empty")


def _refused(expression: str, fault: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(f"the expression {expression!r} {fault}")
