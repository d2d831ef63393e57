"""Definitions from the outside: files, dicts and event payloads, validated by pydantic."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from featuretrail.domain.constraints import Constraint, NotNull, OneOf, Range
from featuretrail.domain.definitions import Feature, FeatureGroup, FeatureSet
from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.inputs import shown
from featuretrail.domain.rules import Rule

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(value: object) -> timedelta:
    """Return ``90s``, ``15m``, ``6h``, ``7d`` or ``2w`` as a ``timedelta``, which may be given too.

    Raises ``PydanticCustomError`` for anything else.
    """
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"([0-9]{1,8})\s*([smhdw])", value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError(
            "duration",
            "it is {given}; give a number with a unit, such as 30d, 6h, 15m or 90s",
            {"given": shown(value)},
        )
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


_S = TypeVar("_S", bound=BaseModel)

Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


class _Schema(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RangeSchema(_Schema):
    """``{kind = "range", minimum = 0, maximum = 1}``."""

    kind: Literal["range"]
    minimum: int | float | None = None
    maximum: int | float | None = None

    def to_domain(self) -> Constraint:
        """Return the constraint."""
        return Range(self.minimum, self.maximum)


class OneOfSchema(_Schema):
    """``{kind = "one_of", values = ["a", "b"]}``."""

    kind: Literal["one_of"]
    values: list[bool | int | float | str]

    def to_domain(self) -> Constraint:
        """Return the constraint."""
        return OneOf(tuple(self.values))


class NotNullSchema(_Schema):
    """``{kind = "not_null"}``."""

    kind: Literal["not_null"]

    def to_domain(self) -> Constraint:
        """Return the constraint."""
        return NotNull()


ConstraintSchema = Annotated[RangeSchema | OneOfSchema | NotNullSchema, Field(discriminator="kind")]


class RuleSchema(_Schema):
    """``{kind = "sql", source = "temp - dewp", parents = ["weather.temp", "weather.dewp"]}``."""

    kind: Literal["python", "sql"]
    source: str
    parents: list[str]
    written: list[str] | None = None
    name: str = ""
    digest: str | None = None
    history: Duration | None = None
    history_microseconds: int | None = None

    def to_domain(self) -> Rule:
        """Return the rule; its function, if it has one, is what a program registers."""
        microseconds = self.history_microseconds
        history = self.history if microseconds is None else timedelta(microseconds=microseconds)
        rule = Rule(
            self.kind,
            self.parents,
            self.source,
            history=history,
            name=self.name,
            written=self.parents if self.written is None else self.written,
        )
        if self.digest not in (None, rule.digest):
            raise InvalidDefinitionError(
                f"a rule has the digest {rule.digest}, and the definition says {self.digest}"
            )
        return rule


class FeatureSchema(_Schema):
    """A feature as a TOML table, a dict or an event's payload."""

    name: str
    dtype: str
    description: str = ""
    version: str = "1.0.0"
    constraints: list[ConstraintSchema] = []
    unit: str | None = None
    owner: str | None = None
    tags: list[str] = []
    rule: RuleSchema | None = None

    def to_domain(self) -> Feature:
        """Return the definition."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        constraints = [constraint.to_domain() for constraint in self.constraints]
        rule = None if self.rule is None else self.rule.to_domain()
        return Feature(**fields | {"constraints": constraints, "rule": rule})


class GroupSchema(_Schema):
    """A feature group as a TOML table or a dict, or (without features) an event's payload."""

    name: str
    keys: dict[str, str]
    features: list[FeatureSchema] = []
    ttl: Duration | None = None
    ttl_microseconds: int | None = None
    retention: Duration | None = None
    retention_microseconds: int | None = None
    known_time: str | None = None
    description: str = ""
    owner: str | None = None
    tags: list[str] = []
    version: str = "1.0.0"

    def to_domain(self) -> FeatureGroup:
        """Return the definition."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        for name in ("ttl", "retention"):
            microseconds = fields.pop(f"{name}_microseconds")
            if microseconds is not None:
                fields[name] = timedelta(microseconds=microseconds)
        return FeatureGroup(**fields | {"features": [f.to_domain() for f in self.features]})


class SetSchema(_Schema):
    """A feature set as a TOML table, a dict or an event's payload."""

    name: str
    features: list[str]
    label: str | None = None
    description: str = ""
    owner: str | None = None
    tags: list[str] = []
    version: str = "1.0.0"

    def to_domain(self) -> FeatureSet:
        """Return the definition."""
        return FeatureSet(**{name: getattr(self, name) for name in type(self).model_fields})


class DefinitionsSchema(_Schema):
    """What a definitions file may hold: ``[[group]]``, ``[[group.features]]`` and ``[[set]]``."""

    group: list[GroupSchema] = []
    set: list[SetSchema] = []

    def to_domain(self) -> tuple[FeatureGroup | FeatureSet, ...]:
        """Return the definitions, groups first."""
        return (*(g.to_domain() for g in self.group), *(s.to_domain() for s in self.set))


def read_schema(schema: type[_S], given: Mapping[str, Any], what: str) -> _S:
    """Validate ``given`` as ``schema``; raise ``InvalidDefinitionError`` listing every fault."""
    try:
        return schema.model_validate(given)
    except ValidationError as error:
        faults = "".join(
            f"\n  {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_input=False)
        )
        raise InvalidDefinitionError(f"{what} cannot be read:{faults}") from None


def feature_from(definition: Mapping[str, Any]) -> Feature:
    """Return the feature that ``Feature.to_dict`` wrote, or a hand-written dict describes."""
    return read_schema(FeatureSchema, definition, "feature").to_domain()


def group_from(definition: Mapping[str, Any]) -> FeatureGroup:
    """Return the group that ``FeatureGroup.to_dict`` wrote, or a hand-written dict describes."""
    return read_schema(GroupSchema, definition, "group").to_domain()


def set_from(definition: Mapping[str, Any]) -> FeatureSet:
    """Return the feature set that ``FeatureSet.to_dict`` wrote or a dict describes."""
    return read_schema(SetSchema, definition, "feature set").to_domain()
