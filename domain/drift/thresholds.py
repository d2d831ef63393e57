"""From what on a difference matters, however sure it is: effect floors, bands, least sizes."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Self

from attrs import asdict, field, fields, frozen

from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.events.drift import Severity
from featuretrail.domain.results import Result


def _bands(given: object) -> tuple[float, ...]:
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return tuple(given)
    raise InvalidDefinitionError(f"bands are {given!r}; give three multiples of the floor")


@frozen
class Thresholds(Result):
    """What a feature's differences must reach to be drift; the defaults suit most features.

    ``alpha`` bounds the false discoveries of a check. Floors are in units of their measure: KS
    and the largest change of a category's share (``linf``) in shares of the rows, ``wasserstein``
    in robust scales, null, NaN and infinite shares as changes of the share, ``unseen_share`` as
    the share beyond the expected; ``concept`` is the change of the outcome in features alike.
    ``bands`` are multiples of the floor from which severity is medium, high and critical.
    ``min_rows`` are needed on each side, and ``min_size`` independent rows.
    """

    alpha: float = 0.05
    ks: float = 0.05
    wasserstein: float = 0.25
    psi: float = 0.1
    linf: float = 0.05
    cramers_v: float = 0.1
    null_share: float = 0.01
    nan_share: float = 0.01
    infinite_share: float = 0.01
    unseen_share: float = 0.005
    concept: float = 0.05
    bands: tuple[float, ...] = field(default=(2.0, 5.0, 10.0), converter=_bands)
    min_rows: int = 30
    min_size: float = 8.0

    def __attrs_post_init__(self) -> None:
        if not (_is_number(self.alpha) and 0.0 < self.alpha < 1.0):
            raise InvalidDefinitionError(f"alpha is {self.alpha!r}; give a number between 0 and 1")
        for each in fields(type(self)):
            value = getattr(self, each.name)
            if each.name != "bands" and not (_is_number(value) and value >= 0.0):
                raise InvalidDefinitionError(
                    f"threshold {each.name} is {value!r}; give a number, 0 or more"
                )
        if self.min_rows < 1:
            raise InvalidDefinitionError(f"min_rows is {self.min_rows!r}; give 1 or more")
        if len(self.bands) != 3 or not all(map(_is_number, self.bands)):
            raise InvalidDefinitionError(f"bands are {self.bands!r}; give three multiples")
        if not 1.0 <= self.bands[0] <= self.bands[1] <= self.bands[2]:
            raise InvalidDefinitionError(f"bands are {self.bands!r}; let them rise from 1")

    def floor(self, measure: str) -> float:
        """Return the effect floor of a measure."""
        return float(getattr(self, measure))

    def severity(self, measure: str, score: float) -> Severity:
        """Return the band of a score that reached its floor."""
        floor = self.floor(measure)
        bands: tuple[tuple[float, Severity], ...] = tuple(
            zip(self.bands[::-1], ("critical", "high", "medium"), strict=True)
        )
        return next((name for times, name in bands if score >= times * floor), "low")

    def to_dict(self) -> dict[str, Any]:
        """Return the thresholds as a JSON object."""
        return asdict(self) | {"bands": list(self.bands)}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Return thresholds from some or all of their names; the others have their defaults."""
        names = [each.name for each in fields(cls)]
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise InvalidDefinitionError(
                f"there is no threshold {', '.join(map(repr, unknown))}; there are "
                f"{', '.join(names)}"
            )
        return cls(**given)


def _is_number(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return abs(value) <= sys.float_info.max  # an int may be beyond it; NaN is not within
