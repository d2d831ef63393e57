"""Erasing: naming an entity without keeping it, and what was computed from its values."""

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_text
from featuretrail.domain.registry import Registry

SALT_BYTES = 32

_SHORT = 3
"""Longest number, in digits, that a reason may well hold without naming anybody: Art. 17."""


def entity_digest(salt: bytes, keys: Mapping[str, object]) -> str:
    """Return HMAC-SHA256 under ``salt`` of the keys as JSON, in the order of their names.

    Who lacks the salt cannot try keys until one fits, however few there are.

    >>> entity_digest(bytes(32), {"person": 7})[:16]
    '9a1186edbcdef91d'
    """
    text = json.dumps(dict(sorted(keys.items())), ensure_ascii=False, separators=(",", ":"))
    return hmac.new(salt, text.encode(), sha256).hexdigest()


def check_erasing_reason(given: object, entities: Iterable[Mapping[str, object]]) -> str:
    """Return the reason of an erasure; raise ``InvalidInputError`` for one that is blank.

    Also for one that holds a key of ``entities`` as a word: the log keeps reasons for ever.
    Numbers of up to three digits pass, as in "Art. 17".
    """
    reason = check_text("reason", given)
    if not reason.strip():
        raise InvalidInputError("the reason is blank; say why the rows are erased")
    words = set(re.findall(r"\w+", reason))
    for entity in entities:
        for name, value in entity.items():
            text = str(value)
            is_number = isinstance(value, int)
            named = text in words if re.fullmatch(r"\w+", text) else text in reason
            if text.strip() and named and not (is_number and len(text) <= _SHORT):
                raise InvalidInputError(
                    f"the reason holds the key {name} of an entity to erase, and the log keeps "
                    "reasons for ever: say it without, such as by the number of the request"
                )
    return reason


def derived_groups(registry: Registry, group: str) -> list[str]:
    """Return the groups with features computed by rules from ``group``, however indirectly."""
    found = {group}
    grew = True
    while grew:
        grew = False
        for feature in registry.features.values():
            if feature.group not in found and any(
                version.definition.rule is not None
                and any(parent.group in found for parent in version.definition.rule.parents)
                for version in feature.versions
            ):
                found.add(feature.group)
                grew = True
    return sorted(found - {group})
