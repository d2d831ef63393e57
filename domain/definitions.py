"""Definitions: frozen values that say what a feature, a group and a feature set are."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from attrs import field, frozen
from blake3 import blake3

from featuretrail.domain.constraints import Constraint, NotNull, OneOf, Range
from featuretrail.domain.dtypes import check_dtype, check_key_type
from featuretrail.domain.errors import InvalidDefinitionError
from featuretrail.domain.inputs import shown
from featuretrail.domain.names import FeatureReference, check_column, check_name
from featuretrail.domain.rules import Rule
from featuretrail.domain.versions import FIRST_VERSION, Version

MAX_ROW_BYTES = 8000
"""Bytes that one row of values may take in PostgreSQL's 8 KiB page, less its headers."""

MAX_TTL = timedelta(days=366_000)
SHORTEST_RETENTION = timedelta(days=1)
"""A thousand years: far below what 64-bit microseconds hold, so that no sum of times overflows."""

_COLUMN_BYTES = {"float64": 8, "int64": 8, "bool": 1, "timestamptz": 8, "text": 18}


def definition_digest(definition: Mapping[str, Any]) -> str:
    """Return the blake3 digest (64 hex characters) of a definition's canonical JSON."""
    canonical = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        encoded = canonical.encode()
    except UnicodeEncodeError as error:
        name, at = definition.get("name"), error.object[error.start : error.end]
        raise InvalidDefinitionError(
            f"the definition of {name!r} holds {at!r}, which is no valid Unicode"
        ) from None
    return blake3(encoded).hexdigest()


def _version(given: str | Version) -> Version:
    return Version.parse(given)


def _constraints(given: Constraint | Iterable[Constraint] | None) -> tuple[Constraint, ...]:
    if given is None:
        return ()
    constraints = (given,) if isinstance(given, Constraint) else tuple(given)
    for constraint in constraints:
        if not isinstance(constraint, Range | OneOf | NotNull):
            raise InvalidDefinitionError(
                f"constraint {constraint!r} is none; use Range, OneOf or NotNull"
            )
    return constraints


def _text(what: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidDefinitionError(f"{what} is {value!r}; give a string")
    return value


def _tags(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise InvalidDefinitionError(f"tags is the string {given!r}; give a list of strings")
    return tuple(sorted({_text("tag", tag) for tag in given}))


@frozen
class Feature:
    """A named, typed, versioned column of values.

    ``dtype`` is one of float64, int64, bool, text, timestamptz. ``constraints`` say which values
    are valid (quality checks judge them; ingestion stores what arrived). ``unit`` is free text.
    ``rule`` says how its values are computed from other features (``None``: they are ingested).
    Raises ``InvalidDefinitionError`` or ``InvalidNameError``.
    """

    name: str
    dtype: str
    description: str = ""
    version: Version = field(default=FIRST_VERSION, converter=_version, kw_only=True)
    constraints: tuple[Constraint, ...] = field(default=None, converter=_constraints, kw_only=True)
    unit: str | None = field(default=None, kw_only=True)
    owner: str | None = field(default=None, kw_only=True)
    tags: tuple[str, ...] = field(default=(), converter=_tags, kw_only=True)
    rule: Rule | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_column("feature", self.name)
        check_dtype(f"feature {self.name!r}", self.dtype)
        _text("description", self.description)
        if self.rule is not None and not isinstance(self.rule, Rule):
            raise InvalidDefinitionError(
                f"the rule of feature {self.name!r} is {self.rule!r}; make one by decorating a "
                "function with @featuretrail.rule(parents=[...]), or by featuretrail.sql_rule"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as a JSON object; equal definitions give equal objects."""
        return {
            "name": self.name,
            "dtype": self.dtype,
            "description": self.description,
            "version": str(self.version),
            "constraints": [constraint.to_dict() for constraint in self.constraints],
            "unit": self.unit,
            "owner": self.owner,
            "tags": list(self.tags),
            # left out where there is none, so that older definitions keep their digests
            **({} if self.rule is None else {"rule": self.rule.to_dict()}),
        }


def _features(given: Iterable[Feature]) -> tuple[Feature, ...]:
    features = tuple(given)
    for feature in features:
        if not isinstance(feature, Feature):
            raise InvalidDefinitionError(f"{feature!r} is no Feature")
    return features


def _told(value: object) -> str:
    return str(value) if isinstance(value, timedelta) else shown(value)


def _duration(value: timedelta | None) -> timedelta | None:
    if value is None:
        return None
    if not isinstance(value, timedelta) or not timedelta(0) < value <= MAX_TTL:
        raise InvalidDefinitionError(
            f"ttl is {_told(value)}; give a positive timedelta of at most {MAX_TTL.days} days, "
            "or None for values that stay valid for ever"
        )
    return value


def _retention(value: timedelta | None) -> timedelta | None:
    if value is None:
        return None
    if not isinstance(value, timedelta) or not SHORTEST_RETENTION <= value <= MAX_TTL:
        raise InvalidDefinitionError(
            f"retention is {_told(value)}; give a timedelta of at least a day and at most "
            f"{MAX_TTL.days} days, or None to keep values for ever"
        )
    return value


@frozen
class FeatureGroup:
    """Features of one entity type that arrive together.

    ``keys`` maps each entity key column to ``text`` or ``int64``, in the order of the index.
    ``ttl``: how long a value stays valid after its event time (``None``: for ever).
    ``retention``: how long after its event time a value is kept (``None``: for ever); what then
    still holds stays. ``known_time`` names the column in which the source says when it knew each
    row (a load or publish time); without it a row was known when it was recorded. A computed row
    was known when the last of what its rules may read was.
    Raises ``InvalidDefinitionError`` or ``InvalidNameError``.
    """

    name: str
    keys: Mapping[str, str]
    features: tuple[Feature, ...] = field(default=(), converter=_features)
    ttl: timedelta | None = field(default=None, converter=_duration, kw_only=True)
    retention: timedelta | None = field(default=None, converter=_retention, kw_only=True)
    known_time: str | None = field(default=None, kw_only=True)
    description: str = field(default="", kw_only=True)
    owner: str | None = field(default=None, kw_only=True)
    tags: tuple[str, ...] = field(default=(), converter=_tags, kw_only=True)
    version: Version = field(default=FIRST_VERSION, converter=_version, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_name("group", self.name)
        _text("description", self.description)
        if not isinstance(self.keys, Mapping) or not self.keys:
            raise InvalidDefinitionError(
                f"group {self.name!r} needs keys, such as keys={{'customer': 'int64'}}"
            )
        for key, dtype in self.keys.items():
            check_column("key", key)
            check_key_type(f"key {key!r} of group {self.name!r}", dtype)
        self._check_columns()
        self._check_width()
        self._check_rules()

    def _check_columns(self) -> None:
        taken = set(self.keys)
        if self.known_time is not None:
            taken |= {check_column("known_time", self.known_time)}
            if self.known_time in self.keys:
                raise InvalidDefinitionError(
                    f"group {self.name!r} uses {self.known_time!r} as a key and as known_time"
                )
        for feature in self.features:
            if feature.name in taken:
                raise InvalidDefinitionError(
                    f"group {self.name!r} has two columns named {feature.name!r}"
                )
            taken.add(feature.name)

    def _check_width(self) -> None:
        types = [feature.dtype for feature in self.features]
        size = sum(_COLUMN_BYTES[dtype] for dtype in (*types, *self.keys.values())) + 24
        if size > MAX_ROW_BYTES:
            raise InvalidDefinitionError(
                f"group {self.name!r} has {len(types)} features, {size} bytes a row; PostgreSQL "
                f"stores at most {MAX_ROW_BYTES} bytes in a row, so split it into several groups"
            )

    def _check_rules(self) -> None:
        for feature in self.features:
            if feature.rule is None:
                continue
            path = f"{self.name}.{feature.name}"
            if path in (parent.path for parent in feature.rule.parents):
                raise InvalidDefinitionError(
                    f"the rule of {path!r} names {path!r} as its own parent; a rule computes a "
                    "feature from others"
                )

    def to_dict(self) -> dict[str, Any]:
        """Return the group's own definition, without its features, as a JSON object."""
        microsecond = timedelta(microseconds=1)
        kept = (  # left out where it is not set, so that older definitions keep their digests
            {}
            if self.retention is None
            else {"retention_microseconds": self.retention // microsecond}
        )
        return {
            "name": self.name,
            "keys": dict(self.keys),
            "ttl_microseconds": None if self.ttl is None else self.ttl // microsecond,
            **kept,
            "known_time": self.known_time,
            "description": self.description,
            "owner": self.owner,
            "tags": list(self.tags),
            "version": str(self.version),
        }


def _references(given: Iterable[str | FeatureReference]) -> tuple[FeatureReference, ...]:
    if isinstance(given, str):
        raise InvalidDefinitionError(f"features is the string {given!r}; give a list of strings")
    return tuple(FeatureReference.parse(reference) for reference in given)


def _label(given: str | FeatureReference | None) -> FeatureReference | None:
    return None if given is None else FeatureReference.parse(given)


@frozen
class FeatureSet:
    """A named, versioned selection of features for training.

    ``features`` are references (``group.feature`` or ``group.feature@version``); registering pins
    the unpinned ones to the latest versions. ``label`` names the feature to be predicted.
    Raises ``InvalidDefinitionError`` or ``InvalidNameError``.
    """

    name: str
    features: tuple[FeatureReference, ...] = field(converter=_references)
    label: FeatureReference | None = field(default=None, converter=_label, kw_only=True)
    description: str = field(default="", kw_only=True)
    owner: str | None = field(default=None, kw_only=True)
    tags: tuple[str, ...] = field(default=(), converter=_tags, kw_only=True)
    version: Version = field(default=FIRST_VERSION, converter=_version, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_name("feature set", self.name)
        if not self.features:
            raise InvalidDefinitionError(f"feature set {self.name!r} selects no feature")
        paths = [reference.path for reference in self.features]
        for path in paths:
            if paths.count(path) > 1:
                raise InvalidDefinitionError(f"feature set {self.name!r} selects {path!r} twice")
        if self.label is not None and self.label.path in paths:
            raise InvalidDefinitionError(
                f"feature set {self.name!r} selects its label {self.label.path!r} as a feature"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the definition as a JSON object; equal definitions give equal objects."""
        return {
            "name": self.name,
            "features": [str(reference) for reference in self.features],
            "label": None if self.label is None else str(self.label),
            "description": self.description,
            "owner": self.owner,
            "tags": list(self.tags),
            "version": str(self.version),
        }
