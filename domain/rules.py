"""Rules: how the values of a feature are computed from other features, its parents."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal, Self, get_args

from attrs import evolve, field, frozen
from blake3 import blake3

from featuretrail.domain.errors import InvalidDefinitionError, InvalidInputError
from featuretrail.domain.inputs import check_text, shown
from featuretrail.domain.names import FeatureReference

RuleKind = Literal["python", "sql"]

MAX_HISTORY = timedelta(days=366_000)
"""A thousand years: far below what 64-bit microseconds hold, so that no sum of times overflows."""

_MICROSECOND = timedelta(microseconds=1)


def _references(given: Iterable[str | FeatureReference]) -> tuple[FeatureReference, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InvalidDefinitionError(
            f"the parents of a rule are {shown(given)}; give a list such as ['weather.temp']"
        )
    return tuple(FeatureReference.parse(reference) for reference in given)


def _source(given: object) -> str:
    try:
        source = check_text("the source of a rule", given)
    except InvalidInputError as error:
        raise InvalidDefinitionError(str(error)) from None
    if not source.strip():
        raise InvalidDefinitionError("the source of a rule is empty; give what it computes")
    return source


@frozen
class Rule:
    """How a feature is computed: by the function or expression ``source``, from its ``parents``.

    ``kind`` is ``python`` (a function over arrays, made by ``featuretrail.rule``) or ``sql`` (an
    expression, made by ``featuretrail.sql_rule``). ``parents`` are references, each with a version
    once the rule is registered; ``written`` are the references as its author wrote them.
    ``history`` says how far back a value looks: the value at time ``t`` depends on its parents
    from ``t - history`` to ``t`` alone, or on all before ``t`` where it is ``None``. ``function``
    is what computes a Python rule in this process; it is no part of the definition, its source is.
    Raises ``InvalidDefinitionError`` or ``InvalidNameError``.
    """

    kind: RuleKind
    parents: tuple[FeatureReference, ...] = field(converter=_references)
    source: str = field(converter=_source)
    history: timedelta | None = field(default=None, kw_only=True)
    name: str = field(default="", kw_only=True)
    written: tuple[FeatureReference, ...] = field(converter=_references, kw_only=True)
    function: Callable[..., object] | None = field(default=None, kw_only=True, eq=False, repr=False)

    @written.default
    def _as_given(self) -> tuple[FeatureReference, ...]:
        return self.parents

    def __attrs_post_init__(self) -> None:
        if self.kind not in get_args(RuleKind):
            raise InvalidDefinitionError(f"a rule is of kind 'python' or 'sql', not {self.kind!r}")
        paths = [parent.path for parent in self.parents]
        if not paths:
            raise InvalidDefinitionError("a rule has no parents; name the features it reads")
        for path in paths:
            if paths.count(path) > 1:
                raise InvalidDefinitionError(f"a rule names its parent {path!r} twice")
        if [parent.path for parent in self.written] != paths:
            raise InvalidDefinitionError(
                f"a rule was written for {', '.join(map(str, self.written))} and has the parents "
                f"{', '.join(paths)}; they are the same features, with and without versions"
            )
        if self.history is not None and (
            not isinstance(self.history, timedelta)
            or not timedelta(0) <= self.history <= MAX_HISTORY
        ):
            raise InvalidDefinitionError(
                f"history is {shown(self.history)}; give a timedelta from 0 (only the row itself) "
                f"to {MAX_HISTORY.days} days, or None for all earlier rows"
            )

    @property
    def digest(self) -> str:
        """The blake3 digest of the source in UTF-8, 64 hex characters."""
        return blake3(self.source.encode()).hexdigest()

    @property
    def history_microseconds(self) -> int | None:
        """How far back a value looks, in microseconds; ``None`` for all earlier rows."""
        return None if self.history is None else self.history // _MICROSECOND

    def pinned(self, parents: Iterable[FeatureReference]) -> Self:
        """Return the rule with ``parents`` that all have versions; ``written`` stays."""
        return evolve(self, parents=tuple(parents), written=self.written)

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as a JSON object; equal rules give equal objects."""
        return {
            "kind": self.kind,
            "name": self.name,
            "parents": [str(parent) for parent in self.parents],
            "written": [str(parent) for parent in self.written],
            "source": self.source,
            "digest": self.digest,
            "history_microseconds": self.history_microseconds,
        }

    def __call__(self, *arrays: object) -> object:
        """Call the function of a Python rule, as in a test of it."""
        if self.function is None:
            raise InvalidInputError(
                f"the {self.kind} rule {self.name!r} has no function in this process"
            )
        return self.function(*arrays)


def same_rule(one: Rule | None, other: Rule | None) -> bool:
    """Tell whether two rules compute the same: versions that pinning added aside."""
    return _statement(one) == _statement(other)


def _statement(rule: Rule | None) -> Mapping[str, Any] | None:
    if rule is None:
        return None
    return {name: value for name, value in rule.to_dict().items() if name != "parents"}
