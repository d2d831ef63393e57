"""What is asked of a check of consistency, checked before anything is read."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from attrs import field, frozen

from featuretrail.consistency.parts import ConsistencyParts
from featuretrail.domain.consistency.judging import ConsistencyLimits
from featuretrail.domain.consistency.sampling import check_sample
from featuretrail.domain.consistency.tolerance import Tolerance
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import Metadata
from featuretrail.domain.events.checks import CheckType
from featuretrail.domain.inputs import check_choice, check_flag, check_label, several, shown
from featuretrail.infrastructure.consistency.source import ValueSource

CHECK_TYPES = ("streaming", "outcome", "cross_system")
"""What is checked unless it is said otherwise."""

Tolerances = Tolerance | float | Mapping[str, Tolerance | float | tuple[float, float]]


@frozen(eq=False)
class ConsistencyOrder:
    """A snapshot to check, by which types, against which sources, how exactly."""

    snapshot_id: str
    check_types: tuple[str, ...]
    sources: tuple[ValueSource, ...]
    tolerances: Tolerances | None
    sample: float
    limits: ConsistencyLimits
    auto_fix: bool
    metadata: Metadata | None = field(repr=False)

    @classmethod
    def of(
        cls,
        parts: ConsistencyParts,
        snapshot_id: str,
        *,
        check_types: object,
        sources: object,
        tolerances: Tolerances | None,
        sample: object,
        limits: ConsistencyLimits | None,
        auto_fix: object,
        metadata: Metadata | None,
    ) -> "ConsistencyOrder":
        """Check what was asked for; raise ``InvalidInputError`` or ``NotFoundError``."""
        fix = check_flag("auto_fix", auto_fix)
        types = _types(check_types)
        if fix and "streaming" not in types:
            raise InvalidInputError(
                "auto_fix refreshes online rows, which the check type 'streaming' looks at; add it"
            )
        if fix and metadata is None:
            raise InvalidInputError("auto_fix changes online rows, which is recorded: not without")
        return cls(
            snapshot_id=snapshot_id,
            check_types=types,
            sources=tuple(_sources(parts, sources)),
            tolerances=tolerances,
            sample=check_sample(sample),
            limits=ConsistencyLimits() if limits is None else limits,
            auto_fix=fix,
            metadata=metadata,
        )


def _types(given: object) -> tuple[str, ...]:
    listed: Iterable[object] = [given] if isinstance(given, str) else several("check_types", given)
    kinds = get_args(CheckType)
    types = dict.fromkeys(check_choice("one of check_types", each, kinds) for each in listed)
    if not types:
        raise InvalidInputError(f"check_types is empty; give some of {', '.join(kinds)}")
    return tuple(types)


def _sources(parts: ConsistencyParts, given: Any) -> list[ValueSource]:  # noqa: ANN401 - checked here
    alone = isinstance(given, str | ValueSource)
    found: list[ValueSource] = []
    for each in [given] if alone else several("sources", given):
        if isinstance(each, str):
            found.append(parts.source(each))
        elif isinstance(each, ValueSource) and not isinstance(each, type):
            check_label("the name of a source", each.name)
            found.append(each)
        else:
            raise InvalidInputError(
                f"a source is {shown(each)}; give the name of a configured one, a FrameSource, a "
                "ParquetSource, a PostgresSource, or any object with a name and read(request)"
            )
    names = [each.name for each in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InvalidInputError(f"several sources are named {', '.join(twice)}; name each its own")
    return found
