"""The plans that matter: the index is probed, and chunks out of range are left alone."""

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.retrieval.arrays import array_cursor
from featuretrail.infrastructure.retrieval.cuts import read_cuts
from featuretrail.infrastructure.retrieval.sql_way import parameters_of, statement
from featuretrail.infrastructure.retrieval.task import GroupTask
from tests.engines.database import Database as Clone
from tests.retrieval.loader import BASE, make, resolved

GROUP = FeatureGroup(
    "history",
    keys={"who": "text"},
    ttl=timedelta(days=7),
    features=[Feature("x", "float64")],
)
DAY = 86_400_000_000
WEEKS = 20

FILL = """
INSERT INTO featuretrail_values.history (who, event_time, batch, x)
SELECT 'w' || n %% 50, %(base)s + n * interval '1 minute', 1, n
FROM generate_series(0, 7 * 24 * 60 * %(weeks)s - 1) AS n
"""
RECORD = """
INSERT INTO featuretrail.batches VALUES ('history', 1, 'values', 1, now(), 1, '{x}', 201600,
  %(base)s, %(base)s + interval '7 weeks' * 20 / 7, '', gen_random_uuid())
"""


@pytest.mark.tiers("embedded", "apache")
def test_few_spine_rows_probe_the_index(database: Clone) -> None:
    plan = explained(database, [WEEKS * 7 - 1])
    assert "Seq Scan on" not in plan
    assert "Index Scan" in plan or "Index Only Scan" in plan


@pytest.mark.tiers("apache")
def test_chunks_outside_the_ttl_are_not_in_the_plan(database: Clone) -> None:
    plan = explained(database, [WEEKS * 7 - 1])
    assert 1 <= plan.count("Index Scan using") <= 3  # of 20 weeks, the last ones


def explained(clone: Clone, days: list[int]) -> str:
    """The plan of the SQL way for one spine row a given number of days after the base."""
    make(clone.url, GROUP)
    with Database(clone.url) as database, database.connection() as connection:
        facts: dict[str, Any] = {"base": BASE, "weeks": WEEKS}
        connection.execute(FILL, facts)
        connection.execute(RECORD, facts)
        connection.execute("ANALYZE featuretrail_values.history")
        cut = read_cuts(connection, ["history"], None, recorded=False)["history"]
        base = int(BASE.timestamp()) * 1_000_000
        times = np.array([base + day * DAY for day in days], np.int64)
        task = GroupTask.of(
            resolved(GROUP), cut, [pa.array(["w7"] * len(days))], times,
            row_cut=False, closed="right", only_fresh=True,
        )  # fmt: skip
        [(writers, names)] = task.columns.items()
        with array_cursor(connection) as cursor:
            cursor.execute(
                b"EXPLAIN " + statement(task, writers, names).as_bytes(connection),
                parameters_of(task, writers),
            )
            return "\n".join(row[0] for row in cursor.fetchall())
