"""How far two values may lie apart and still count as the same."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from featuretrail.domain.errors import InvalidInputError, NotFoundError
from featuretrail.domain.inputs import check_amount, shown

RELATIVE = 1e-9
"""The default for float64, as that of Python's ``math.isclose`` (PEP 485): what arithmetic in
another order leaves, far below what a cast to 32 bits does."""

ORDERED = ("float64", "int64", "timestamptz")
"""The types whose values have a distance."""


@frozen
class Tolerance:
    """Values agree if ``|a - b| <= max(absolute, relative * max(|a|, |b|))``.

    Of times ``absolute`` is in seconds, and nothing is relative.
    """

    absolute: float = 0.0
    relative: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether nothing but equal values agree."""
        return self.absolute == 0 and self.relative == 0

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {"absolute": self.absolute, "relative": self.relative}


EXACT = Tolerance()


def default_tolerance(dtype: str) -> Tolerance:
    """Return what counts without a word: a relative 1e-9 for float64, else equality."""
    return Tolerance(relative=RELATIVE) if dtype == "float64" else EXACT


def check_tolerances(given: object, dtypes: Mapping[str, str]) -> dict[str, Tolerance]:
    """Return the tolerance of each feature of ``dtypes``; ``given`` is by feature, or for all.

    A number is an absolute tolerance, a pair ``(absolute, relative)``, or a ``Tolerance``. One
    for all is of the numbers among them. Raises ``InvalidInputError``, or ``NotFoundError`` for
    an unknown feature.
    """
    usual = {name: default_tolerance(dtype) for name, dtype in dtypes.items()}
    if given is None:
        return usual
    if not isinstance(given, Mapping):
        numbers = [name for name, dtype in dtypes.items() if dtype in ("float64", "int64")]
        return usual | dict.fromkeys(numbers, _tolerance("tolerances", given))
    for name, each in given.items():
        if name not in dtypes:
            raise NotFoundError("feature to tolerate differences of", str(name), sorted(dtypes))
        usual[name] = _tolerance(f"the tolerance of {name}", each)
        if dtypes[name] not in ORDERED and not usual[name].is_exact:
            raise InvalidInputError(
                f"the tolerance of {name} is {shown(each)}, but it is {dtypes[name]}, whose values "
                "are equal or not; leave it out"
            )
    return usual


def _tolerance(what: str, given: object) -> Tolerance:
    match given:
        case Tolerance(absolute=absolute, relative=relative) | (absolute, relative):
            return Tolerance(
                check_amount(f"{what} (absolute)", absolute),
                check_amount(f"{what} (relative)", relative),
            )
        case _:
            return Tolerance(check_amount(what, given))
