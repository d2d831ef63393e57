"""Names and references."""

import pytest

from featuretrail.domain.errors import InvalidNameError
from featuretrail.domain.names import FeatureReference, check_column, check_name
from featuretrail.domain.versions import Version


@pytest.mark.parametrize("name", ["temp", "Order", "select", "größe", "温度", "_x", "a" * 63])
def test_words_of_any_script_and_case_are_names(name: str) -> None:
    assert check_name("group", name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "one word"),
        ("two words", "one word"),
        ("1st", "one word"),
        ('x"; DROP TABLE events; --', "one word"),
        ("a.b", "one word"),
        ("nul\0", "one word"),
        ("a__b", "double underscore"),
        ("a" * 64, "64 bytes"),
        ("ü" * 32, "64 bytes"),
        ("u\u0308", "one word"),
        ("\ud800", "not valid Unicode"),
        (7, "of type int"),
        (None, "of type NoneType"),
    ],
)
def test_anything_else_is_refused_with_its_reason(name: object, reason: str) -> None:
    with pytest.raises(InvalidNameError, match=reason) as caught:
        check_name("group", name)
    assert caught.value.name == name
    assert caught.value.kind == "group"


def test_names_that_normalize_to_another_name_are_refused() -> None:
    with pytest.raises(InvalidNameError, match="NFC"):
        check_name("group", "\ufb2a")


@pytest.mark.parametrize("name", ["event_time", "batch", "ctid", "xmin", "layout"])
def test_columns_of_the_house_and_of_postgresql_are_reserved(name: str) -> None:
    with pytest.raises(InvalidNameError, match="reserved"):
        check_column("feature", name)


def test_a_reference_reads_with_and_without_a_version() -> None:
    pinned = FeatureReference.parse("weather.temp@1.2.3")
    assert (pinned.group, pinned.name, pinned.version) == ("weather", "temp", Version(1, 2, 3))
    assert FeatureReference.parse("weather.temp").version is None
    assert FeatureReference.parse(pinned) is pinned
    assert str(pinned) == "weather.temp@1.2.3"


@pytest.mark.parametrize(
    "text", ["temp", "a.b.c", ".temp", "weather.", "weather.temp@", "weather.temp@1", 3, None]
)
def test_a_malformed_reference_is_refused(text: object) -> None:
    with pytest.raises(InvalidNameError):
        FeatureReference.parse(text)


@pytest.mark.parametrize("text", ["1", "1.0", "01.0.0", "1.0.0-rc1", "v1.0.0", "1.0.0 ", 1.0, None])
def test_a_malformed_version_is_refused(text: object) -> None:
    with pytest.raises(InvalidNameError, match=r"major\.minor\.patch"):
        Version.parse(text)


def test_versions_order_by_number_not_by_text() -> None:
    assert Version(1, 9, 0) < Version(1, 10, 0) < Version(2, 0, 0)
