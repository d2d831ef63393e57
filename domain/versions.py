"""Semantic versions of definitions and snapshots: major.minor.patch."""

import re
from typing import Self

from attrs import frozen

from featuretrail.domain.errors import InvalidNameError

_HIGHEST = 999_999_999

_PATTERN = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)


@frozen(order=True)
class Version:
    """A semantic version (semver.org 2.0.0) without pre-release or build parts; ordered.

    >>> Version.parse("1.2.0") < Version.parse("1.10.0")
    True
    >>> str(Version(1, 2, 3).next_major())
    '2.0.0'
    """

    major: int
    minor: int
    patch: int

    def __attrs_post_init__(self) -> None:
        for part in (self.major, self.minor, self.patch):
            if type(part) is not int or not 0 <= part <= _HIGHEST:
                raise InvalidNameError(
                    "version", str(self), f"must have whole numbers from 0 to {_HIGHEST}"
                )

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read ``major.minor.patch``; raise ``InvalidNameError`` for anything else."""
        if isinstance(text, cls):
            return text
        match = _PATTERN.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InvalidNameError("version", text, "must read major.minor.patch, such as '1.0.0'")
        return cls(*(int(part) for part in match.groups()))

    def next_major(self) -> Self:
        """Return the version for a change that breaks readers."""
        return type(self)(self.major + 1, 0, 0)

    def next_minor(self) -> Self:
        """Return the version for a change that readers can take as it is."""
        return type(self)(self.major, self.minor + 1, 0)

    def next_patch(self) -> Self:
        """Return the version for a change of words only."""
        return type(self)(self.major, self.minor, self.patch + 1)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


FIRST_VERSION = Version(1, 0, 0)
