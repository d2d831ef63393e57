"""Names of groups, features, keys and sets; references such as ``weather.temp@1.0.0``."""

import re
import unicodedata
from typing import Self

from attrs import frozen

from featuretrail.domain.errors import InvalidNameError
from featuretrail.domain.versions import Version

MAX_IDENTIFIER_BYTES = 63
"""Bytes of UTF-8 that PostgreSQL keeps of an identifier."""

RESERVED_COLUMNS = frozenset(
    {
        "batch",
        "event_time",
        "layout",
        "ordinal",
        "recorded_at",
        # PostgreSQL's system columns
        "cmax",
        "cmin",
        "ctid",
        "tableoid",
        "xmax",
        "xmin",
    }
)

_WORD = re.compile(r"[^\W\d]\w*")


def check_name(kind: str, name: object) -> str:
    """Return ``name`` if it may name a ``kind``, else raise ``InvalidNameError``.

    A name is one word of letters, digits and underscores in any script, in Unicode's NFC form, at
    most 63 bytes of UTF-8 long, that does not begin with a digit and holds no double underscore
    (those separate the parts of output columns, as in ``temp__status``).
    """
    if not isinstance(name, str):
        raise InvalidNameError(kind, name, f"is of type {type(name).__name__}; give a string")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        raise InvalidNameError(kind, name, "is not valid Unicode") from None
    if not _WORD.fullmatch(name):
        raise InvalidNameError(
            kind, name, "must be one word of letters, digits and underscores, not led by a digit"
        )
    if unicodedata.normalize("NFC", name) != name:
        raise InvalidNameError(kind, name, "is not in Unicode's NFC form; normalize it first")
    if "__" in name:
        raise InvalidNameError(kind, name, "holds a double underscore, which separates parts")
    if size > MAX_IDENTIFIER_BYTES:
        raise InvalidNameError(
            kind, name, f"is {size} bytes long; PostgreSQL keeps {MAX_IDENTIFIER_BYTES}"
        )
    return name


def check_column(kind: str, name: object) -> str:
    """Return ``name`` if it may also name a column of values, else raise ``InvalidNameError``."""
    checked = check_name(kind, name)
    if checked in RESERVED_COLUMNS:
        raise InvalidNameError(kind, name, "is reserved for featuretrail's own columns")
    return checked


@frozen(order=True)
class FeatureReference:
    """A feature of a group, pinned to a version or (``version is None``) the latest one.

    >>> FeatureReference.parse("weather.temp@1.2.0")
    FeatureReference(group='weather', name='temp', version=Version(major=1, minor=2, patch=0))
    >>> str(FeatureReference.parse("weather.temp"))
    'weather.temp'
    """

    group: str
    name: str
    version: Version | None = None

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read ``group.feature`` or ``group.feature@version``; raise ``InvalidNameError``."""
        if isinstance(text, cls):
            return text
        if not isinstance(text, str):
            raise InvalidNameError(
                "feature", text, f"is of type {type(text).__name__}; give 'group.feature'"
            )
        path, at, version = text.partition("@")
        group, dot, name = path.partition(".")
        if not dot:
            raise InvalidNameError("feature", text, "must read 'group.feature' or with '@1.0.0'")
        return cls(
            check_name("group", group),
            check_name("feature", name),
            Version.parse(version) if at else None,
        )

    @property
    def path(self) -> str:
        """The reference without its version: ``group.feature``."""
        return f"{self.group}.{self.name}"

    def pinned(self, version: Version) -> Self:
        """Return the reference pinned to ``version``."""
        return type(self)(self.group, self.name, version)

    def __str__(self) -> str:
        return self.path if self.version is None else f"{self.path}@{self.version}"
