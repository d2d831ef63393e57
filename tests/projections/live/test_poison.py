"""Events that cannot be taken in: tried again, parked with their error, or a reason to stop."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest

from featuretrail.domain.errors import ProjectionError
from featuretrail.domain.events import DriftAcknowledged, MetadataRecorded
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.log.decoding import encode
from featuretrail.projections.folding import ATTEMPTS
from featuretrail.projections.live import claim_live
from featuretrail.projections.projections import Projections
from featuretrail.projections.projector import Policy, Projector
from featuretrail.projections.read_model import Change, Place, ReadModel
from featuretrail.projections.read_models.metadata import FEATURE_METADATA
from tests.domain.examples import snapshot_created
from tests.projections.live.conftest import Rows
from tests.projections.live.events import append_raw, incident, recorded
from tests.projections.live.refusals import KEY, refusing

pytestmark = pytest.mark.tiers("embedded", "apache", "community")


TOPIC = MetadataRecorded.TOPIC
NEWER = encode(recorded()).replace(b'"class_version":1', b'"class_version":2')
UNNAMED = snapshot_created("delay", "1.0.0").model_copy(update={"features": [{}]})
VAST = snapshot_created("delay", "1.1.0").model_copy(update={"rows": 2**70})
LONG = "".join(chr(0x4E00 + place) for place in range(9_000))

Sort = tuple[Callable[[EventLog], int], str]

SORTS: dict[str, Sort] = {
    "bytes that are no JSON": (
        lambda log: append_raw(log, TOPIC, b'{"class_version":1,"\xff'),
        "ChainBrokenError: .*cannot be read",
    ),
    "JSON that is no object": (
        lambda log: append_raw(log, TOPIC, b"[1]"),
        "ChainBrokenError: .*cannot be read",
    ),
    "fields that are missing": (
        lambda log: append_raw(log, TOPIC, b'{"class_version":1,"metadata_key":"purpose"}'),
        "ChainBrokenError: .*Field required",
    ),
    "an unknown topic": (
        lambda log: append_raw(log, "featuretrail.weather.forecast", b'{"class_version":1}'),
        "NotFoundError: .*featuretrail.weather.forecast",
    ),
    "a newer class version": (
        lambda log: append_raw(log, TOPIC, NEWER),
        "SchemaError: .*class version 2, this library knows 1",
    ),
    "a handler that fails": (
        lambda log: log.append(UNNAMED).last_position,
        "KeyError: 'reference'",
    ),
    "a CHECK that fails": (
        lambda log: log.append(recorded(metadata_key=KEY)).last_position,
        "CheckViolation: .*only_in_this_test",
    ),
    "an integer too large": (
        lambda log: log.append(VAST).last_position,
        "(NumericValueOutOfRange|OverflowError|DataError): ",
    ),
    "a text too large for its index": (
        lambda log: log.append(recorded(feature_name=LONG)).last_position,
        "ProgramLimitExceeded: index row",
    ),
    "a row that is missing": (
        lambda log: log.append(DriftAcknowledged.in_stream(uuid4(), 1)).last_position,
        "MissingRowError: 1 rows of feature_drift_detection .* 0 exist",
    ),
}


def poison(log: EventLog, sort: str) -> int:
    """Append an event that cannot be taken in; return its position."""
    append, _ = SORTS[sort]
    return append(log)


@pytest.mark.tiers("embedded", "apache")
@pytest.mark.parametrize("sort", SORTS)
def test_an_event_that_cannot_be_taken_in_is_parked_and_the_rest_goes_on(
    pool: Database, log: EventLog, side: Projections, rows: Rows, sort: str
) -> None:
    with refusing(pool):
        log.append(recorded(), recorded())
        position = poison(log, sort)
        log.append(recorded(), *incident(uuid4()))

        assert side.catch_up() == position + 5

    [letter] = side.dead_letters()
    assert (letter.position, letter.waits_for) == (position, None)
    assert letter.attempts == ATTEMPTS
    assert re.match(SORTS[sort][1], letter.error, re.DOTALL), letter.error
    assert [place for (place,) in rows("feature_metadata", "position")] == [1, 2, position + 1]
    assert rows("feature_drift_detection", "action_taken") == [("sensor replaced",)]
    status = side.status()
    assert (status.dead_letters, status.first_dead_letter) == (1, letter)
    assert status.summary()["dead_letters"] == 1


def test_every_sort_of_poison_in_one_page_is_found(
    pool: Database, log: EventLog, side: Projections, rows: Rows
) -> None:
    good, bad = [], []
    with refusing(pool):
        for sort in SORTS:
            good.append(log.append(recorded()).last_position)
            bad.append(poison(log, sort))
        good.append(log.append(recorded()).last_position)

        side.catch_up()

    assert [letter.position for letter in side.dead_letters()] == bad
    assert [place for (place,) in rows("feature_metadata", "position")] == good


def test_later_events_of_the_stream_wait_behind_it_and_other_streams_do_not(
    pool: Database, log: EventLog, side: Projections, rows: Rows
) -> None:
    parked, free = uuid4(), uuid4()
    with refusing(pool):
        log.append(recorded(parked, metadata_key=KEY), recorded(free), recorded(parked, 2))
        side.catch_up()
        log.append(recorded(parked, 3), recorded(free, 2))  # in another page too
        side.catch_up()

    found = [(each.position, each.waits_for, each.attempts) for each in side.dead_letters()]
    assert found == [(1, None, ATTEMPTS), (3, 1, 0), (4, 1, 0)]
    assert "waits behind event 1 of its stream" in side.dead_letters()[1].error
    assert rows("feature_metadata", "id", "version") == [(free, 2)]


def test_what_was_wrong_only_for_a_moment_is_taken_in(
    pool: Database, log: EventLog, projector: Projector, rows: Rows
) -> None:
    failures = [MemoryError("short of memory"), MemoryError("still short")]
    model = ReadModel(FEATURE_METADATA.table, FEATURE_METADATA.time)
    real = FEATURE_METADATA.handlers[MetadataRecorded]

    @model.on(MetadataRecorded)
    def handled(event: MetadataRecorded, at: Place) -> list[Change]:
        if at.position == 2 and failures:
            raise failures.pop()
        return list(real(event, at))

    log.append(recorded(), recorded(), recorded())
    Projector(pool, projector.connection, projector.generation, models=[model]).advance(3)

    assert failures == []
    assert len(rows("feature_metadata", "id")) == 3
    assert projector.refresh().parked == {}


@pytest.mark.tiers("embedded")
@pytest.mark.parametrize("wrong", [{}, {"metadata_key": 7}, {"created_at": "noon"}], ids=str)
def test_a_row_that_cannot_be_packed_is_parked_and_the_rest_goes_on(
    pool: Database, log: EventLog, projector: Projector, rows: Rows, wrong: dict[str, object]
) -> None:
    model = ReadModel(FEATURE_METADATA.table, FEATURE_METADATA.time)
    real = FEATURE_METADATA.handlers[MetadataRecorded]

    @model.on(MetadataRecorded)
    def handled(event: MetadataRecorded, at: Place) -> list[Change]:
        [row] = real(event, at)
        assert isinstance(row, dict)
        if at.position == 2:
            return [row | wrong if wrong else {"id": row["id"]}]
        return [row]

    log.append(recorded(), recorded(), recorded())
    Projector(pool, projector.connection, projector.generation, models=[model]).advance(3)

    assert [place for (place,) in rows("feature_metadata", "position")] == [1, 3]
    assert list(projector.refresh().parked.values()) == [2]


def test_text_with_nul_is_stored_with_a_replacement(
    log: EventLog, side: Projections, rows: Rows
) -> None:
    log.append(recorded(metadata_key="a\0b", metadata_value={"k\0": ["\0", r"\u0000"]}))
    side.catch_up()

    assert side.dead_letters() == []
    assert rows("feature_metadata", "metadata_key", "metadata_value") == [
        ("a\ufffdb", {"k\ufffd": ["\ufffd", r"\u0000"]})
    ]


@pytest.mark.tiers("embedded")
@pytest.mark.parametrize("sort", SORTS)
def test_with_the_policy_to_stop_everything_before_such_an_event_is_taken_in_and_nothing_after(
    pool: Database, log: EventLog, rows: Rows, sort: str
) -> None:
    stopping = Projections(pool, log, policy="stop")
    with refusing(pool):
        log.append(recorded(), recorded())
        position = poison(log, sort)
        log.append(recorded())

        for _ in range(2):  # it stays there
            with pytest.raises(ProjectionError) as raised:
                stopping.catch_up()

    assert raised.value.position == position
    assert stopping.status().position == position - 1
    assert stopping.dead_letters() == []
    assert len(rows("feature_metadata", "id")) == 2
    assert "FEATURETRAIL_PROJECTION_ERRORS=park" in str(raised.value)


@pytest.mark.parametrize("policy", ["park", "stop"])
def test_an_event_that_the_database_refuses_before_one_that_is_unreadable_is_named_first(
    pool: Database, log: EventLog, rows: Rows, policy: Policy
) -> None:
    """The projector stopped with the database's bare error, and took nothing in."""
    with refusing(pool):
        log.append(recorded())
        refused = poison(log, "a CHECK that fails")
        unreadable = poison(log, "an unknown topic")
        claimed = claim_live(pool, policy)
        assert claimed is not None
        with claimed:
            if policy == "stop":
                with pytest.raises(ProjectionError) as raised:
                    claimed.advance(unreadable)
                assert raised.value.position == refused
                assert claimed.refresh().position == refused - 1
            else:
                claimed.advance(unreadable)
                assert sorted(claimed.refresh().parked.values()) == [refused, unreadable]

    assert [place for (place,) in rows("feature_metadata", "position")] == [1]
