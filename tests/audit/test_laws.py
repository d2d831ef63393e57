"""Laws of looking back: the past answers later what it answered then."""

from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row

from featuretrail.domain.aggregates import (
    DocumentationAggregate,
    DriftIncident,
    FeatureMetadataAggregate,
    LineageAggregate,
)
from featuretrail.domain.aggregates import documentation as documents
from featuretrail.domain.aggregates import drift_incident as drift
from featuretrail.domain.aggregates import feature_metadata as annotations
from featuretrail.domain.aggregates import lineage as lineages
from featuretrail.domain.events import Event, Metadata
from featuretrail.domain.facts import facts
from featuretrail.domain.records import performance_sample, quality_check
from featuretrail.domain.replay import replay
from featuretrail.projections.read_models import READ_MODELS
from tests.audit.story import Story
from tests.domain import strategies as given_by

TABLES = [model.table for model in READ_MODELS]
WORDS = count()

CHECKED = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["metadata", "documentation", "lineage", "drift", "quality", "sample"]),
        given_by.json_values,
        given_by.metadata,
        st.lists(given_by.measurements, min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=10,
)


class Author:
    """Decides on things of its own, in the order of its steps."""

    def __init__(self) -> None:
        self.feature = f"weather.law{next(WORDS)}"
        self._states: dict[str, Any] = {
            "metadata": FeatureMetadataAggregate.initial(self.feature, "business", "key"),
            "documentation": DocumentationAggregate.initial(self.feature),
            "lineage": LineageAggregate.initial(f"{self.feature}@1.0.0"),
            "drift": DriftIncident.initial(uuid4()),
        }

    @property
    def streams(self) -> list[UUID]:
        """The streams of its things, begun or not."""
        return [state.id for state in self._states.values()]

    def decide(
        self, kind: str, value: Any, who: Metadata, measured: Sequence[Any]
    ) -> Sequence[Event]:
        """Return the events of one step; none when it changes nothing."""
        if kind == "sample":
            return [performance_sample(uuid4(), measured, who)]
        if kind == "quality":
            scores = {"validity": 50.0}
            return [
                quality_check(
                    uuid4(),
                    self.feature,
                    who,
                    version=None,
                    score=50,
                    dimensions=scores,
                    coverage=100,
                )
            ]
        events = list(self._about(kind, self._states[kind], value, who))
        for event in events:
            self._states[kind] = self._states[kind].evolve(event)
        return events

    def _about(self, kind: str, state: Any, value: Any, who: Metadata) -> Sequence[Event]:
        match kind:
            case "metadata":
                return annotations.decide_record(state, value, who)
            case "documentation":
                return documents.decide_generate(state, "1.0.0", f"Says {value!r}.", who)
            case "lineage" if state.declared is not None and not state.retired:
                return lineages.decide_retire(state, who)
            case "lineage":
                return lineages.decide_declare(state, [], who, computation_rule=repr(value)[:50])
            case _:
                return self._drift(state, value, who)

    def _drift(self, state: DriftIncident, value: Any, who: Metadata) -> Sequence[Event]:
        found: dict[str, Any] = {
            "drift_score": float(state.version),
            "severity": "low",
            "details": {"value": value},
        }
        match state.status:
            case "not detected":
                return drift.decide_detect(
                    state,
                    self.feature,
                    who,
                    drift_type="concept",
                    threshold_value=0.5,
                    **found,
                )
            case "detected" if state.version < 3:
                return drift.decide_update(state, who, **found)
            case "detected":
                return drift.decide_acknowledge(state, who)
            case "acknowledged":
                return drift.decide_resolve(state, "mended", who)
            case _:
                return []


def answers(story: Story, author: Author, at: int | None) -> dict[str, Any]:
    """Return what the store says of the author's things: their states, histories and rows."""
    audit = story.store.audit
    known: dict[str, Any] = {}
    until = story.store.position if at is None else at
    for stream in author.streams:
        entries = [e for e in story.log.history(stream) if e.position <= until]
        if entries:
            known[f"state {stream}"] = audit.state_at(stream, at).state
            known[f"log {stream}"] = audit.log(stream=stream, until=until)
    for table in ("feature_metadata", "feature_lineage", "feature_drift_detection"):
        known[table] = audit.rows_at(table, at, feature=author.feature).rows
    known["whole log"] = audit.log(limit=None, until=at)
    known["registry"] = audit.registry_at(at).to_dict()["features"]
    return known


@CHECKED
@given(steps=STEPS)
def test_the_past_answers_as_it_did_when_the_log_ended_there(past: Story, steps: Any) -> None:
    author = Author()
    then: dict[int, Any] = {}
    for step in steps:
        events = author.decide(*step)
        if events:
            past.append(*events)
            then[past.store.position] = answers(past, author, None)

    for position, said in then.items():
        assert answers(past, author, position) == said


@CHECKED
@given(steps=STEPS)
def test_a_state_at_a_position_is_the_fold_of_the_prefix(past: Story, steps: Any) -> None:
    author = Author()
    first = past.store.position
    written = [event for step in steps for event in author.decide(*step)]
    if written:
        past.append(*written)

    for position in range(first + 1, first + len(written) + 1):
        prefix = written[: position - first]
        for stream in {event.originator_id for event in prefix}:
            folded = replay(event for event in prefix if event.originator_id == stream)
            assert folded is not None
            found = past.store.audit.state_at(stream, position)
            assert found.aggregate == folded
            assert found.state == facts(folded)


@settings(CHECKED, max_examples=4)
@given(steps=STEPS, back=st.integers(0, 30))
def test_rows_at_a_position_are_those_that_a_rebuild_until_it_makes(
    past: Story, steps: Any, back: int
) -> None:
    author = Author()
    written = [event for step in steps for event in author.decide(*step)]
    if written:
        past.append(*written)
    position = max(past.store.position - back, 0)
    schema = f"copy{next(WORDS)}"
    past.store.projections.rebuild(until=position, into=schema)

    for table in TABLES:
        statement = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table))
        with past.database.connection() as connection:
            rows = connection.cursor(row_factory=dict_row).execute(statement).fetchall()
        found = past.store.audit.rows_at(table, position)
        here = {row["id"]: plain(dict(row)) for row in found.rows}
        there = {row["id"]: plain(row) for row in rows}
        assert (len(found.rows), here.keys()) == (len(rows), there.keys())
        assert differing(here, there) == []
    past.store.projections.drop_copy(schema)


def plain(value: Any) -> Any:
    """Return a cell with large numbers as floats: jsonb gives 1.2345678901234568e18 as digits."""
    match value:
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case int() if not isinstance(value, bool) and abs(value) >= 2**53:
            return float(value)
        case _:
            return value


def differing(here: dict[UUID, Any], there: dict[UUID, Any]) -> list[str]:
    """Return each cell that differs, in short: whole rows take long to print."""
    return [
        f"{column} of {own_id}: {row[column]!r:.200} is not {there[own_id][column]!r:.200}"
        for own_id, row in here.items()
        for column in row
        if row[column] != there[own_id][column]
    ]
