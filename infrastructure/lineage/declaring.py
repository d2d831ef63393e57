"""Declaring and retiring lineage: decided and appended under one lock, so no race makes a cycle."""

from collections.abc import Sequence
from typing import Any

import psycopg

from featuretrail.domain.aggregates.lineage import decide_retire
from featuretrail.domain.events import Event, FeatureDefined, LineageDeclared, Metadata
from featuretrail.domain.lineage.declaring import Declaration, declare, declare_all
from featuretrail.domain.lineage.lineage import Lineage
from featuretrail.domain.lineage.rules import rule_facts
from featuretrail.domain.names import FeatureReference
from featuretrail.domain.parents import Parent
from featuretrail.domain.registry import Registry
from featuretrail.domain.versions import Version
from featuretrail.infrastructure.database import Database
from featuretrail.infrastructure.lineage.reading import LineageReader
from featuretrail.infrastructure.log.application import EventLog
from featuretrail.infrastructure.queries import query

AnyConnection = psycopg.Connection[Any]


class LineageDeclarer:
    """Appends what is declared of lineage; each decision sees all that were made before it."""

    def __init__(self, database: Database, log: EventLog, reader: LineageReader) -> None:
        self._database = database
        self._log = log
        self._reader = reader

    def declare(self, declaration: Declaration, metadata: Metadata) -> bool:
        """Declare a lineage; return whether that said something new."""
        with self._database.transaction() as connection:
            lineage = self._locked(connection)
            events = declare(lineage, declaration, metadata)
            if events:
                self._log.append(*events, connection=connection)
        return bool(events)

    def retire(self, feature: FeatureReference, metadata: Metadata) -> bool:
        """Retire a pinned feature; return whether it was in use."""
        with self._database.transaction() as connection:
            events = decide_retire(self._locked(connection).aggregate(feature), metadata)
            if events:
                self._log.append(*events, connection=connection)
        return bool(events)

    def of_rules(
        self,
        definitions: Sequence[Event],
        registry: Registry,
        metadata: Metadata,
        connection: AnyConnection | None = None,
    ) -> list[LineageDeclared]:
        """Return the declarations that the rules in ``definitions``, not yet recorded, amount to.

        ``registry`` holds them already. In a transaction, ``connection``, the lock is taken and
        kept, so that they can be appended with the definitions.
        """
        declarations = [
            each
            for event in definitions
            if isinstance(event, FeatureDefined)
            and (each := _declaration(event, registry)) is not None
        ]
        if not declarations:
            return []
        lineage = self._reader.current() if connection is None else self._locked(connection)
        end = lineage.position
        with_them = lineage.evolve(((end, event) for event in definitions), end)
        return declare_all(with_them, declarations, metadata)

    def _locked(self, connection: AnyConnection) -> Lineage:
        connection.execute(query("lineage/lock"))
        return self._reader.current(connection)


def _declaration(event: FeatureDefined, registry: Registry) -> Declaration | None:
    """Return what a definition's rule says of lineage; parents without a version are the latest."""
    rule = rule_facts(event.definition)
    if rule is None:
        return None
    parents = (registry.resolve(reference).reference for reference in rule.parents)
    return Declaration(
        feature=FeatureReference(event.group, event.name, Version.parse(event.version)),
        parents=tuple(Parent.feature(parent) for parent in parents),
        computation_rule=rule.source,
    )
