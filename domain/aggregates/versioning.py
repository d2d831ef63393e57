"""The rule all definitions share: a registered version never changes, and versions only rise."""

from collections.abc import Mapping
from typing import Any

from featuretrail.domain.errors import DefinitionChangedError, InvalidDefinitionError
from featuretrail.domain.versions import Version


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return one line a field that differs, such as ``ttl: 6 -> 12``; the version is left out.

    Of a rule that there is before and after, only the parts that differ are told.

    >>> differences({"unit": "F", "version": "1.0.0"}, {"unit": "C", "version": "1.0.0"})
    ["unit: 'F' -> 'C'"]
    >>> differences({"rule": {"source": "a"}}, {"rule": {"source": "b"}})
    ["rule.source: 'a' -> 'b'"]
    """
    lines = []
    for name in sorted({*old, *new} - {"version"}):
        before, after = old.get(name), new.get(name)
        if name == "rule" and before and after:
            lines += [f"rule.{line}" for line in differences(before, after)]
        elif before != after:
            lines.append(f"{name}: {before!r} -> {after!r}")
    return lines


def is_registered(
    kind: str,
    name: str,
    definition: Mapping[str, Any],
    registered: Mapping[Version, Mapping[str, Any]],
    needed: Version | None = None,
) -> bool:
    """Tell whether ``definition`` is registered already; raise if its version is not free for it.

    ``registered`` maps each version to its definition; ``needed`` is the least version that a
    change of the latest one asks for (by default the next patch).
    """
    version = Version.parse(definition["version"])
    if not registered:
        return False
    latest = max(registered)
    if version in registered:
        changes = differences(registered[version], definition)
        if changes:
            least = latest.next_patch() if needed is None else max(needed, latest.next_patch())
            raise DefinitionChangedError(kind, name, str(version), changes, str(least))
        return True
    if version < latest:
        raise InvalidDefinitionError(
            f"{kind} {name!r} version {version} comes after version {latest}; versions only rise"
        )
    if needed is not None and version < needed:
        changes = differences(registered[latest], definition)
        raise InvalidDefinitionError(
            f"{kind} {name!r} changes {'; '.join(changes)}: that needs version {needed} or later, "
            f"not {version}"
        )
    return False
