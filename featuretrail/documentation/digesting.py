"""Digests of what a page is made from, so that what did not change is not made again."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
from blake3 import blake3
from pydantic import BaseModel


def digest_of(*facts: object) -> str:
    """Return the blake3 digest of facts; equal facts give equal digests, in any process."""
    text = json.dumps([_json(each) for each in facts], sort_keys=True, ensure_ascii=True)
    return blake3(text.encode()).hexdigest()


def _json(value: object) -> Any:  # noqa: ANN401 - any JSON value
    told: Any
    match value:
        case None | bool() | int() | str():
            told = value
        case float():
            told = repr(value)
        case datetime() | timedelta() | UUID():
            told = str(value)
        case BaseModel():
            told = value.model_dump(mode="json")
        case Mapping():
            told = {str(name): _json(each) for name, each in value.items()}
        case set() | frozenset():
            told = sorted(str(_json(each)) for each in value)
        case list() | tuple():
            told = [_json(each) for each in value]
        case _ if attrs.has(type(value)):
            told = [type(value).__name__, _json(_fields(value))]
        case _:
            raise TypeError(f"no digest of {type(value).__name__}")
    return told


def _fields(value: object) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in attrs.fields(type(value))}  # type: ignore[arg-type]
