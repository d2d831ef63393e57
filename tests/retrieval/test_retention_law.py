"""After a removal an answer is what it was before, or it is refused: never another one."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from featuretrail.domain.aggregates.group import GroupAggregate, decide_define
from featuretrail.domain.errors import RetentionError
from featuretrail.domain.events import Metadata
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.retrieval.historical import Closed, HistoricalReader
from tests.engines.database import Database as Clone
from tests.retrieval.histories import GROUPS, History, histories, spines
from tests.retrieval.loader import Row, at, empty, load, make, resolved
from tests.retrieval.test_law import comparable, expected

pytestmark = pytest.mark.tiers("embedded", "apache")

HORIZON = """CREATE OR REPLACE FUNCTION featuretrail.retention_horizon(
  keep interval, schema_name text, table_name text)
RETURNS timestamptz LANGUAGE sql AS $$SELECT '{}'::timestamptz$$"""
REMOVE = "SELECT rows FROM featuretrail.remove_values(%s, 'anna', NULL, false)"


class Retaining:
    """A store whose horizons a test chooses."""

    def __init__(self, url: str, reader: HistoricalReader) -> None:
        self._url = url
        self.reader = reader

    def begin(self, history: History) -> None:
        """Hold a history and no other."""
        empty(self._url, *GROUPS)
        load(self._url, history.batches)
        with psycopg.connect(self._url) as connection:
            connection.execute("DELETE FROM featuretrail.value_removals")

    def remove(self, seconds: int) -> int:
        """Remove what is past so many seconds after the base; return how many rows went."""
        with psycopg.connect(self._url) as connection:
            connection.execute(HORIZON.format(at(seconds).isoformat()).encode())
            found = [connection.execute(REMOVE, [group.name]).fetchall() for group in GROUPS]
        return sum(rows for each in found for (rows,) in each)


@pytest.fixture
def retaining(database: Clone) -> Iterator[Retaining]:
    with Database(database.url) as opened:
        make(database.url, *GROUPS)
        for group in GROUPS:
            kept = evolve(group, retention=timedelta(days=30))
            state = GroupAggregate.initial(group.name)
            EventLog(opened).append(*decide_define(state, kept, Metadata()))
        reader = HistoricalReader(opened)
        yield Retaining(database.url, reader)
        reader.close()


@given(
    history=histories(),
    spine=spines(),
    horizons=st.lists(st.integers(2, 6), min_size=1, max_size=2),
    late=st.integers(0, 6),
    cut=st.none() | st.none() | st.integers(0, 8),
    row_cut=st.booleans(),
    closed=st.sampled_from(["right", "left"]),
    verbose=st.booleans(),
)
@settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking on servers takes too long
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
def test_an_answer_after_a_removal_is_the_old_one_or_none(
    retaining: Retaining,
    history: History,
    spine: list[Row],
    horizons: list[int],
    late: int,
    cut: int | None,
    row_cut: bool,
    closed: Closed,
    verbose: bool,
) -> None:
    retaining.begin(history)
    removed = sum(retaining.remove(each) for each in sorted(horizons))
    asked = [row for row in spine if row["event_time"] >= at(late)]
    assume(asked)
    features = [feature for group in history.groups for feature in resolved(group)]
    wanted = expected(history, asked, cut, row_cut, closed, verbose)
    refused = False
    for way in ("sql", "pull"):
        try:
            table = retaining.reader.get(
                asked,
                features,
                position=cut,
                knowledge="row" if row_cut else "latest",
                closed=closed,
                status=verbose,
                event_time=verbose,
                method=way,
            )
        except RetentionError:
            refused = True
        else:
            assert comparable(table.to_pylist()) == comparable(wanted), way

    event(f"removed {removed > 0}, refused {refused}")
    if removed == 0 or (late >= max(horizons) and cut is None and not row_cut):
        assert not refused
