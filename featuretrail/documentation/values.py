"""The newest values of features, their statistics, and an example that is executed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa
from attrs import field, frozen

from featuretrail.documentation.moments import StoreMoment
from featuretrail.domain.cells import python_value
from featuretrail.domain.documentation.declared import is_private
from featuretrail.domain.documentation.facts import Example, ValueFacts
from featuretrail.domain.documentation.wording import plain
from featuretrail.domain.errors import RetentionError
from featuretrail.domain.quality.values import FeatureValues
from featuretrail.domain.quality.window import moment
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.statistics import column_statistics
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.quality.windows import read_newest
from featuretrail.infrastructure.retrieval.historical import HistoricalReader

NEWEST_ROWS = 20_000
"""Rows that statistics and pictures are made from, at most: the newest that hold the feature."""
NOTHING = "the store holds no value of it"
REMOVED = "retention removed its values while they were read"
RETRACTED = f"of its newest {NEWEST_ROWS:,} rows none holds a value any more"
TOGETHER = 64
"""Features that are read at once."""
SHOWN_ROWS = 5
"""Rows that an example shows; its call asks for the first three."""
ASKED_ROWS = 3
WIDEST_LINE = 88
"""Characters of a line of the call, unless a single value takes more."""
LOOKED_AT = 60
"""Rows at the end among which those of an example are chosen."""


@frozen
class ReadValues:
    """The newest values of a feature with what is told of them; ``absent`` says why there are none.

    ``complete`` tells that they are all that the store holds.
    """

    values: FeatureValues | None = field(default=None, repr=False)
    facts: ValueFacts | None = None
    example: Example | None = None
    absent: str = ""


@frozen(eq=False)
class ValueReader:
    """Reads values of a group at the position of the last event that changed them.

    So what it tells is the same at every later position, until that event has a successor.
    """

    _database: Database
    _historical: HistoricalReader

    def read(
        self, at: StoreMoment, group: str, features: Sequence[ResolvedFeature]
    ) -> dict[str, ReadValues]:
        """Return what is told of the values of ``features`` of one group, by path."""
        if at.values(group).batches == 0:
            nothing = ReadValues(absent=NOTHING)
            return {each.reference.path: nothing for each in features}
        found: dict[str, ReadValues] = {}
        for start in range(0, len(features), TOGETHER):
            found |= self._read(at, group, features[start : start + TOGETHER])
        return found

    def _read(
        self, at: StoreMoment, group: str, features: Sequence[ResolvedFeature]
    ) -> dict[str, ReadValues]:
        position = at.last_change(group)
        try:
            found = read_newest(self._historical, features, NEWEST_ROWS, position)
        except RetentionError as error:
            lost = ReadValues(absent=str(error))
            return {each.reference.path: lost for each in features}
        read = [(feature, each) for feature, (each, _) in zip(features, found, strict=True)]
        examples = self._examples(at, read)
        told = {}
        for feature, (values, complete) in zip(features, found, strict=True):
            if not values.rows:
                told[values.path] = ReadValues(absent=NOTHING if complete else RETRACTED)
                continue
            private = is_private(feature.version.definition, feature.group)
            facts = ValueFacts(
                statistics=statistics_of(values, private=private),
                first_event_time=_time(values, 0),
                last_event_time=_time(values, -1),
                complete=complete,
                last_change=position,
            )
            example = examples.get(values.path)
            absent = "" if private or example is not None else REMOVED
            told[values.path] = ReadValues(values, facts, example, absent)
        return told

    def _examples(
        self, at: StoreMoment, read: Sequence[tuple[ResolvedFeature, FeatureValues]]
    ) -> dict[str, Example]:
        """Return an example of each feature; those that ask for the same rows ask together."""
        asked: dict[tuple[int, str], list[tuple[ResolvedFeature, list[dict[str, Any]]]]] = {}
        for feature, values in read:
            if is_private(feature.version.definition, feature.group):
                continue
            rows = example_rows(feature, values)
            if rows:
                key = (_known_at(at, feature), repr(_spine(feature, rows)))
                asked.setdefault(key, []).append((feature, rows))
        found: dict[str, Example] = {}
        for (position, _), together in asked.items():
            found |= self._executed(position, together)
        return found

    def _executed(
        self, position: int, together: Sequence[tuple[ResolvedFeature, list[dict[str, Any]]]]
    ) -> dict[str, Example]:
        first, rows = together[0]
        spine = _spine(first, rows)
        try:
            answered = self._historical.get(
                _spine_table(first, spine), [feature for feature, _ in together], position=position
            )
        except RetentionError:
            return {}
        return {
            feature.reference.path: _example(feature, own, spine, answered, position)
            for feature, own in together
        }


def _known_at(at: StoreMoment, feature: ResolvedFeature) -> int:
    """Return the position from which a call returns what it does now."""
    defined = at.chronicle.features.get(feature.reference.path, ())
    return max([at.last_change(feature.group.name), *(each.position for each in defined)])


def _spine(feature: ResolvedFeature, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = [*feature.group.keys, "event_time"]
    return {name: [row[name] for row in rows[:ASKED_ROWS]] for name in names}


def _example(
    feature: ResolvedFeature,
    rows: Sequence[Mapping[str, Any]],
    spine: Mapping[str, Sequence[Any]],
    answered: pa.Table,
    position: int,
) -> Example:
    output = answered.select([*spine, feature.name])
    return Example(
        rows=[{column: plain(value) for column, value in row.items()} for row in rows],
        code=call_text(feature, spine, position),
        output=_told_rows(output),
        present=len(output) - output.column(feature.name).null_count,
        position=position,
    )


def statistics_of(values: FeatureValues, *, private: bool) -> Mapping[str, Any]:
    """Return the statistics of values: rows, nulls, and, unless ``private``, more by their type."""
    [statistics] = column_statistics(pa.table({"value": values.values}))
    return {name: statistics[name] for name in ("rows", "nulls")} if private else statistics


def example_rows(feature: ResolvedFeature, values: FeatureValues) -> list[dict[str, Any]]:
    """Return some of the newest rows, of as many entities as there are among them."""
    assert values.times is not None  # noqa: S101 - stored values have event times
    first = max(values.rows - LOOKED_AT, 0)
    names = list(feature.group.keys)
    found = []
    for row in range(values.rows - 1, first - 1, -1):
        entity = {name: python_value(values.entities[name][row]) for name in names}
        value = python_value(values.values[row])
        when = moment(int(values.times[row]))
        found.append({**entity, "event_time": when, feature.name: value})
    found.sort(key=lambda each: (-each["event_time"].timestamp(), [each[name] for name in names]))
    present = [each for each in found if each[feature.name] is not None] or found
    firsts: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in present:
        firsts.setdefault(tuple(each[name] for name in names), each)
    chosen = list(firsts.values())[:SHOWN_ROWS]
    others = [each for each in present if each not in chosen]
    return [*chosen, *others[: SHOWN_ROWS - len(chosen)]]


def call_text(feature: ResolvedFeature, spine: Mapping[str, Sequence[Any]], position: int) -> str:
    """Return the call as Python, for a program that imports ``datetime`` and ``UTC``."""
    lines = [line for name, each in spine.items() for line in _column(name, each)]
    return "\n".join(
        [
            "store.get_historical_features(",
            "    {",
            *lines,
            "    },",
            f"    [{str(feature.reference)!r}],",
            f"    known_at={position},",
            ")",
        ]
    )


def _column(name: str, values: Sequence[Any]) -> list[str]:
    literals = [_literal(value) for value in values]
    short = f"        {name!r}: [{', '.join(literals)}],"
    if len(short) <= WIDEST_LINE:
        return [short]
    return [f"        {name!r}: [", *(f"            {each}," for each in literals), "        ],"]


def _literal(value: object) -> str:
    if not isinstance(value, datetime):
        return repr(value)
    parts = [value.year, value.month, value.day, value.hour, value.minute]
    if value.second or value.microsecond:
        parts.append(value.second)
    if value.microsecond:
        parts.append(value.microsecond)
    return f"datetime({', '.join(map(str, parts))}, tzinfo=UTC)"


def _spine_table(feature: ResolvedFeature, spine: Mapping[str, Sequence[Any]]) -> pa.Table:
    types = {"text": pa.string(), "int64": pa.int64()}
    arrays = {
        name: pa.array(spine[name], types[dtype]) for name, dtype in feature.group.keys.items()
    }
    arrays["event_time"] = pa.array(spine["event_time"], pa.timestamp("us", "UTC"))
    return pa.table(arrays)


def _told_rows(table: pa.Table) -> list[dict[str, Any]]:
    return [
        {name: plain(python_value(table.column(name)[row])) for name in table.column_names}
        for row in range(table.num_rows)
    ]


def _time(values: FeatureValues, row: int) -> datetime | None:
    if values.times is None or len(values.times) == 0:
        return None
    return moment(int(values.times[row]))
