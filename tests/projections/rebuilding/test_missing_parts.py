"""What somebody dropped or altered behind the read side's back is named, with what to do."""

import re
from datetime import timedelta

import pytest

from featuretrail.domain.errors import IntegrityError, InvalidInputError, SchemaError
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.migrations import migrations
from featuretrail.projections.projections import Projections
from tests.projections.rebuilding.conftest import digests, rows

pytestmark = pytest.mark.tiers("embedded")


def run_again(pool: Database, advice: str) -> list[str]:
    """Run the migrations that a message names; return their names."""
    named = re.findall(r"sql/migrations/(\w+)\.sql", advice)
    for migration in migrations():
        if migration.name in named:
            rows(pool, migration.text)
    return named


@pytest.mark.tiers("embedded", "apache", "community")
def test_a_dropped_table_is_made_again_as_the_error_says(
    filled: Projections, pool: Database
) -> None:
    before = digests(pool)
    rows(pool, "DROP TABLE featuretrail.feature_consistency_checks CASCADE")
    with pytest.raises(SchemaError, match="checks of the read side is missing") as table:
        filled.verify()

    run_again(pool, str(table.value))
    with pytest.raises(SchemaError, match="summary of the read side is missing") as view:
        filled.rebuild(into="copied")
    run_again(pool, str(view.value))
    report = filled.rebuild(accept_differences=True)

    assert report.swapped
    assert digests(pool) == before
    assert filled.verify().ok
    assert filled.rebuild(into="copied").ok


def test_all_that_is_missing_is_named_at_once(filled: Projections, pool: Database) -> None:
    rows(pool, "DROP TABLE featuretrail.feature_lineage")
    rows(pool, "DROP TABLE featuretrail.feature_documentation")

    with pytest.raises(SchemaError) as raised:
        filled.rebuild()

    assert str(raised.value).startswith(
        "featuretrail.feature_lineage and featuretrail.feature_documentation of the read side are "
        "missing: run the statements of "
    )
    assert run_again(pool, str(raised.value)) == [
        "0061_feature_lineage",
        "0064_feature_documentation",
    ]


def test_a_projector_names_the_table_that_is_missing(side: Projections, pool: Database) -> None:
    rows(pool, "DROP TABLE featuretrail.feature_lineage")

    with pytest.raises(SchemaError, match="0061_feature_lineage"):
        side.run()


def test_a_generation_whose_schema_somebody_dropped_is_pruned_all_the_same(
    filled: Projections, pool: Database
) -> None:
    filled.rebuild()
    rows(pool, "DROP SCHEMA featuretrail_g2 CASCADE")

    assert [each.generation for each in filled.prune(timedelta(0))] == [1]
    assert [each.generation for each in filled.status().generations] == [2]


def test_live_tables_that_claim_more_than_the_log_has_are_no_proof(
    filled: Projections, pool: Database, log: EventLog
) -> None:
    head = log.head().position
    before = digests(pool)
    rows(pool, "UPDATE featuretrail.generations SET position = 99999")

    for ask in (filled.verify, filled.rebuild, filled.catch_up):
        with pytest.raises(IntegrityError, match=f"up to 99999, but the log ends at {head}"):
            ask()

    rows(pool, f"UPDATE featuretrail.generations SET position = {head} WHERE state = 'live'")
    assert filled.rebuild(accept_differences=True).ok
    assert digests(pool) == before


def test_a_log_without_its_head_is_told_so(filled: Projections, pool: Database) -> None:
    rows(pool, "ALTER TABLE featuretrail.log_head DISABLE TRIGGER USER")
    rows(pool, "DELETE FROM featuretrail.log_head")

    for ask in (filled.status, filled.verify, lambda: filled.rebuild(until=1), filled.catch_up):
        with pytest.raises(SchemaError, match="the head of the log"):
            ask()


@pytest.mark.parametrize("limit", [-1, "x", 2.5, True])
def test_a_limit_of_dead_letters_is_a_count(side: Projections, limit: object) -> None:
    with pytest.raises(InvalidInputError, match="limit is"):
        side.dead_letters(limit)  # type: ignore[arg-type]
