"""Erasing a person: gone from every place, and told apart from tampering for ever."""

import json

import pyarrow.compute as pc
import pytest

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.events import SnapshotErased, ValuesErased, stream_id
from tests.engines.database import Database
from tests.erasing.people import DAY, PEOPLE, START, fill, spine, visits

pytestmark = pytest.mark.tiers("embedded", "apache", "community")

BEN = {"person": ["ben", "ben"], "shop": [1, 2]}


def everything(database: Database) -> str:
    """Return what the database holds, but for the log and the read side, as text."""
    tables = [
        "featuretrail_values.people",
        "featuretrail_online.people",
        "featuretrail_retracted.people",
        "featuretrail.served",
        "featuretrail.outcomes",
        "featuretrail.parked_messages",
    ]
    with database.connect() as connection:
        return "\n".join(
            str(connection.execute(f"SELECT * FROM {table}").fetchall()) for table in tables
        )


def test_a_person_is_gone_from_every_place_and_the_rest_is_proven(
    database: Database, store: ft.TimescaleDBFeatureStore
) -> None:
    fill(store)
    before = store.get_feature_snapshot("training@1.0.0").to_arrow()
    assert store.verify_snapshot("training@1.0.0").proven
    assert "ben" in everything(database)

    planned = store.erase("people", BEN, "request 4711", dry_run=True)
    head = store.position
    done = store.erase("people", BEN, "request 4711")

    assert "ben" not in everything(database)
    assert (planned.values, planned.position, planned.dry_run) == (done.values, None, True)
    assert (done.entities, done.unknown, done.values, done.retractions) == (2, 0, 16, 1)
    assert (done.served, done.outcomes, done.batches) == (1, 6, 3)
    assert done.position == store.position == head + 2
    [lost] = done.snapshots
    assert (lost.snapshot_id, lost.erased, lost.rows) == ("training@1.0.0", 6, 12)

    kept = before.filter(pc.not_equal(before["person"], "ben"))
    snapshot = store.get_feature_snapshot("training@1.0.0")
    assert snapshot.to_arrow().equals(kept)
    assert snapshot.manifest["erasures"][0]["erased"] == 6
    proof = store.verify_snapshot("training@1.0.0")
    assert (proof.ok, proof.proven, proof.left_ok, proof.faults) == (False, False, True, ())
    assert proof.rederived_ok is True
    assert proof.erased is not None
    assert "by anna" in proof.erased
    report = store.audit.verify()
    assert report.faults == ()
    assert report.ok
    store.projections.catch_up()
    assert store.audit.verify().ok
    asked = store.get_historical_features(spine(3, ["ben"]), ["people.spent"], status=True)
    assert set(asked["spent__status"].to_pylist()) == {"missing"}
    old = store.get_historical_features(spine(3, ["ben"]), ["people.spent"], known_at=head)
    assert old["spent"].null_count == 6


def test_the_log_says_what_went_and_not_whose_it_was(store: ft.TimescaleDBFeatureStore) -> None:
    fill(store)
    done = store.erase("people", BEN, "request 4711", actor="dpo")

    [recorded] = store._log.history(stream_id("erasure", "people"))
    event = recorded.event
    assert isinstance(event, ValuesErased)
    assert (event.metadata.actor, event.metadata.reason) == ("dpo", "request 4711")
    assert len(event.entities) == 2
    assert b"ben" not in recorded.state
    [taken] = [r.event for r in store._log.read() if isinstance(r.event, SnapshotErased)]
    assert taken.rows == 12
    [entry] = store.audit.history("erasure people")
    assert (entry.position, entry.subject) == (done.position, "erasure people")
    assert "snapshot training@1.0.0" in [each.subject for each in store.audit.log()]
    retracted = [r.position for r in store._log.read() if b"ben" in r.state]
    assert list(done.in_log) == retracted  # what cannot be erased is told


def test_a_second_call_deletes_nothing_more_and_says_so(store: ft.TimescaleDBFeatureStore) -> None:
    fill(store)
    first = store.erase("people", BEN, "request 4711")
    again = store.erase("people", BEN, "request 4711")
    stranger = store.erase("people", {"person": "zoe", "shop": 9}, "request 4712")

    assert (again.found, again.position, again.unknown) == (False, None, 2)
    assert again.erased_before == (first.position,)
    assert (stranger.found, stranger.unknown, stranger.erased_before) == (False, 1, ())
    assert store.position == first.position
    json.dumps(again.to_dict())
    assert "<table>" in first._repr_html_()


def test_a_returning_person_is_welcome_and_can_be_erased_again(
    database: Database, store: ft.TimescaleDBFeatureStore
) -> None:
    fill(store)
    store.erase("people", BEN, "request 4711")
    store.ingest("people", visits(1, ["ben", "ada"], START + 20 * DAY), partial=True)
    assert store.get_online_features(["people.spent"], {"person": ["ben"], "shop": [1]})[
        "spent"
    ].to_pylist() != [None]
    store.served.flush()

    again = store.erase("people", {"person": "ben", "shop": 1}, "request 4713")
    last = store.erase("people", {"person": "ada", "shop": 1}, "request 4714")

    assert (again.values, last.values) == (1, 9)
    assert len(again.erased_before) == 1
    assert store.audit.verify().faults == ()
    assert store.verify_snapshot("training@1.0.0").left_ok
    assert "2025" in everything(database)


@pytest.mark.parametrize("reason", ["", "  ", "ben asked us to", None])
def test_a_reason_is_needed_that_does_not_name_the_person(
    store: ft.TimescaleDBFeatureStore, reason: str
) -> None:
    store.register(PEOPLE)
    with pytest.raises(InvalidInputError, match="reason"):
        store.erase("people", BEN, reason)
