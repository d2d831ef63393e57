"""What changed between two moments: field by field, with the events that did it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from featuretrail.domain.errors import InvalidInputError, NaiveTimeError, NotFoundError
from tests.audit.story import INCIDENT, UNKNOWN, Story


def fields(story: Story, subject: Any, from_: Any, to: Any = None) -> dict[str, Any]:
    found = story.store.audit.diff(subject, from_, to)
    return {each.field: (each.before, each.after, each.positions) for each in found.changes}


def test_a_difference_names_each_field_and_the_events_that_changed_it(past: Story) -> None:
    changed = fields(past, INCIDENT, 12)

    assert changed == {
        "status": ("detected", "resolved", (13, 14)),
        "acknowledged_by": (None, "ben", (13,)),
        "action_taken": (None, "sensor replaced", (14,)),
    }


def test_a_difference_lists_who_did_it_when_and_why(past: Story) -> None:
    found = past.store.audit.diff("group weather", "1.0.0", "1.1.0")

    assert (found.from_position, found.to_position) == (1, 19)
    [entry] = found.events
    assert (entry.position, entry.actor, entry.reason) == (19, "ben", "longer ttl")
    assert found.to_dict()["events"][0]["recorded_at"] == entry.recorded_at.isoformat()
    assert not found.equal


def test_objects_are_compared_by_their_parts(past: Story) -> None:
    changed = fields(past, "documentation weather.temp", 8, 9)

    assert changed["documented.1.0.0.content"] == ("Air.", "Air temperature.", (9,))
    assert set(changed) == {"documented.1.0.0.content", "documented.1.0.0.revision"}


def test_what_did_not_exist_before_is_new_with_all_its_fields(past: Story) -> None:
    found = past.store.audit.diff("set delay", 3, 4)

    assert found.created == ("set delay",)
    assert {each.before for each in found.changes} == {None}
    assert {each.positions for each in found.changes} == {(4,)}


def test_the_registry_is_compared_thing_by_thing(past: Story) -> None:
    found = past.store.audit.diff("registry", 2, 19)

    assert found.created == ("feature weather.sky", "set delay")
    assert {each.subject for each in found.changes} == {
        "feature weather.sky",
        "set delay",
        "group weather",
    }
    ttl = next(each for each in found.changes if each.field == "ttl_microseconds")
    assert (ttl.before, ttl.after) == (21_600_000_000, 43_200_000_000)
    assert [entry.position for entry in found.events] == [3, 4, 19]


@pytest.mark.parametrize(
    ("subject", "from_", "to"),
    [("registry", 19, 19), ("registry", 5, 18), ("feature weather.temp", 2, 19), (INCIDENT, 0, 0)],
)
def test_nothing_in_between_is_no_difference(
    past: Story, subject: Any, from_: int, to: int
) -> None:
    found = past.store.audit.diff(subject, from_, to)

    assert found.equal
    assert (found.changes, found.events, found.created) == ((), (), ())


def test_times_are_moments_too(past: Story) -> None:
    long_ago, changed = datetime(1, 1, 1, tzinfo=UTC), past.store.audit.show(19).recorded_at

    assert past.store.audit.diff("registry", long_ago, changed).from_position == 0
    assert past.store.audit.diff("group weather", long_ago, changed).created == ("group weather",)


@pytest.mark.parametrize(
    ("question", "error", "message"),
    [
        (("registry", 5, 3), InvalidInputError, "exchange them"),
        (("registry", "1.0.0", 3), InvalidInputError, "the registry has no versions"),
        (("registry", 0, 23), NotFoundError, "no position 23"),
        (("group weather", "1.0.0", "3.0.0"), NotFoundError, "no version of group '3.0.0'"),
        (("group weather", datetime(2025, 1, 1)), NaiveTimeError, "from_ (2025-01-01"),  # noqa: DTZ001
        (("group wether", 1, 2), NotFoundError, "did you mean 'weather'"),
        ((UNKNOWN, 1, 2), NotFoundError, "no event of stream"),
    ],
)
def test_a_question_that_makes_no_sense_is_an_error(
    past: Story, question: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        past.store.audit.diff(*question)
    assert message in str(caught.value)
