"""The probable causes of what disagrees in one feature, and in a table as a whole."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from attrs import evolve

from featuretrail.domain.consistency.candidates import Candidate, best_candidate, neighbours
from featuretrail.domain.consistency.cause import EXPLAINS, LEAST, Cause
from featuretrail.domain.consistency.column import ColumnPair, zero
from featuretrail.domain.consistency.comparing import Differing
from featuretrail.domain.consistency.evidence import fits
from featuretrail.domain.consistency.factors import formula
from featuretrail.domain.consistency.measured import MeasuredTables, times_of
from featuretrail.domain.consistency.moving import FURTHEST, QUARTER, TimedRows, time_shift
from featuretrail.domain.consistency.pairing import Ints
from featuretrail.domain.consistency.rounding import rounding, whole_rounding
from featuretrail.domain.entities import EntityCodes

MOST = 0.5
"""The share of compared rows that disagree in a systematic disagreement."""

FORMULA_SAMPLE = 10_000
"""How many disagreeing rows are tried against formulas."""


def shift_of(tables: MeasuredTables) -> Cause | None:
    """Return the shift of time that explains the wrong rows of two tables, if one does."""
    if tables.time is None:
        return None
    pairing = tables.pairing
    wrong_pairs = np.flatnonzero(tables.disagreeing())
    wrong = np.sort(np.concatenate([pairing.missing, pairing.expected_of(wrong_pairs)]))
    if wrong.size < LEAST:
        return None
    settled = np.zeros(tables.found_size, np.bool_)
    settled[pairing.found_of(np.arange(pairing.size))] = True
    settled[pairing.found_of(wrong_pairs)] = False
    entity = [name for name in tables.keys if name != tables.time]
    if not entity:
        return None
    rows = TimedRows.of(
        [tables.keys[name] for name in entity],
        times_of(tables.keys[tables.time]),
        [tables.found_keys[name] for name in entity],
        times_of(tables.found_keys[tables.time]),
    )
    return time_shift(rows, wrong, settled, tables.agree)


def key_causes(tables: MeasuredTables) -> tuple[Cause, ...]:
    """Return what is to be said of keys: those missing, extra or repeated."""
    pairing = tables.pairing
    said = (
        ("missing keys", pairing.missing.size, f"of {tables.expected_size:,} keys are not there"),
        (
            "extra keys",
            pairing.extra.size,
            f"of {tables.found_size:,} rows there are of no key here",
        ),
        ("duplicate keys", pairing.found_duplicates, "rows there repeat a key; the first counts"),
    )
    return tuple(Cause(name, rows, f"{rows:,} {told}") for name, rows, told in said if rows)


def causes_of(
    tables: MeasuredTables,
    feature: str,
    candidates: Sequence[Candidate] = (),
    shift: Cause | None = None,
) -> tuple[Cause, ...]:
    """Return the probable causes of a feature's disagreements, the one with most rows first.

    ``candidates`` hold the values of ``tables.sample(feature)`` that other causes would have put.
    """
    column, found = tables.columns[feature], tables.differing[feature]
    causes = [*_null_causes(tables, column, found)]
    if found.mismatched.size:
        causes += _value_causes(tables, feature, candidates, shift)
    return tuple(sorted(causes, key=lambda cause: -cause.rows))


def _null_causes(tables: MeasuredTables, column: ColumnPair, found: Differing) -> list[Cause]:
    pairing = tables.pairing
    others = (
        (found.null_expected, column.found, pairing.found_of(found.null_expected), "expected"),
        (found.null_found, column.expected, pairing.expected_of(found.null_found), "found"),
    )
    causes = []
    for pairs, other, rows, side in others:
        if not pairs.size:
            continue
        zeros = int(zero(column.kind, other, rows).sum())
        nan = int(np.isnan(other.numbers[rows]).sum()) if column.kind == "number" else 0
        against = (
            "0"
            if zeros >= EXPLAINS * pairs.size
            else "NaN"
            if nan >= EXPLAINS * pairs.size
            else None
        )
        told = f"{pairs.size:,} {side} values are NULL where the other side has "
        rest = {"0": f"0, false or no text {zeros:,} times", "NaN": f"NaN {nan:,} times"}
        causes.append(
            Cause(
                f"NULL against {against or 'a value'}",
                int(pairs.size),
                told + (rest[against] if against else "a value"),
            )
        )
    return causes


def _value_causes(
    tables: MeasuredTables, feature: str, candidates: Sequence[Candidate], shift: Cause | None
) -> list[Cause]:
    column, found = tables.columns[feature], tables.differing[feature]
    count = int(found.mismatched.size)
    sample = tables.sample(feature)
    values = column.found.array.take(pa.array(tables.pairing.found_of(sample)))
    tolerance = tables.tolerances[feature]
    moved = [] if shift is None else [evolve(shift, rows=count)]
    near = best_candidate(values, _neighbouring(tables, feature, sample), tolerance)
    if moved and (tables.pairing.missing.size or tables.pairing.extra.size or near is None):
        return moved
    named = (
        near
        or best_candidate(values, candidates, tolerance)
        or _formula(column, tables)
        or _not_finite(column, tables)
    )
    share = count / tables.pairing.size
    if named is None:
        told = f"{count:,} of {tables.pairing.size:,} values ({share:.2%}) differ, and no one "
        return [Cause("altered values", count, told + f"pattern holds for {EXPLAINS:.0%} of them")]
    rows = round(count * named.share)
    rest = count - rows
    others = Cause("altered values", rest, f"{rest:,} more values differ otherwise")
    return [evolve(named, rows=rows), *moved, *([others] if rest else [])]


def _formula(column: ColumnPair, tables: MeasuredTables) -> Cause | None:
    pairs = tables.sample(column.name, FORMULA_SAMPLE)
    x = column.expected.numbers[tables.pairing.expected_of(pairs)]
    y = column.found.numbers[tables.pairing.found_of(pairs)]
    if x.size < LEAST or column.kind not in ("number", "integer", "time"):
        return None
    if column.kind == "time":
        return _moved_times(x, y)
    rounded = whole_rounding(x, y) if column.kind == "integer" else rounding(x, y)
    systematic = tables.differing[column.name].mismatched.size >= MOST * tables.pairing.size
    with np.errstate(over="ignore"):
        return rounded or formula(x, y, systematic=systematic)


def _moved_times(x: Ints, y: Ints) -> Cause | None:
    offset = int(np.median(y - x))
    if offset % QUARTER or abs(offset) > FURTHEST * QUARTER:
        return None
    moved, shown = fits(lambda a, b: b - a == offset, x, y)
    rows = int(moved.sum())
    if not shown or rows < EXPLAINS * x.size:
        return None
    hours = offset / (4 * QUARTER)
    told = f"{rows:,} of {x.size:,} times are {hours:+g} hours off"
    return Cause("time-zone shift", rows, told, rows / x.size)


def _not_finite(column: ColumnPair, tables: MeasuredTables) -> Cause | None:
    """Return that one side has NaN, or infinities, where the other has numbers."""
    if column.kind != "number":
        return None
    pairs = tables.sample(column.name, FORMULA_SAMPLE)
    x = column.expected.numbers[tables.pairing.expected_of(pairs)]
    y = column.found.numbers[tables.pairing.found_of(pairs)]
    for one, other, side in ((x, y, "expected"), (y, x, "found")):
        for name, odd in (("NaN", np.isnan(one)), ("infinity", np.isinf(one))):
            rows = int((odd & np.isfinite(other)).sum())
            if rows >= max(LEAST, EXPLAINS * x.size):
                told = f"{rows:,} of {x.size:,} {side} values are {name} where the other side has a"
                return Cause(f"{name} against a value", rows, f"{told} number", rows / x.size)
    return None


def _neighbouring(tables: MeasuredTables, feature: str, pairs: Ints) -> list[Candidate]:
    """Return what the rows before and after hold: what a late or an early writer would have."""
    entity = [column for name, column in tables.keys.items() if name != tables.time]
    if tables.time is None or not entity:
        return []
    codes = EntityCodes.of(entity).codes
    before, after = neighbours(codes, times_of(tables.keys[tables.time]))
    rows = tables.pairing.expected_of(pairs)
    told = {
        "write lag": (before[rows], "those of the row before, of the same keys"),
        "later value": (after[rows], "those of the row after, of the same keys"),
    }
    values = tables.columns[feature].expected.array
    return [
        Candidate(name, words, values.take(pa.array(np.maximum(at, 0))), at >= 0)
        for name, (at, words) in told.items()
    ]


def explained(
    tables: MeasuredTables, candidates: Mapping[str, Sequence[Candidate]], shift: Cause | None
) -> Mapping[str, tuple[Cause, ...]]:
    """Return the probable causes of every feature."""
    return {
        name: causes_of(tables, name, candidates.get(name, ()), shift) for name in tables.columns
    }
