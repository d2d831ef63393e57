"""``quality``: a snapshot against what its own definitions and records say."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from featuretrail.consistency.examined import ExaminedSnapshot
from featuretrail.consistency.order import ConsistencyOrder
from featuretrail.consistency.results import not_evaluated
from featuretrail.domain.columns import one_array
from featuretrail.domain.consistency.judging import Status, confidence, judged, worst
from featuretrail.domain.consistency.report import CheckResult
from featuretrail.domain.entities import EntityCodes
from featuretrail.domain.events.checks import CheckType
from featuretrail.domain.quality.dimensions import validity
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.statistics import column_statistics

CHECK: CheckType = "quality"

NEAR = 1e-9
"""How far recorded means may lie from recomputed ones, relatively: summing has an order."""


def check_itself(snapshot: ExaminedSnapshot, order: ConsistencyOrder) -> CheckResult:
    """Judge whether constraints hold in the matrix, statistics are as recorded, no row is double.

    A feature fails whose share of values that break a constraint is above the limit of mismatches,
    and any statistic that is not as recorded; rows that repeat another one wholly are a warning.
    """
    table = snapshot.table
    if table.num_rows == 0:
        return not_evaluated(CHECK, "no row of the snapshot is in the sample")
    said = [*_constraints(snapshot, order), *_repeated(table)]
    if snapshot.sample >= 1:
        said += _statistics(snapshot)
    broken = sum(faults for _, _, faults in said)
    cells = table.num_rows * max(1, len(snapshot.features))
    return CheckResult(
        check_type=CHECK,
        status=worst([status for status, _, _ in said] or ["passed"]),
        confidence_score=confidence(min(broken, cells), cells, cells),
        comparisons=(),
        reasons=tuple(words for _, words, _ in said),
    )


Said = tuple[Status, str, int]


def _constraints(snapshot: ExaminedSnapshot, order: ConsistencyOrder) -> list[Said]:
    said: list[Said] = []
    for path, feature in snapshot.features.items():
        column = one_array(snapshot.table.column(snapshot.outputs[path]))
        values = FeatureValues(path, str(feature.version.version), feature.dtype, column)
        found = validity(values, feature.version.definition.constraints)
        if found.score is None or found.score == 100:
            continue
        count = max(1, round((100 - found.score) / 100 * len(column)))
        status = judged(count, len(column), order.limits.mismatches)
        said.append((status, f"{path}: {found.reason}", count))
    return said


def _repeated(table: pa.Table) -> list[Said]:
    codes, double = np.zeros(table.num_rows, np.int64), 0
    for column in table.columns:
        part: Any = one_array(column).dictionary_encode(null_encoding="encode").indices
        found = EntityCodes.of([pa.array(codes), part.cast(pa.int64())])
        codes, double = found.codes, table.num_rows - found.count
        if not double:
            return []
    words = f"{double:,} of {table.num_rows:,} rows repeat another one in every column"
    return [("warning", words, double)]


def _statistics(snapshot: ExaminedSnapshot) -> list[Said]:
    recorded = {each["name"]: each for each in snapshot.manifest["statistics"]}
    said: list[Said] = []
    for found in column_statistics(snapshot.table):
        name = found["name"]
        unlike = _unlike(recorded.get(name, {}), found)
        if unlike:
            said.append(("failed", f"{name}: recorded statistics differ: {', '.join(unlike)}", 1))
    return said


def _unlike(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} is {value}, recorded {recorded.get(name)}"
        for name, value in found.items()
        if not _same(value, recorded.get(name))
    ]


def _same(value: object, recorded: object) -> bool:
    if isinstance(value, float) and isinstance(recorded, int | float):
        return math.isclose(value, recorded, rel_tol=NEAR, abs_tol=0.0)
    return value == recorded
