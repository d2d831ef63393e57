"""Random histories of two groups, and spines to ask them with."""

from datetime import timedelta
from typing import Any

import attrs
from attrs import frozen
from hypothesis import strategies as st

from featuretrail.domain.definitions import Feature, FeatureGroup
from tests.retrieval.loader import Batch, Row, at

PAIRS = FeatureGroup(
    "pairs",
    keys={"a": "int64", "b": "int64"},
    features=[Feature("x", "float64"), Feature("label", "text"), Feature("later", "int64")],
)
PUBLISHED = FeatureGroup(
    "published",
    keys={"first": "text", "second": "text"},
    features=[Feature("x", "float64"), Feature("flag", "bool"), Feature("since", "timestamptz")],
    known_time="published_at",
)
GROUPS = (PAIRS, PUBLISHED)

TTLS = st.sampled_from([None, timedelta(seconds=1), timedelta(seconds=3), timedelta(seconds=60)])
SECONDS = st.integers(0, 6)
EARLY_SECONDS = st.integers(0, 4)
"""Where retractions begin: early, so that most of them hide something."""

FLOATS = st.one_of(st.floats(allow_subnormal=False), st.sampled_from([0.0, -0.0, float("nan")]))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4)
ENTITIES: dict[str, list[tuple[Any, Any]]] = {
    "pairs": [(1, 12), (11, 2), (1, 2), (-(2**63), 2**63 - 1)],
    "published": [("a", "bc"), ("ab", "c"), ("A", "bc"), ("", "é")],
}
"""Few, so that histories meet; alike when their parts are joined or folded."""

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "x": FLOATS,
    "label": TEXT,
    "later": st.integers(-(2**63), 2**63 - 1),
    "flag": st.booleans(),
    "since": SECONDS.map(at),
}


@frozen
class History:
    """The groups (each with a random TTL) and their batches in the order of the log."""

    groups: tuple[FeatureGroup, ...]
    batches: tuple[tuple[FeatureGroup, Batch], ...]

    def of(self, group: FeatureGroup, position: int | None) -> list[Batch]:
        """The batches of ``group`` up to ``position``."""
        return [batch for owner, batch in self.batches[:position] if owner.name == group.name]


def keys(group: FeatureGroup) -> st.SearchStrategy[dict[str, Any]]:
    """One of the group's entities."""
    return st.sampled_from([dict(zip(group.keys, e, strict=True)) for e in ENTITIES[group.name]])


@st.composite
def batches(draw: st.DrawFn, group: FeatureGroup, recorded: int) -> Batch:
    """One ingestion or retraction, recorded so many seconds after the base."""
    when = {"event_time": SECONDS.map(at)}
    if draw(st.integers(0, 2)) == 0:
        entities = draw(st.lists(keys(group), min_size=1, max_size=4, unique_by=_entity))
        since = draw(EARLY_SECONDS.map(at))
        retracted = [{**entity, "event_time": since} for entity in entities]
        return Batch(at(recorded), retracted, retracts=True)
    names = [feature.name for feature in group.features]
    columns = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    values = {name: st.none() | VALUES[name] for name in columns}
    known = {} if group.known_time is None else {group.known_time: st.integers(0, recorded).map(at)}
    row = st.tuples(keys(group), st.fixed_dictionaries({**when, **known, **values}))
    count = draw(st.integers(0, 6))
    rows = draw(
        st.lists(
            row.map(lambda parts: {**parts[0], **parts[1]}),
            min_size=count,
            max_size=count,
            unique_by=_entity,
        )
    )
    return Batch(at(recorded), rows, tuple(columns))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to eight batches of both groups, recorded in order, some at the same moment."""
    groups = tuple(attrs.evolve(group, ttl=draw(TTLS)) for group in GROUPS)
    recorded = 0
    made = []
    for _ in range(draw(st.integers(0, 8))):
        recorded += draw(st.integers(0, 2))
        group = draw(st.sampled_from(groups))
        made.append((group, draw(batches(group, recorded))))
    return History(groups, tuple(made))


@st.composite
def spines(draw: st.DrawFn) -> list[Row]:
    """Up to twelve rows with the keys of both groups, a time and a column of the caller's own."""
    row = st.tuples(*(keys(group) for group in GROUPS), SECONDS.map(at), st.integers(0, 3))
    rows = [
        {**first, **second, "event_time": time, "weight": weight}
        for first, second, time, weight in draw(st.lists(row, min_size=6, max_size=12))
    ]
    repeated = rows + rows[: draw(st.integers(0, 2))]
    return [dict(sorted(row.items())) for row in repeated]


def _entity(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in ("a", "b", "first", "second", "event_time"))
