"""Text in pictures: how wide it is, how it is shortened, and how XML takes it."""

from html import escape
from unicodedata import combining, east_asian_width

WIDEST = 40
"""Columns of a text in a picture; what is longer loses its middle."""


def columns(text: str) -> int:
    """Return how many columns ``text`` takes in a monospaced font.

    >>> columns("wind"), columns("風速")
    (4, 4)
    """
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 1 + (east_asian_width(each) in "WF") for each in text)


def clipped(text: str, widest: int = WIDEST) -> str:
    """Return ``text`` without its middle where it is too long.

    >>> clipped("abcdefghij", 7)
    'abc…hij'
    """
    if columns(text) <= widest:
        return text
    head = tail = ""
    for first, last in zip(text, reversed(text), strict=True):
        if columns(head + first) + columns(tail) >= widest:
            break
        head += first
        if columns(head) + columns(last + tail) >= widest:
            break
        tail = last + tail
    return f"{head}…{tail}"


def xml(text: str) -> str:
    """Return ``text`` as XML shows it, in an element or an attribute, whatever it holds.

    Control characters become their pictures, what XML cannot hold at all the replacement character.

    >>> xml("a<b & 'c'\\x1b")
    'a&lt;b &amp; &#x27;c&#x27;␛'
    """
    return escape(visible(text), quote=True)


def visible(text: str) -> str:
    """Return ``text`` with pictures for control characters, so that it stays on its line.

    >>> visible("a\\tb\\n")
    'a␉b␊'
    """
    return text if text.isprintable() else "".join(map(_held, text))


def number(value: float) -> str:
    """Return a length or place with at most one digit after the point.

    >>> number(12.04), number(-0.04), number(3.55)
    ('12', '0', '3.5')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _held(char: str) -> str:
    if char < " ":
        return chr(0x2400 + ord(char))
    if char == "\x7f":
        return "␡"
    return "\ufffd" if "\ud800" <= char <= "\udfff" or char in "\ufffe\uffff" else char
