"""Two tables brought together: which rows are the same, and which of their cells disagree."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.types as pat
from attrs import field, frozen

from featuretrail.domain.columns import one_array
from featuretrail.domain.consistency.column import ColumnPair, Mask
from featuretrail.domain.consistency.comparing import Differing, agreeing, differing
from featuretrail.domain.consistency.pairing import Ints, Pairing
from featuretrail.domain.consistency.tolerance import Tolerance
from featuretrail.domain.dtypes import UTC_TIME
from featuretrail.domain.errors import InvalidInputError, NaiveTimeError, NotFoundError

Mapper = Callable[[Callable[[str], Differing], Iterable[str]], Iterable[Differing]]

SAMPLE = 1_000
"""How many disagreeing rows of a feature are searched for patterns in the store's history."""


@frozen(eq=False)
class MeasuredTables:
    """The pairs of two tables, and for each feature its columns and what differs in them.

    ``keys`` are the expected side's key columns by name, ``found_keys`` the other's; ``time`` names
    the one among them that is a time, if there is one.
    """

    keys: Mapping[str, pa.Array] = field(repr=False)
    found_keys: Mapping[str, pa.Array] = field(repr=False)
    time: str | None
    pairing: Pairing
    columns: Mapping[str, ColumnPair]
    differing: Mapping[str, Differing]
    tolerances: Mapping[str, Tolerance]
    expected_size: int
    found_size: int

    def sample(self, feature: str, most: int = SAMPLE) -> Ints:
        """Return at most so many pairs whose values disagree in a feature, evenly chosen."""
        pairs = self.differing[feature].mismatched
        return pairs[:: max(1, -(-pairs.size // most))]

    def wrong(self, feature: str) -> bool:
        """Tell whether there are pairs whose values disagree in a feature that was compared."""
        return feature in self.differing and bool(self.differing[feature].mismatched.size)

    def disagreeing(self) -> Mask:
        """Return which pairs disagree in any feature."""
        wrong = np.zeros(self.pairing.size, np.bool_)
        for each in self.differing.values():
            for pairs in (each.mismatched, each.null_expected, each.null_found):
                wrong[pairs] = True
        return wrong

    def agree(self, expected_rows: Ints, found_rows: Ints) -> Mask:
        """Tell for given pairs of rows, by whatever keys, whether all features agree."""
        agree = np.ones(expected_rows.size, np.bool_)
        for name, column in self.columns.items():
            agree &= agreeing(column, expected_rows, found_rows, self.tolerances[name])
        return agree


def measure(
    expected: pa.Table,
    found: pa.Table,
    keys: Sequence[str],
    features: Mapping[str, str],
    tolerances: Mapping[str, Tolerance],
    *,
    time: str | None = None,
    paired: bool = False,
    mapper: Mapper = map,
) -> MeasuredTables:
    """Pair the rows of two tables by ``keys`` (and ``time``) and compare their ``features``.

    ``features`` maps the name of a feature, which is its column in ``found``, to its column in
    ``expected``. With ``paired`` the rows of both are the same already, in order. ``mapper``
    does what ``map`` does, for it in as many threads as it likes. Raises ``InvalidInputError``,
    ``NotFoundError`` or ``NaiveTimeError`` for columns that cannot be compared.
    """
    names = [*keys, *([] if time is None else [time])]
    here = {name: key_column(expected, name, "the expected rows") for name in names}
    there = here if paired else {name: key_column(found, name, "the other rows") for name in names}
    if paired:
        pairing = Pairing.side_by_side(expected.num_rows)
    else:
        pairing = Pairing.of(*_paired_keys(here, there))
    columns = {
        name: ColumnPair.of(name, expected.column(column), found.column(name))
        for name, column in features.items()
    }

    def compared(name: str) -> Differing:
        return differing(columns[name], pairing, tolerances[name])

    return MeasuredTables(
        keys=here,
        found_keys=there,
        time=time,
        pairing=pairing,
        columns=columns,
        differing=dict(zip(columns, mapper(compared, columns), strict=True)),
        tolerances=tolerances,
        expected_size=expected.num_rows,
        found_size=found.num_rows,
    )


def key_column(table: pa.Table, name: str, what: str) -> pa.Array:
    """Return a key column as text, int64 or UTC time, without NULL."""
    if name not in table.column_names:
        raise NotFoundError(f"column in {what} named", name, table.column_names)
    column = one_array(table.column(name))
    if pat.is_dictionary(column.type):
        column = column.dictionary_decode()
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
        raise InvalidInputError(
            f"key column {name!r} of {what} is NULL in {column.null_count:,} rows, the first of "
            f"them row {row}; a row without its keys is no row of anything: leave it out"
        )
    if pat.is_timestamp(column.type):
        if column.type.tz is None:
            raise NaiveTimeError(f"time column {name!r} of {what}")
        return _cast(column, UTC_TIME, name, what)
    if pat.is_integer(column.type):
        return _cast(column, pa.int64(), name, what)
    if (
        pat.is_string(column.type)
        or pat.is_large_string(column.type)
        or pat.is_string_view(column.type)
    ):
        return _cast(column, pa.string(), name, what)
    if len(column) == 0:
        return column
    raise InvalidInputError(
        f"key column {name!r} of {what} is {column.type}; keys are text, whole numbers or times"
    )


def _cast(column: pa.Array, kind: pa.DataType, name: str, what: str) -> pa.Array:
    try:
        return column.cast(kind)
    except pa.ArrowInvalid as error:
        raise InvalidInputError(
            f"key column {name!r} of {what} cannot be read as {kind}: {error}"
        ) from error


def _paired_keys(
    here: Mapping[str, pa.Array], there: Mapping[str, pa.Array]
) -> tuple[list[pa.Array], list[pa.Array]]:
    left, right = [], []
    for name, column in here.items():
        one, other = _typed(column, there[name]), _typed(there[name], column)
        if one.type != other.type:
            raise InvalidInputError(
                f"key column {name!r} is {one.type} here and {other.type} there; convert it in "
                "the source, or map another column"
            )
        left.append(_comparable(one))
        right.append(_comparable(other))
    return left, right


def _typed(column: pa.Array, other: pa.Array) -> pa.Array:
    """Return ``column``, an empty one in the other's type: no rows have no type of their own."""
    return column if len(column) else pa.array([], other.type)


def _comparable(column: pa.Array) -> pa.Array:
    return column.cast(pa.int64()) if pat.is_timestamp(column.type) else column


def times_of(column: pa.Array) -> Ints:
    """Return a time column in microseconds."""
    micros: Ints = column.cast(pa.int64()).to_numpy()
    return micros
