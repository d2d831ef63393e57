"""Both ways of retrieval give what the naive reference gives, cell for cell."""

import math
from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.retrieval.adbc_source import AdbcSource
from featuretrail.infrastructure.retrieval.historical import Closed, HistoricalReader
from featuretrail.infrastructure.retrieval.source import Wanted
from featuretrail.infrastructure.values.tables import values_table
from tests.engines.database import Database as Clone
from tests.retrieval.histories import GROUPS, History, histories, spines
from tests.retrieval.loader import Row, empty, load, make, resolved
from tests.retrieval.reference import answer

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

NAMES = {
    "pairs.x": "pairs__x", "pairs.label": "label", "pairs.later": "later",
    "published.x": "published__x", "published.flag": "flag", "published.since": "since",
}  # fmt: skip

SEGMENT = """
SELECT featuretrail.compress_hypertable(%s::regclass, %s::name[], 'event_time DESC,batch DESC')
"""


class TinyBlocks(AdbcSource):
    """Gives two rows at a time, the last ones first."""

    def blocks(self, wanted: Wanted) -> Iterator[pa.Table]:
        rows = pa.concat_tables(super().blocks(wanted))
        for start in reversed(range(0, rows.num_rows, 2)):
            yield rows.slice(start, 2)


@given(
    history=histories(),
    spine=spines(),
    cut=st.none() | st.integers(0, 8),
    row_cut=st.booleans(),
    closed=st.sampled_from(["right", "left"]),
    verbose=st.booleans(),
)
@settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_every_way_answers_as_the_reference(
    reader_of: "Readers",
    history: History,
    spine: list[Row],
    cut: int | None,
    row_cut: bool,
    closed: Closed,
    verbose: bool,
) -> None:
    reader_of.load(history)
    _check(reader_of, history, spine, cut, row_cut, closed, verbose)


@pytest.mark.tiers("community")
@given(
    history=histories(),
    spine=spines(),
    cut=st.none() | st.integers(0, 8),
    row_cut=st.booleans(),
    after=st.integers(1, 8),
    segmented=st.booleans(),
)
@settings(
    max_examples=15,
    # a busy machine stalls between draws; what is drawn is that of the test above
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_every_way_answers_the_same_from_compressed_chunks_and_late_rows(
    reader_of: "Readers",
    history: History,
    spine: list[Row],
    cut: int | None,
    row_cut: bool,
    after: int,
    segmented: bool,
) -> None:
    reader_of.load(history, compressed_after=after, segmented=segmented)
    _check(reader_of, history, spine, cut, row_cut, "right", verbose=True)


def _check(
    reader_of: "Readers",
    history: History,
    spine: list[Row],
    cut: int | None,
    row_cut: bool,
    closed: Closed,
    verbose: bool,
) -> None:
    features = [feature for group in history.groups for feature in resolved(group)]
    wanted = expected(history, spine, cut, row_cut, closed, verbose)
    for way in ("sql", "pull", "tiny"):
        table = reader_of[way].get(
            spine,
            features,
            position=cut,
            knowledge="row" if row_cut else "latest",
            closed=closed,
            status=verbose,
            event_time=verbose,
            method="sql" if way == "sql" else "pull",
        )
        assert comparable(table.to_pylist()) == comparable(wanted), way


class Readers(dict[str, HistoricalReader]):
    """A reader a way, over tables that are emptied before each history."""

    def __init__(self, database: Database) -> None:
        self._url = database.url
        make(database.url, *GROUPS)
        plain = HistoricalReader(database)
        super().__init__(
            sql=plain, pull=plain, tiny=HistoricalReader(database, TinyBlocks(database))
        )

    def load(
        self, history: History, *, compressed_after: int | None = None, segmented: bool = True
    ) -> None:
        empty(self._url, *GROUPS)
        if compressed_after is not None:
            with psycopg.connect(self._url) as connection:
                for group in GROUPS:
                    keys = list(group.keys) if segmented else []
                    connection.execute(SEGMENT, (values_table(group.name).as_string(), keys))
        load(self._url, history.batches, compressed_after=compressed_after)


@pytest.fixture
def reader_of(database: Clone, monkeypatch: pytest.MonkeyPatch) -> Iterator[Readers]:
    for name in ("BLOCK_ROWS", "BLOCK_ROWS_PER_SPINE_ROW"):
        monkeypatch.setattr(f"featuretrail.infrastructure.retrieval.pull_way.{name}", 0)
    with Database(database.url) as opened:
        readers = Readers(opened)
        yield readers
        for reader in readers.values():
            reader.close()


def expected(
    history: History, spine: list[Row], cut: int | None, row_cut: bool, closed: str, verbose: bool
) -> list[Row]:
    """What the reference answers for every row of the spine."""
    rows: list[Row] = []
    for row in spine:
        out = dict(row)
        for group in history.groups:
            for feature in resolved(group):
                value, status, event_time = answer(
                    history.of(group, cut), feature, row, row["event_time"],
                    row_cut=row_cut, closed=closed,
                )  # fmt: skip
                name = NAMES[feature.reference.path]
                out[name] = value
                if verbose:
                    out |= {f"{name}__status": status, f"{name}__event_time": event_time}
        rows.append(out)
    return rows


def comparable(rows: list[Row]) -> list[list[tuple[str, Any]]]:
    """Rows whose equality tells NaN, signs of zero and orders of columns apart."""
    return [[(name, _cell(value)) for name, value in row.items()] for row in rows]


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else (value, math.copysign(1, value))
    return value
