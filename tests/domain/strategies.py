"""Shared Hypothesis strategies for definitions."""

from datetime import timedelta

from hypothesis import strategies as st

from featuretrail.domain.constraints import NotNull, OneOf, Range
from featuretrail.domain.definitions import Feature, FeatureGroup
from featuretrail.domain.dtypes import ARROW_TYPES
from featuretrail.domain.names import RESERVED_COLUMNS
from featuretrail.domain.versions import Version

words = st.from_regex(r"[a-zß-öα-ω]([a-z0-9ß-ö]|_(?=[a-z0-9])){0,8}", fullmatch=True).filter(
    lambda word: word not in RESERVED_COLUMNS
)
versions = st.builds(Version, st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
numbers = st.integers(-1000, 1000) | st.floats(-1e6, 1e6)
ranges = st.tuples(numbers, numbers).map(lambda pair: Range(min(pair), max(pair)))
constraints = st.one_of(
    ranges, st.just(NotNull()), st.lists(st.text(max_size=5), min_size=1).map(tuple).map(OneOf)
)
features = st.builds(
    Feature,
    words,
    st.sampled_from(sorted(ARROW_TYPES)),
    st.text(max_size=20),
    version=versions,
    constraints=st.lists(constraints, max_size=2),
    unit=st.none() | st.text(max_size=5),
    owner=st.none() | st.text(max_size=5),
    tags=st.lists(st.text(max_size=5), max_size=3),
)
groups = st.builds(
    FeatureGroup,
    words.map(lambda word: word + "_group"),
    st.dictionaries(
        words.map(lambda word: "key_" + word),
        st.sampled_from(["text", "int64"]),
        min_size=1,
        max_size=3,
    ),
    st.lists(features, max_size=4, unique_by=lambda feature: feature.name).map(
        lambda many: [feature for feature in many if not feature.name.startswith("key_")]
    ),
    ttl=st.none()
    | st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=366_000)),
    owner=st.none() | st.text(max_size=5),
)
