"""What valid values look like; recorded with the definition, judged by quality checks."""

import math
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from featuretrail.domain.errors import InvalidDefinitionError


@frozen
class Range:
    """Valid values lie between ``minimum`` and ``maximum``, both included; ``None`` is open."""

    minimum: float | int | None = None
    maximum: float | int | None = None

    def __attrs_post_init__(self) -> None:
        for bound in (self.minimum, self.maximum):
            if bound is not None and (
                isinstance(bound, bool) or not isinstance(bound, int | float)
            ):
                raise InvalidDefinitionError(
                    f"a bound of Range is {bound!r}; give a number or None"
                )
            if isinstance(bound, float) and not math.isfinite(bound):
                raise InvalidDefinitionError(
                    f"a bound of Range is {bound!r}; give a finite number, or None for no bound"
                )
        if self.minimum is None and self.maximum is None:
            raise InvalidDefinitionError("Range needs a minimum or a maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise InvalidDefinitionError(
                f"Range has minimum {self.minimum!r} above maximum {self.maximum!r}"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the constraint as a JSON object."""
        return {"kind": "range", "minimum": self.minimum, "maximum": self.maximum}


Scalar = str | int | float | bool


def _values(given: Iterable[Scalar]) -> tuple[Scalar, ...]:
    if isinstance(given, str):
        raise InvalidDefinitionError(f"OneOf has the string {given!r}; give a list of values")
    values = tuple(given)
    for value in values:
        if type(value) not in (str, int, float, bool):
            raise InvalidDefinitionError(
                f"a value of OneOf is {value!r}; give text, numbers or booleans"
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise InvalidDefinitionError(f"a value of OneOf is {value!r}; give finite numbers")
    return values


@frozen
class OneOf:
    """Valid values are those listed."""

    values: tuple[Scalar, ...] = field(converter=_values)

    def __attrs_post_init__(self) -> None:
        if not self.values:
            raise InvalidDefinitionError("OneOf needs at least one value")

    def to_dict(self) -> dict[str, Any]:
        """Return the constraint as a JSON object."""
        return {"kind": "one_of", "values": list(self.values)}


@frozen
class NotNull:
    """Valid values are not NULL."""

    def to_dict(self) -> dict[str, Any]:
        """Return the constraint as a JSON object."""
        return {"kind": "not_null"}


Constraint = Range | OneOf | NotNull
