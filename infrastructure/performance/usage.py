"""Uses of features, told to the recorder: which features, in what context, at what cost."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from attrs import field, frozen

from featuretrail.domain.events.performance import Context, Operation
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.infrastructure.performance.meter import Reading


@frozen(cache_hash=True)
class Selection:
    """Features that cost the same in a call: each name with its version."""

    features: tuple[tuple[str, str | None], ...]


class Selections:
    """Makes selections and keeps some, since the same features are asked for many times."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._kept: dict[tuple[int, ...], tuple[list[object], Selection]] = {}

    def of(self, features: Sequence[ResolvedFeature]) -> Selection:
        """Return the selection of resolved features."""
        key = tuple([id(each.version) for each in features])
        kept = self._kept.get(key)
        if kept is None:
            references = [each.reference for each in features]
            selection = Selection(tuple((each.path, str(each.version)) for each in references))
            # what is kept keeps its versions alive, so their ids stay theirs
            kept = ([each.version for each in features], selection)
            if len(self._kept) >= self._most:
                self._kept.clear()
            self._kept[key] = kept
        return kept[1]


SELECTIONS = Selections()
"""Those of this process."""


@frozen
class Share:
    """What one call cost each feature of ``selection``; the shares of a call sum up to the call."""

    selection: Selection
    milliseconds: float
    cpu_ms: float | None
    memory_mb: float | None


@frozen(eq=False)
class CallCost:
    """What one call for ``features`` that answered ``rows`` rows took, in all and group by group.

    ``spent`` are the seconds of each group.
    """

    rows: int
    features: Sequence[ResolvedFeature] = field(repr=False)
    spent: Mapping[str, float]
    whole: Reading

    def shares(self) -> list[Share]:
        """Return the share of each feature; those of one group have the same.

        The time of a group is shared equally by its features that were asked for, the rest of the
        call by all features; processor time in the proportions of time, memory equally.
        """
        whole, count = self.whole, len(self.features)
        common = max(0.0, whole.seconds - sum(self.spent.values())) / count
        shares = []
        for group, spent in self.spent.items():
            own = [each for each in self.features if each.group.name == group]
            seconds = spent / len(own) + common
            part = seconds / whole.seconds if whole.seconds > 0 else 0.0
            shares.append(
                Share(
                    SELECTIONS.of(own),
                    seconds * 1e3,
                    None if whole.cpu_seconds is None else whole.cpu_seconds * part * 1e3,
                    None if whole.memory_mb is None else whole.memory_mb / count,
                )
            )
        return shares


@frozen(cache_hash=True)
class Use:
    """What uses of one kind have in common; ``operation`` is what was done, ``None`` if not said.

    ``context`` is training, inference or validation.
    """

    selection: Selection
    context: Context
    operation: Operation | None = None
    snapshot_id: str | None = None
    performance_score: float | None = None
    accuracy_impact: float | None = None


class Uses(NamedTuple):
    """``number`` uses at a time (seconds since 1970); what they cost is said of one of them."""

    use: Use
    at: float
    milliseconds: float
    number: int
    cpu_ms: float | None
    memory_mb: float | None
    rows: int | None
    """Of all of them."""


class Call(NamedTuple):
    """A call whose cost is to be shared, when there is time for it."""

    at: float
    cost: CallCost
    context: Context
    operation: Operation
    snapshot_id: str | None

    def uses(self) -> list[Uses]:
        """Return the uses that the call was."""
        return [
            Uses(
                Use(share.selection, self.context, self.operation, self.snapshot_id),
                self.at,
                share.milliseconds,
                1,
                share.cpu_ms,
                share.memory_mb,
                self.cost.rows,
            )
            for share in self.cost.shares()
        ]
