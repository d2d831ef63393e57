"""The log is asked by place, time, subject, actor and kind; a history is found by its stream."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql
from psycopg.types.numeric import Int8

import featuretrail as ft
from featuretrail.domain.errors import InvalidInputError, NaiveTimeError, NotFoundError
from featuretrail.domain.records import quality_check
from featuretrail.infrastructure.queries import query
from tests.audit.story import ANNA, CONSISTENCY, EVENTS, INCIDENT, QUALITY, SAMPLE, UNKNOWN, Story

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12)))


def positions(entries: list[ft.LogEntry]) -> list[int]:
    return [entry.position for entry in entries]


def test_the_log_says_where_when_what_who_and_why(past: Story) -> None:
    entries = past.store.audit.log()

    assert positions(entries) == list(range(1, EVENTS + 1))
    assert {entry.actor for entry in entries} == {"anna", "ben"}
    assert entries[18].subject == "group weather@1.1.0"
    assert entries[18].reason == "longer ttl"
    assert entries[17].subject == "snapshot delay@1.0.0"  # its event does not name the snapshot
    assert all(entry.fault is None for entry in entries)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"after": 19}, [20, 21, 22]),
        ({"after": 2, "until": 4}, [3, 4]),
        ({"limit": 2}, [1, 2]),
        ({"limit": 2, "newest_first": True}, [22, 21]),
        ({"limit": 0}, []),
        ({"until": 3, "newest_first": True}, [3, 2, 1]),
        ({"topic": "drift.acknowledged"}, [13]),
        ({"topic": "featuretrail.group.defined", "newest_first": True}, [19, 1]),
        ({"stream": "feature weather.temp"}, [2, 20]),
        ({"stream": "feature weather"}, [2, 3, 20]),
        ({"stream": "feature", "actor": "ben"}, [20]),
        ({"stream": "batch weather", "newest_first": True}, [21, 5]),
        ({"stream": "batch weather", "topic": "group.defined"}, []),
        ({"stream": "snapshot delay"}, [6, 18]),
        ({"stream": "snapshot delay@1.0.0", "after": 6}, [18]),
        ({"stream": INCIDENT, "newest_first": True, "limit": 2}, [14, 13]),
        ({"actor": "ben", "stream": "lineage"}, [22]),
        ({"actor": "nobody"}, []),
        ({"since": FIRST, "limit": 1}, [1]),
        ({"since": LAST}, []),
        ({"until": FIRST}, []),
        ({"until": LAST, "after": 21}, [22]),
        ({"after": 2**63 - 1}, []),
        ({"until": 2**63 - 1, "after": 21}, [22]),
    ],
)
def test_the_log_is_filtered(past: Story, filters: dict[str, Any], expected: list[int]) -> None:
    assert positions(past.store.audit.log(**filters)) == expected


def test_the_log_is_cut_by_the_times_of_its_events(past: Story) -> None:
    entries = past.store.audit.log()
    middle = entries[6].recorded_at
    earlier = [entry.position for entry in entries if entry.recorded_at < middle]
    same = [entry.position for entry in entries if entry.recorded_at == middle]

    since = past.store.audit.log(since=middle)
    until = past.store.audit.log(until=middle.astimezone(timezone(timedelta(hours=9))))

    assert positions(since) == list(range(same[0], EVENTS + 1))
    assert positions(until) == earlier + same


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("group weather", [1, 19]),
        ("group weather@1.1.0", [19]),
        ("feature weather.temp@1.0.0", [2]),
        ("set delay", [4]),
        ("batch weather#1", [5]),
        ("batch weather#2", [21]),
        ("snapshot delay@1.0.0", [6, 18]),
        ("lineage weather.dew@2.0.0", [7, 22]),
        ("lineage weather.dew", [7, 22]),
        ("documentation weather.temp", [8, 9]),
        ("documentation weather.temp@1.0.0", [8, 9]),
        ("metadata weather.temp business owner", [10, 11]),
        ("metadata weather.temp", [10, 11]),
        (f"drift incident {INCIDENT}", [12, 13, 14]),
        (f"drift {INCIDENT}", [12, 13, 14]),
        ("quality weather.temp", [15]),
        (f"quality {QUALITY}", [15]),
        ("consistency delay@1.0.0", [16]),
        (f"consistency {CONSISTENCY}", [16]),
        (f"performance sample {SAMPLE}", [17]),
        (SAMPLE, [17]),
        (str(SAMPLE).upper(), [17]),
        (f"  stream {SAMPLE} ", [17]),
    ],
)
def test_a_history_is_everything_about_a_subject(
    past: Story, subject: Any, expected: list[int]
) -> None:
    assert positions(past.store.audit.history(subject)) == expected


@pytest.mark.parametrize(
    ("subject", "near"),
    [
        ("feature weather.tmp", "did you mean 'weather.temp'"),
        ("feature weather.temp@3.0.0", "did you mean 'weather.temp@1.0.0'"),
        ("feature we'ath\"er.temp; DROP", "no feature"),
        ("featur weather.temp", "did you mean 'feature'"),
        ("", "no kind of subject"),
        ("group wether", "did you mean 'weather'"),
        ("set dealy", "did you mean 'delay'"),
        ("batch weather#9", "did you mean 'weather#2' or 'weather#1'"),
        ("batch weather#99999999999999999999999", "no batch"),
        ("snapshot delay@9.0.0", "did you mean 'delay@1.0.0'"),
        ("lineage weather.dew@1.0.0", "did you mean 'weather.dew@2.0.0'"),
        ("documentation weather.tmp", "did you mean 'weather.temp'"),
        ("metadata weather.temp business ownr", "did you mean 'weather.temp business owner'"),
        (f"drift incident {UNKNOWN}", f"did you mean '{INCIDENT}'"),
        (f"drift incident {SAMPLE}", "no drift incident"),
        (UNKNOWN, f"no event of stream '{UNKNOWN}'"),
        ("zzz", "there are 'alert', 'alert evaluation'"),
    ],
)
def test_an_unknown_subject_is_an_error_with_near_names(
    past: Story, subject: Any, near: str
) -> None:
    for ask in (past.store.audit.history, lambda given: past.store.audit.log(stream=given)):
        with pytest.raises(NotFoundError) as caught:
            ask(subject)
        assert near in str(caught.value)


@pytest.mark.parametrize("subject", [3, None, b"feature", "feature a\0b", "group \ud800"])
def test_what_is_no_text_is_no_subject(past: Story, subject: Any) -> None:
    with pytest.raises(InvalidInputError, match="a subject is"):
        past.store.audit.history(subject)


@pytest.mark.parametrize(
    ("filters", "error", "message"),
    [
        ({"since": datetime(2025, 1, 1)}, NaiveTimeError, "attach one"),  # noqa: DTZ001
        ({"until": datetime(2025, 1, 1)}, NaiveTimeError, "attach one"),  # noqa: DTZ001
        ({"since": 3}, InvalidInputError, "give a datetime with a time zone"),
        ({"after": -1}, InvalidInputError, "after is -1; give a whole number from 0"),
        ({"after": True}, InvalidInputError, "after is True"),
        ({"until": 1.5}, InvalidInputError, "until is 1.5"),
        ({"limit": -1}, InvalidInputError, "limit is -1"),
        ({"newest_first": 1}, InvalidInputError, "newest_first is 1"),
        ({"topic": "drift.detectd"}, NotFoundError, "did you mean 'featuretrail.drift.detected'"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    past: Story, filters: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        past.store.audit.log(**filters)
    assert message in str(caught.value)


def test_an_event_beyond_the_head_is_not_found(past: Story) -> None:
    assert past.store.audit.show(22).subject == "lineage weather.dew@2.0.0"
    for position in (0, 23, 2**63 - 1):
        with pytest.raises(NotFoundError, match=r"there are '1 to 22'"):
            past.store.audit.show(position)


@pytest.mark.parametrize("direction", ["read", "read_backwards"])
def test_a_long_log_is_read_in_pages_both_ways(
    past: Story, direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featuretrail.infrastructure.log.application.PAGE", 4)
    monkeypatch.setattr("featuretrail.audit.entries.PAGE", 3)
    backwards = direction == "read_backwards"

    entries = past.store.audit.log(newest_first=backwards, after=1, until=21)

    expected = list(range(2, 22))
    assert positions(entries) == (expected[::-1] if backwards else expected)


@pytest.mark.tiers("embedded", "apache", "community")
def test_an_altered_event_is_shown_as_unreadable(story: Story) -> None:
    with story.database.transaction() as connection:
        connection.execute("ALTER TABLE featuretrail.events DISABLE TRIGGER USER")
        connection.execute("UPDATE featuretrail.events SET state = '\\x00ff' WHERE position = 12")

    detected, acknowledged, _ = story.store.audit.history(INCIDENT)

    assert detected.subject == f"stream {INCIDENT}"
    assert detected.fault is not None
    assert "cannot be read" in detected.fault
    assert (acknowledged.actor, acknowledged.fault) == ("ben", None)
    assert story.store.audit.show(12).fault == detected.fault
    assert len(story.store.audit.log()) == EVENTS
    with pytest.raises(ft.ChainBrokenError, match="broken at position 12"):
        story.store.audit.state_at(INCIDENT)


@pytest.mark.tiers("embedded", "apache")
def test_streams_and_stretches_are_found_by_their_indexes(story: Story) -> None:
    checks = [
        quality_check(
            uuid4(), "weather.temp", ANNA, version=None, score=1, dimensions={"a": 1}, coverage=1
        )
        for _ in range(4_000)
    ]
    story.append(*checks)
    asked: dict[str, dict[str, Any]] = {
        "log/history": {"stream": INCIDENT, "until": Int8(2**63 - 1)},
        "log/first_events": {"streams": [INCIDENT, QUALITY]},
        "log/page_backwards": {
            "before": Int8(4_000),
            "after": Int8(3_990),
            "topics": ["featuretrail.drift.detected"],
            "limit": Int8(10),
        },
    }
    with story.database.connection() as connection:
        connection.execute("ANALYZE featuretrail.events")
        for name, facts in asked.items():
            explained = connection.execute(sql.SQL("EXPLAIN ") + query(name), facts).fetchall()
            plan = "\n".join(line for (line,) in explained)
            assert "Index" in plan, plan
            assert "Seq Scan" not in plan, plan


@pytest.mark.tiers("embedded")
@pytest.mark.parametrize(
    "lie",
    [
        "DELETE FROM featuretrail.batches",
        "UPDATE featuretrail.batches SET batch = 3 - batch + 10, layout = 0",
        "UPDATE featuretrail.batches SET originator_id = gen_random_uuid()",
    ],
)
def test_a_batch_is_found_although_the_table_of_batches_lies(story: Story, lie: str) -> None:
    with story.database.transaction() as connection:
        connection.execute(sql.SQL(lie))
        connection.execute("UPDATE featuretrail.batches SET batch = batch - 10 WHERE batch > 10")

    assert positions(story.store.audit.history("batch weather#1")) == [5]
    assert positions(story.store.audit.history("batch weather#2")) == [21]
