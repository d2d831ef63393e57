"""A rebuild is built beside the live tables, proven equal and put in their place."""

import pytest

from featuretrail.infrastructure.database import Database
from featuretrail.projections.plans import TABLES
from featuretrail.projections.projections import Projections
from tests.projections.rebuilding.conftest import digests, rows

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


def test_a_rebuild_equals_the_live_tables_and_takes_their_place(
    filled: Projections, pool: Database
) -> None:
    before = digests(pool)
    assert filled.dead_letters() == []
    report = filled.rebuild()
    assert report.verification is not None
    assert report.verification.differences == ()
    assert report.ok
    assert report.swapped
    assert {proof.table: proof.digest for proof in report.verification.tables} == before
    assert [p for p in report.verification.tables if not p.rows]==[]
    assert digests(pool) == before
    assert filled.status().generation == report.generation == 2
    print(report.to_dict())
