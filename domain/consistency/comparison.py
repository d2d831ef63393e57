"""What a comparison of two tables says, for people and for the log."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import evolve, field, frozen

from featuretrail.domain.consistency.candidates import Candidate
from featuretrail.domain.consistency.cause import Cause
from featuretrail.domain.consistency.column import zero
from featuretrail.domain.consistency.examples import Example, examples, key_examples
from featuretrail.domain.consistency.explaining import explained, key_causes, shift_of
from featuretrail.domain.consistency.judging import (
    ConsistencyLimits,
    Status,
    confidence,
    judged,
    worst,
)
from featuretrail.domain.consistency.measured import MeasuredTables
from featuretrail.domain.consistency.measures import quantiles, smape
from featuretrail.domain.consistency.tolerance import Tolerance
from featuretrail.domain.results import Result


@frozen
class FeatureComparison(Result):
    """How the values of one feature agree.

    ``compared`` pairs are ``matches`` and ``mismatches``. ``within_tolerance`` of the matches are
    not equal; ``both_null`` and ``both_nan`` agree in being that. ``null_expected`` and
    ``null_found`` of the mismatches are NULL on that side alone, ``null_against_zero`` of these
    against 0, false or an empty text. ``smape`` (0 to 2) is of numbers; ``distances`` has quantiles
    of ``|a - b|``, of times in seconds.
    """

    feature: str
    status: Status
    compared: int
    matches: int
    mismatches: int
    within_tolerance: int
    null_expected: int
    null_found: int
    null_against_zero: int
    both_null: int
    both_nan: int
    smape: float | None
    distances: Mapping[str, float | None]
    tolerance: Tolerance
    causes: tuple[Cause, ...]
    examples: tuple[Example, ...] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object; an infinite distance is null."""
        return {
            "feature": self.feature,
            "status": self.status,
            "compared": self.compared,
            "matches": self.matches,
            "mismatches": self.mismatches,
            "within_tolerance": self.within_tolerance,
            "null_expected": self.null_expected,
            "null_found": self.null_found,
            "null_against_zero": self.null_against_zero,
            "both_null": self.both_null,
            "both_nan": self.both_nan,
            "smape": self.smape,
            "distances": {name: _finite(each) for name, each in self.distances.items()},
            "tolerance": self.tolerance.to_dict(),
            "causes": [each.to_dict() for each in self.causes],
            "examples": [each.to_dict() for each in self.examples],
        }


@frozen
class TableComparison(Result):
    """How one other statement of a snapshot's values agrees with it.

    ``compared`` keys are on both sides; ``missing`` are only expected, ``extra`` only found. Rows
    that repeat a key are counted as duplicates, and the first of each key is compared.
    ``not_compared`` says of features why they were not.
    """

    name: str
    status: Status
    confidence_score: float | None
    expected_rows: int
    found_rows: int
    compared: int
    missing: int
    extra: int
    expected_duplicates: int
    found_duplicates: int
    features: Mapping[str, FeatureComparison]
    not_compared: Mapping[str, str]
    causes: tuple[Cause, ...]
    missing_examples: tuple[Mapping[str, Any], ...] = field(repr=False)
    extra_examples: tuple[Mapping[str, Any], ...] = field(repr=False)

    @property
    def cells(self) -> int:
        """How many pairs of values were compared."""
        return sum(each.compared for each in self.features.values())

    @property
    def faults(self) -> int:
        """How many of them disagree."""
        return sum(each.mismatches for each in self.features.values())

    @property
    def expected_cells(self) -> int:
        """How many pairs there would be if nothing were missing."""
        distinct = self.expected_rows - self.expected_duplicates
        return distinct * (len(self.features) + len(self.not_compared))

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "name": self.name,
            "status": self.status,
            "confidence_score": self.confidence_score,
            "expected_rows": self.expected_rows,
            "found_rows": self.found_rows,
            "compared": self.compared,
            "missing": self.missing,
            "extra": self.extra,
            "expected_duplicates": self.expected_duplicates,
            "found_duplicates": self.found_duplicates,
            "features": {name: each.to_dict() for name, each in self.features.items()},
            "not_compared": dict(self.not_compared),
            "causes": [each.to_dict() for each in self.causes],
            "missing_examples": [dict(each) for each in self.missing_examples],
            "extra_examples": [dict(each) for each in self.extra_examples],
        }


def compare(
    name: str,
    tables: MeasuredTables,
    *,
    limits: ConsistencyLimits | None = None,
    candidates: Mapping[str, Sequence[Candidate]] | None = None,
    not_compared: Mapping[str, str] | None = None,
) -> TableComparison:
    """Judge what was measured, and name the probable causes of what disagrees.

    A repeated key on the other side is a warning, as nobody knows which of its rows counts; on the
    expected side it is only counted.
    """
    limits = limits or ConsistencyLimits()
    wrong = any(each.mismatches for each in tables.differing.values())
    shift = shift_of(tables) if wrong or tables.pairing.missing.size else None
    causes = explained(tables, candidates or {}, shift)
    features = {
        feature: _feature(tables, feature, limits, causes[feature]) for feature in tables.columns
    }
    pairing = tables.pairing
    keys: list[Status] = [
        judged(pairing.missing.size, tables.expected_size, limits.missing),
        judged(pairing.extra.size, tables.found_size, limits.extra),
        judged(pairing.found_duplicates, tables.found_size, 1.0),
    ]
    if not tables.expected_size and not tables.found_size:
        keys = ["not evaluated"]
    said = TableComparison(
        name=name,
        status=worst([*keys, *(each.status for each in features.values())]),
        confidence_score=None,
        expected_rows=tables.expected_size,
        found_rows=tables.found_size,
        compared=pairing.size,
        missing=int(pairing.missing.size),
        extra=int(pairing.extra.size),
        expected_duplicates=pairing.expected_duplicates,
        found_duplicates=pairing.found_duplicates,
        features=features,
        not_compared=not_compared or {},
        causes=(*([] if shift is None else [shift]), *key_causes(tables)),
        missing_examples=key_examples(tables.keys, pairing.missing),
        extra_examples=key_examples(tables.found_keys, pairing.extra),
    )
    return evolve(said, confidence_score=confidence(said.faults, said.cells, said.expected_cells))


def _feature(
    tables: MeasuredTables, feature: str, limits: ConsistencyLimits, causes: tuple[Cause, ...]
) -> FeatureComparison:
    column, found, pairing = tables.columns[feature], tables.differing[feature], tables.pairing
    left, right = pairing.expected_of(found.pairs), pairing.found_of(found.pairs)
    lacking = found.null_expected.size + found.null_found.size
    both = pairing.size - lacking - found.both_null
    zeros = [
        zero(column.kind, column.found, pairing.found_of(found.null_expected)),
        zero(column.kind, column.expected, pairing.expected_of(found.null_found)),
    ]
    numeric, ordered = column.kind in ("number", "integer"), column.kind not in ("text", "bool")
    return FeatureComparison(
        feature=feature,
        status=judged(found.mismatches, pairing.size, limits.mismatches)
        if pairing.size
        else "not evaluated",
        compared=pairing.size,
        matches=pairing.size - found.mismatches,
        mismatches=found.mismatches,
        within_tolerance=int((~found.beyond).sum()),
        null_expected=int(found.null_expected.size),
        null_found=int(found.null_found.size),
        null_against_zero=sum(int(each.sum()) for each in zeros),
        both_null=found.both_null,
        both_nan=found.both_nan,
        smape=smape(
            column.expected.numbers[left], column.found.numbers[right], found.distances, both
        )
        if numeric and both
        else None,
        distances=quantiles(found.distances, both - found.pairs.size)
        if ordered
        else quantiles(np.empty(0), 0),
        tolerance=tables.tolerances[feature],
        causes=causes,
        examples=examples(tables.keys, pairing, column, found),
    )


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
