"""Golden events: one recorded state of every topic and class version, kept for ever.

``python -m tests.golden.examples`` writes those that are missing; existing files are never touched.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.persistence import StoredEvent

import featuretrail.domain.events
import tests.log.events  # noqa: F401 (registers the log's own test events)
from featuretrail.domain.events.base import Event
from featuretrail.domain.events.registry import event_class, topics
from featuretrail.infrastructure.log.decoding import decode, encode

FOLDER = Path(__file__).parent
STREAM = UUID("c0ffee00-0000-4000-8000-000000000001")

Schema = Mapping[str, Any]


def path(topic: str, version: int) -> Path:
    """Where the golden event of ``topic`` in class version ``version`` is."""
    return FOLDER / f"{topic}.v{version}.json"


def read(file: Path) -> Event:
    """Decode the golden event in ``file`` as if the log held it."""
    topic, _, _ = file.stem.rpartition(".v")
    state = json.dumps(json.loads(file.read_text())).encode()
    return decode(StoredEvent(STREAM, 1, topic, state), position=1)


def example(kind: type[Event]) -> Event:
    """Return an event of ``kind`` with every field filled, the same on every run."""
    schema = kind.model_json_schema()
    fields = _value(schema, schema.get("$defs", {}), kind.TOPIC)
    identity = {"originator_id": str(STREAM), "originator_version": 1}
    return kind.model_validate_json(json.dumps(fields | identity))


def write_missing() -> list[Path]:
    """Write the golden event of every topic that lacks one of its present class version."""
    written = []
    for topic in topics():
        kind = event_class(topic)
        file = path(topic, kind.class_version)
        if not file.exists():
            state = json.loads(encode(example(kind)))
            file.write_text(json.dumps(state, indent=2, ensure_ascii=False) + "\n")
            written.append(file)
    return written


def _value(schema: Schema, definitions: Mapping[str, Schema], name: str) -> Any:
    if "$ref" in schema:
        return _value(definitions[schema["$ref"].rpartition("/")[2]], definitions, name)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            chosen = next(each for each in schema[several] if each.get("type") != "null")
            return _value(chosen, definitions, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "object":
        return _object(schema, definitions, name)
    if schema.get("type") == "array":
        items = schema.get("prefixItems", [schema.get("items", {})])
        return [_value(item, definitions, name) for item in items]
    return _scalar(schema, name)


def _object(schema: Schema, definitions: Mapping[str, Schema], name: str) -> dict[str, Any]:
    if "properties" in schema:
        return {
            field: _value(inner, definitions, field)
            for field, inner in schema["properties"].items()
            if field not in ("originator_id", "originator_version")
        }
    inner = schema.get("additionalProperties")
    return {f"{name}_key": _value(inner if isinstance(inner, dict) else {}, definitions, name)}


def _scalar(schema: Schema, name: str) -> str | int | float | bool:
    match schema.get("type"), schema.get("format"):
        case "integer", _:
            return int(schema.get("minimum", 7))
        case "number", _:
            return 0.5
        case "boolean", _:
            return True
        case _, "uuid":
            return str(uuid5(NAMESPACE_URL, name))
        case _, "date-time":
            return "2013-06-01T12:30:00.000001Z"
        case _:
            return f"{name} – é"


if __name__ == "__main__":
    assert featuretrail.domain.events.__all__
    for file in write_missing():
        print(f"wrote {file.name}")
