"""From events to changes, without a database: whole or not at all, retried, in a stream's order."""

from datetime import UTC, datetime
from uuid import UUID

from featuretrail.domain.events import (
    DriftAcknowledged,
    DriftDetected,
    DriftResolved,
    Event,
    GroupDefined,
    Metadata,
)
from featuretrail.infrastructure.log.decoding import encode
from featuretrail.infrastructure.log.records import RecordedEvent
from featuretrail.projections.folding import ATTEMPTS, Folding
from featuretrail.projections.read_model import Change, Place, ReadModel, Revision
from featuretrail.projections.read_models import READ_MODELS

STREAM = UUID("c0ffee00-0000-4000-8000-000000000001")
OTHER = UUID("c0ffee00-0000-4000-8000-000000000002")
MOMENT = datetime(2025, 7, 1, tzinfo=UTC)
DRIFT = "feature_drift_detection"


def recorded(position: int, event: Event) -> RecordedEvent:
    return RecordedEvent(
        position, MOMENT, event.TOPIC, event.originator_id, event.originator_version,
        encode(event), b"",
    )  # fmt: skip


def detected(version: int = 1, stream: UUID = STREAM) -> DriftDetected:
    return DriftDetected.in_stream(
        stream, version, feature_name="weather.temp", version=None, drift_type="concept",
        drift_score=1.0, threshold_value=0.5, severity="low", details={},
    )  # fmt: skip


def resolved(version: int = 2, stream: UUID = STREAM) -> DriftResolved:
    return DriftResolved.in_stream(stream, version, action_taken="none")


def test_a_revision_of_a_row_of_the_same_page_is_part_of_the_row() -> None:
    folded = Folding(READ_MODELS).fold([recorded(7, detected()), recorded(9, resolved())], {})
    changes = folded.changes[DRIFT]
    assert (folded.parked, changes.revised) == ([], {})
    row = changes.inserted[STREAM]
    assert (row["position"], row["last_position"]) == (7, 9)
    assert (row["resolved_at"], row["action_taken"]) == (MOMENT, "none")


def test_revisions_of_a_row_of_an_earlier_page_are_one_the_last_one_wins() -> None:
    noticed = DriftAcknowledged.in_stream(STREAM, 2, metadata=Metadata(actor="ben"))
    folded = Folding(READ_MODELS).fold([recorded(8, noticed), recorded(9, resolved(3))], {})
    assert folded.changes[DRIFT].revised == {
        STREAM: {
            "acknowledged_at": MOMENT,
            "acknowledged_by": "ben",
            "resolved_at": MOMENT,
            "action_taken": "none",
            "last_position": 9,
        }
    }


def test_a_row_made_twice_is_parked_and_its_stream_waits_while_others_go_on() -> None:
    events = [
        recorded(1, detected()),
        recorded(2, detected(2)),
        recorded(3, resolved(3)),
        recorded(4, detected(1, OTHER)),
    ]
    folded = Folding(READ_MODELS).fold(events, {})
    again, waiting = folded.parked
    assert (again.position, again.attempts, again.waits_for) == (2, ATTEMPTS, None)
    assert again.error == f"DuplicateRowError: {DRIFT} has a row {STREAM} already"
    assert (waiting.position, waiting.attempts, waiting.waits_for) == (3, 0, 2)
    assert set(folded.changes[DRIFT].inserted) == {STREAM, OTHER}
    assert folded.changes[DRIFT].inserted[STREAM]["resolved_at"] is None


def test_a_stream_that_is_parked_already_waits_behind_its_first_dead_letter() -> None:
    folded = Folding(READ_MODELS).fold([recorded(9, resolved())], {STREAM: 4})
    [letter] = folded.parked
    assert (letter.waits_for, letter.error) == (4, "waits behind event 4 of its stream")
    assert folded.changes[DRIFT].revised == {}


def test_a_handler_that_fails_once_is_tried_again() -> None:
    tried: list[int] = []
    model = ReadModel("once", time="at")

    @model.on(DriftResolved)
    def unlucky(event: DriftResolved, at: Place) -> list[Change]:
        tried.append(at.position)
        if len(tried) == 1:
            raise MemoryError("just now")
        return [Revision(event.originator_id, {"at": at.recorded_at})]

    folded = Folding([model]).fold([recorded(5, resolved())], {})
    assert (tried, folded.parked) == ([5, 5], [])
    assert folded.changes["once"].revised[STREAM]["last_position"] == 5


def test_an_event_that_one_table_refuses_changes_no_table() -> None:
    good, bad = ReadModel("good", time="at"), ReadModel("bad", time="at")
    tried: list[int] = []

    @good.on(DriftResolved)
    def fine(event: DriftResolved, at: Place) -> list[Change]:
        return [{"id": event.originator_id, "at": at.recorded_at}]

    @bad.on(DriftResolved)
    def broken(event: DriftResolved, at: Place) -> list[Change]:
        tried.append(at.position)
        raise ValueError(f"no place for {event.action_taken}\0")

    folded = Folding([good, bad]).fold([recorded(5, resolved())], {})
    [letter] = folded.parked
    assert (letter.error, letter.attempts) == ("ValueError: no place for none\ufffd", ATTEMPTS)
    assert len(tried) == ATTEMPTS
    assert folded.changes["good"].inserted == {}


def test_a_topic_that_nobody_knows_is_parked_and_never_ignored() -> None:
    foreign = RecordedEvent(3, MOMENT, "elsewhere.happened", STREAM, 1, b"{}", b"")
    folding = Folding(READ_MODELS)
    [letter] = folding.fold([foreign], {}).parked
    assert "elsewhere.happened" in letter.error
    assert "elsewhere.happened" not in folding.ignored
    assert GroupDefined.TOPIC in folding.ignored
