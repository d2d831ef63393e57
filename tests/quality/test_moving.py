"""What verdicts do to incidents, decided without a database."""

from datetime import UTC, datetime, timedelta

from attrs import evolve

from featuretrail.domain.aggregates import DriftIncident
from featuretrail.domain.events import DriftDetected, DriftResolved, DriftUpdated, Metadata
from featuretrail.domain.quality.drift_check import FeatureVerdict
from featuretrail.domain.quality.moving import Occasion, in_words, move

START = datetime(2025, 7, 14, tzinfo=UTC)
OCCASION = Occasion(
    name="weather",
    number=3,
    baseline="weather",
    since=START,
    until=START + timedelta(days=1),
    position=9,
    baseline_snapshot_id=None,
    snapshot_id=None,
    metadata=Metadata(actor="anna"),
)
MOVED = FeatureVerdict(
    feature_name="weather.temp",
    version="1.0.0",
    status="drift",
    drift_type="statistical",
    measure="ks",
    score=0.3,
    threshold=0.05,
    severity="high",
    p_value=1e-9,
    words="moved up by 0.6 IQR; KS 0.3, adjusted p 1e-9",
    details={},
)
STABLE = evolve(MOVED, status="stable", severity=None, words="is as in its baseline; KS 0.01")


def opened() -> DriftIncident:
    [event] = move(OCCASION, [MOVED], {}).events
    assert isinstance(event, DriftDetected)
    return DriftIncident.initial(event.originator_id).evolve(event)


def test_drift_opens_one_incident_whose_id_follows_from_the_check() -> None:
    moves = move(OCCASION, [MOVED], {})

    assert moves.opened == move(OCCASION, [MOVED], {}).opened
    assert move(evolve(OCCASION, number=4), [MOVED], {}).opened != moves.opened
    assert moves.incidents == {"weather.temp": moves.opened[0]}
    [event] = moves.events
    assert isinstance(event, DriftDetected)
    assert event.details["words"] == (
        "weather.temp moved up by 0.6 IQR since 14 July 2025; KS 0.3, adjusted p 1e-9"
    )


def test_a_later_check_updates_the_incident_and_keeps_since_when() -> None:
    later = evolve(OCCASION, since=START + timedelta(days=1), until=START + timedelta(days=2))
    moves = move(later, [evolve(MOVED, score=0.5)], {"weather.temp": opened()})

    [event] = moves.events
    assert isinstance(event, DriftUpdated)
    assert event.details["since"] == START.isoformat()
    assert "since 14 July 2025" in moves.verdicts[0].words
    assert (moves.opened, moves.resolved) == ((), ())


def test_a_feature_that_returned_resolves_its_incident() -> None:
    moves = move(OCCASION, [STABLE], {"weather.temp": opened()})

    [event] = moves.events
    assert isinstance(event, DriftResolved)
    assert event.action_taken == (
        "returned to its baseline in the window that ends at 2025-07-15T00:00:00+00:00"
    )
    assert moves.incidents == {}
    assert moves.verdicts[0].words == "weather.temp is as in its baseline; KS 0.01"


def test_too_few_rows_leave_an_incident_as_it_is() -> None:
    incident = opened()
    for status in ("insufficient", "empty"):
        moves = move(OCCASION, [evolve(MOVED, status=status)], {"weather.temp": incident})

        assert moves.events == ()
        assert moves.incidents == {"weather.temp": incident.id}


def test_a_feature_without_any_value_is_critical() -> None:
    gone = evolve(MOVED, status="critical", severity="critical", score=1.0)
    [event] = move(OCCASION, [gone], {}).events

    assert isinstance(event, DriftDetected)
    assert event.severity == "critical"


def test_since_when_is_told_after_the_name_of_a_category_however_it_is_written() -> None:
    said = evolve(MOVED, words="has the new category 'a; b' in 9 % of rows; unseen share 0.09")

    assert in_words(said, START).words == (
        "weather.temp has the new category 'a; b' in 9 % of rows since 14 July 2025; "
        "unseen share 0.09"
    )
