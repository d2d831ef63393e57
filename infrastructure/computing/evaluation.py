"""The rules of a unit over its rows: parents first, each timed, its word taken in a few rows."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from attrs import field, frozen

from featuretrail.domain.asof import Ints
from featuretrail.domain.errors import RuleError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.rule_units import Place, Unit, place, rule_of
from featuretrail.infrastructure.computing import expression_way, python_way
from featuretrail.infrastructure.computing.python_way import Function
from featuretrail.infrastructure.computing.rows import EVENT_TIME, UnitRows, equal
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.performance.meter import Meter, Reading

SAMPLES = 3
"""Rows in which a rule is computed again, from nothing but what it may use."""

SAMPLED_ROWS = 2_000
"""Rows that such a computation may take, so that it costs little."""

TOLERANCE = 1e-9
"""How far two floats may lie apart, relative to the largest, and count as one rounded twice."""

_BROKEN_WORD = (
    "it uses rows it may not, so no later run would give the same; correct it, or declare a longer "
    "history"
)

Functions = Callable[[ResolvedFeature], Function]
"""Gives the function of a feature with a Python rule, or raises ``RuleError``."""


@frozen(eq=False)
class Evaluated:
    """The values of a feature at the rows of its unit, and what they took."""

    feature: ResolvedFeature
    values: pa.Array = field(repr=False)
    cost: Reading


def evaluate(
    database: Database, unit: Unit, rows: UnitRows, functions: Functions, since: int
) -> dict[Place, Evaluated]:
    """Return the values of each feature of ``unit``; rows before ``since`` only lead in.

    Raises ``RuleError`` for a rule that fails, or that uses rows it may not.
    """
    done: dict[Place, Evaluated] = {}
    for feature in unit.features:
        parents = unit.parents[place(feature)]
        arrays = [
            done[place(parent)].values if unit.own(parent) else rows.values[place(parent)]
            for parent in parents
        ]
        run = _runner(database, feature, parents, functions)
        meter = Meter.start().watch_memory()
        try:
            values = run(rows.table, rows.times, rows.starts, arrays)
        finally:
            cost = meter.stop()
        done[place(feature)] = Evaluated(feature, values, cost)
        _check_word(feature, rows, arrays, values, run, since)
    return done


Run = Callable[[pa.Table, Ints, Ints, Sequence[pa.Array]], pa.Array]


def _runner(
    database: Database,
    feature: ResolvedFeature,
    parents: Sequence[ResolvedFeature],
    functions: Functions,
) -> Run:
    if rule_of(feature).kind == "python":
        function = functions(feature)

        def call(
            table: pa.Table, times: Ints, starts: Ints, arrays: Sequence[pa.Array]
        ) -> pa.Array:
            del table
            return python_way.call(feature, function, times, starts, arrays)

        return call
    names = expression_way.parent_columns(feature.group, parents)

    def ask(table: pa.Table, times: Ints, starts: Ints, arrays: Sequence[pa.Array]) -> pa.Array:
        del times
        given = dict(zip(names, arrays, strict=True))
        return expression_way.evaluate(database, feature, table, starts, given)

    return ask


def _check_word(
    feature: ResolvedFeature,
    rows: UnitRows,
    arrays: Sequence[pa.Array],
    values: pa.Array,
    run: Run,
    since: int,
) -> None:
    """Compute a few rows again without the rows that the rule says it does not use."""
    history = rule_of(feature).history_microseconds
    for begin, row in _sampled(rows, values, history, since):
        part = slice(begin, row + 1)
        again = run(
            rows.table.slice(begin, row + 1 - begin),
            rows.times[part],
            np.array([0, row + 1 - begin], np.int64),
            [array.slice(begin, row + 1 - begin) for array in arrays],
        )
        if not _close(values.slice(row, 1), again.slice(row - begin, 1), values):
            entity = {
                name: rows.table.column(name)[row].as_py()
                for name in rows.table.column_names
                if name != EVENT_TIME
            }
            moment = np.datetime_as_string(rows.times[row : row + 1].view("datetime64[us]"))[0]
            raise RuleError(
                str(feature.reference),
                f"gives {values[row].as_py()!r} for {entity} at {moment}Z, and "
                f"{again[row - begin].as_py()!r} when later rows and those older than its history "
                f"({rule_of(feature).history}) are left out: {_BROKEN_WORD}",
                without_values=_BROKEN_WORD,
            )


def _sampled(
    rows: UnitRows, values: pa.Array, history: int | None, since: int
) -> Iterator[tuple[int, int]]:
    """Yield rows to be computed again, with the first row that each may use."""
    if len(rows) == 0:
        return
    sizes = np.diff(rows.starts)
    entity = int(np.argmax(sizes))
    start, end = int(rows.starts[entity]), int(rows.starts[entity + 1])
    if history is None:
        end = min(end, start + SAMPLED_ROWS)
    candidates = np.arange(start, end)[rows.times[start:end] >= since]
    if candidates.size == 0:
        return
    valid = values.is_valid().to_numpy(zero_copy_only=False)[candidates]
    chosen = candidates[valid] if valid.any() else candidates
    for row in np.unique(chosen[np.linspace(0, chosen.size - 1, SAMPLES + 2).astype(int)[1:-1]]):
        begin = start
        if history is not None:
            oldest = rows.times[row] - history
            begin = start + int(np.searchsorted(rows.times[start:end], oldest, side="left"))
        if row - begin < SAMPLED_ROWS:
            yield begin, int(row)


def _close(one: pa.Array, other: pa.Array, values: pa.Array) -> bool:
    if equal(one, other).all():
        return True
    if not pa.types.is_floating(one.type) or one.null_count or other.null_count:
        return False
    largest = np.nanmax(np.abs(values.to_numpy(zero_copy_only=False)), initial=0.0)
    return bool(abs(one[0].as_py() - other[0].as_py()) <= TOLERANCE * largest)
