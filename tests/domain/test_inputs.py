"""What callers give: what is accepted, in which form it is recorded, and what is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pandas as pd
import pytest

from featuretrail.domain.errors import InvalidInputError, InvalidNameError, NaiveTimeError
from featuretrail.domain.inputs import (
    check_amount,
    check_choice,
    check_count,
    check_feature,
    check_feature_version,
    check_flag,
    check_id,
    check_label,
    check_labels,
    check_number,
    check_score,
    check_text,
    check_version,
    optional,
    several,
)
from featuretrail.domain.json_values import MAX_DEPTH, check_json, check_json_object
from featuretrail.domain.moments import check_moment
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent
from featuretrail.domain.versions import Version

HUGE = 10**5000
UNICODE = "Größe \U0001f9ea 'quoted\" ; -- \n"


def test_text_of_any_script_and_form_is_kept_as_it_is() -> None:
    assert check_text("content", UNICODE) == UNICODE
    assert check_text("content", "") == ""


@pytest.mark.parametrize(
    ("check", "given"),
    [
        *((check_text, given) for given in (None, 7, b"a", "half a pair \ud800", "nul\0")),
        *((check_label, given) for given in (None, "", "a\nb", "a\0", "\udfff", "x" * 501, HUGE)),
        *((check_labels, given) for given in ("alone", None, ["a", 1], [""])),
        *((several, given) for given in ("ab", b"ab", 7, None)),
        *((check_flag, given) for given in (0, 1, "true", None, np.int64(1))),
        *((check_count, given) for given in (-1, True, 1.0, "1", None, 2**63, HUGE)),
        (check_count, np.uint64(2**63)),
        *((check_number, given) for given in (np.nan, np.inf, -np.inf, True, "1", None, HUGE)),
        *((check_amount, given) for given in (-1e-300, -1, np.float32("nan"), np.inf, False, HUGE)),
        *((check_score, given) for given in (-0.1, 100.1, np.nan, True, np.bool_(True), "50")),
        *((check_id, given) for given in (None, str(UUID(int=1)), 1)),
        *((check_version, given) for given in ("1.0", "", None, 1.0, "1.1\u0663.0", "01.0.0")),
    ],
    ids=lambda part: getattr(part, "__name__", None) or ascii(str(type(part).__name__)),
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(
    check: Callable[[str, object], object], given: Any
) -> None:
    with pytest.raises(InvalidInputError, match="the thing"):
        check("the thing", given)


def test_numbers_are_recorded_as_plain_ones() -> None:
    kept = [check_score("s", given) for given in (0, 100, -0.0, np.float32(0.5), np.int8(7))]
    assert kept == [0.0, 100.0, 0.0, 0.5, 7.0]
    assert {type(number) for number in kept} == {float}
    assert str(kept[2]) == "0.0"
    assert check_number("n", -1e308) == -1e308
    assert (check_count("n", np.int64(7)), type(check_count("n", np.int64(7)))) == (7, int)
    assert check_count("n", 2**63 - 1) == 2**63 - 1
    assert check_flag("f", np.bool_(True)) is True


def test_a_count_may_have_to_begin_later() -> None:
    assert check_count("position", 1, 1) == 1
    with pytest.raises(InvalidInputError, match="whole number from 1"):
        check_count("position", 0, 1)


def test_a_count_beyond_64_bits_is_told_so() -> None:
    with pytest.raises(InvalidInputError, match="give at most 9223372036854775807"):
        check_count("position", 2**63)


def test_what_is_not_given_is_not_checked() -> None:
    assert optional(check_score, "score", None) is None
    with pytest.raises(InvalidInputError):
        optional(check_score, "score", 101)


def test_labels_are_sorted_and_each_counts_once() -> None:
    assert check_labels("tags", ["b", "a", "b"]) == ["a", "b"]
    assert check_labels("tags", iter(())) == []


def test_a_choice_is_one_of_those_named() -> None:
    assert check_choice("severity", "low", ("low", "high")) == "low"
    for wrong in ("LOW", "", None, ["low"], 1, np.array(["low"])):
        with pytest.raises(InvalidInputError, match=r"severity is .* one of 'low', 'high'"):
            check_choice("severity", wrong, ("low", "high"))


def test_a_refused_value_is_shown_only_as_far_as_a_message_bears() -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_text("content", ["x"] * 10_000)
    assert len(str(caught.value)) < 300
    for unprintable in (HUGE, nested(100_000)):
        with pytest.raises(InvalidInputError, match="too long or too deep to print"):
            check_text("content", unprintable)


def test_features_are_named_with_or_without_a_version() -> None:
    assert check_feature("weather.temp") == "weather.temp"
    assert check_feature(FeatureReference("weather", "temp")) == "weather.temp"
    pinned = FeatureReference("weather", "temp", Version(1, 0, 0))
    assert check_feature_version("weather.temp@1.0.0") == pinned
    for wrong in ("weather.temp@1.0.0", "temp", "", None, "a b.c", FeatureReference("a b", "c")):
        with pytest.raises(InvalidNameError):
            check_feature(wrong)
    for wrong in ("weather.temp", "weather.temp@", "weather.temp@1", None):
        with pytest.raises(InvalidNameError):
            check_feature_version(wrong)


def test_json_is_kept_in_plain_types() -> None:
    given = {"a": (1, np.float32(0.5), np.int8(3)), "b": {"c": [None, True, np.bool_(False)]}}
    assert check_json("details", given) == {
        "a": [1, 0.5, 3],
        "b": {"c": [None, True, False]},
    }
    assert check_json("value", [2**63 - 1, -(2**63), 5e-324, UNICODE, "", [], {}]) == [
        2**63 - 1, -(2**63), 5e-324, UNICODE, "", [], {},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (float("nan"), r"details is nan"),
        ({"a": [1, -np.inf]}, r"details\['a'\]\[1\] is -inf"),
        ({"a": np.float64("nan")}, r"details\['a'\] is nan"),
        ({"a": {1: 2}}, r"details\['a'\] has the key 1"),
        ({"a": "\ud800"}, "not valid Unicode"),
        ({"\ud800": 1}, "a key of details .*not valid Unicode"),
        (["a\0"], "NUL"),
        ([2**63], r"details\[0\] is 9223372036854775808"),
        ([HUGE], r"details\[0\] is of type int"),
        ({"a": {1, 2}}, r"details\['a'\] is {1, 2}"),
        (b"a", "details is b'a'"),
        (datetime(2020, 1, 1, tzinfo=UTC), "details is datetime"),
        (np.datetime64("2020-01-01"), "details is datetime"),
        (np.array([1]), r"details is array"),
    ],
)
def test_what_json_cannot_keep_is_named_with_its_place(given: Any, place: str) -> None:
    with pytest.raises(InvalidInputError, match=f"details cannot be kept as JSON: .*{place}"):
        check_json("details", given)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_json_is_refused_where_readers_would_give_up() -> None:
    assert check_json("details", nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    itself: dict[str, Any] = {}
    itself["itself"] = itself
    for given in (nested(MAX_DEPTH + 1), nested(100_000), itself):
        with pytest.raises(InvalidInputError, match="more than 64 levels deep"):
            check_json("details", given)


def test_a_json_object_is_a_mapping() -> None:
    assert check_json_object("details", {"a": 1}) == {"a": 1}
    wrong: object
    for wrong in ([], None, "a", 1):
        with pytest.raises(InvalidInputError, match=r"details is .* give a mapping"):
            check_json_object("details", wrong)


def test_moments_are_recorded_in_utc() -> None:
    noon = datetime(2013, 6, 1, 12, tzinfo=UTC)
    assert check_moment("at", noon.astimezone(timezone(timedelta(hours=2)))) == noon
    stamp = pd.Timestamp("2013-06-01T12:00:00.000000999Z")
    assert check_moment("at", stamp) == noon
    assert type(check_moment("at", stamp)) is datetime
    assert check_moment("at", datetime.max.replace(tzinfo=UTC)).year == 9999


@pytest.mark.parametrize(
    "given",
    [None, "2013-06-01", 0, pd.NaT, datetime(1, 1, 1, tzinfo=UTC),
     datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))],
    ids=["none", "text", "number", "NaT", "year 1", "after year 9999"],
)  # fmt: skip
def test_what_is_no_moment_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"^at is "):
        check_moment("at", given)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveTimeError):
        check_moment("at", datetime(2013, 6, 1))  # noqa: DTZ001


def test_a_parent_is_a_version_of_a_feature_a_source_or_a_stream() -> None:
    parent = Parent.feature("weather.temp@1.0.0")
    assert parent.to_dict() == {"kind": "feature", "name": "weather.temp", "version": "1.0.0"}
    assert Parent(**parent.to_dict()) == parent
    assert Parent("source", "noaa/2013 (hourly).csv", "v2").version == "v2"
    assert Parent("stream", "kafka:weather").version is None


@pytest.mark.parametrize(
    ("kind", "name", "version"),
    [
        ("feature", "weather.temp", None),
        ("feature", "weather.temp@1.0.0", None),
        ("feature", "weather.temp@1.0.0", "1.0.0"),
        ("feature", "temp", "1.0.0"),
        ("feature", "weather.temp", "1.0"),
        ("feature", "weather.temp", "1.0.0@1.0.0"),
        ("feature", None, "1.0.0"),
        ("source", "", None),
        ("source", None, None),
        ("source", "a\0", None),
        ("stream", "clicks", 7),
        ("stream", "clicks", "\ud800"),
        ("table", "clicks", None),
        (None, "clicks", None),
    ],
)
def test_a_parent_that_cannot_be_found_again_is_refused(kind: Any, name: Any, version: Any) -> None:
    with pytest.raises(InvalidInputError):
        Parent(kind, name, version)


def test_a_stream_id_is_a_uuid() -> None:
    given = uuid4()
    assert check_id("the id", given) is given
