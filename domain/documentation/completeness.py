"""What a documentation should hold, what it lacks, and exactly what mends that."""

from collections.abc import Callable, Iterable
from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.documentation.declared import NUMERIC, said
from featuretrail.domain.documentation.facts import FeatureFacts
from featuretrail.domain.results import Result

AUTHORED = (
    "description",
    "owner",
    "unit",
    "constraints",
    "tags",
    "group description",
    "reason",
)
"""Items that somebody writes; all others come from events and values."""


@frozen
class Missing(Result):
    """Something that a documentation lacks: what to write (``None``: nothing), what to run."""

    item: str
    words: str
    line: str | None
    command: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)


@frozen
class Item:
    """An item of a complete documentation: whether it is there (``None``: it does not apply)."""

    name: str
    present: bool | None
    missing: Missing | None = None

    @property
    def authored(self) -> bool:
        """Whether somebody writes it."""
        return self.name in AUTHORED


def items(facts: FeatureFacts) -> tuple[Item, ...]:
    """Return every item of a documentation, present, missing or not applicable."""
    found = []
    for name, (is_present, mend) in _ITEMS.items():
        present = is_present(facts)
        missing = Missing(name, *mend(facts)) if present is False else None
        found.append(Item(name, present, missing))
    return tuple(found)


def completeness(found: Iterable[Item]) -> float | None:
    """Return the share of present items among those that apply, 0 to 100, to a tenth."""
    applicable = [each.present for each in found if each.present is not None]
    if not applicable:
        return None
    return round(100 * sum(applicable) / len(applicable), 1)


Mend = tuple[str, str | None, str]


def _defined(words: str, line: str) -> Callable[[FeatureFacts], Mend]:
    def mend(facts: FeatureFacts) -> Mend:
        return (
            words + _settled(facts),
            f"{line} # {_where(facts)}",
            f'featuretrail apply FILE.toml --reason "document {facts.feature.path}"',
        )

    return mend


def _where(facts: FeatureFacts) -> str:
    version = facts.newest.next_patch()
    return f'in [[group.features]] name = "{facts.definition.name}", with version = "{version}"'


def _settled(facts: FeatureFacts) -> str:
    """Say of a version that has a successor that only the next one can mend it."""
    version = facts.feature.version
    if version == facts.newest:
        return ""
    return f"; version {version} stays as it is, and the next one can say it"


def _reference(facts: FeatureFacts) -> str:
    """Return what commands call it: its newest version needs none."""
    superseded = facts.feature.version != facts.newest
    return str(facts.feature) if superseded else facts.feature.path


def _mend_group(facts: FeatureFacts) -> Mend:
    version = facts.group.version.next_patch()
    where = f'in [[group]] name = "{facts.group.name}", with version = "{version}"'
    return (
        f"the group {facts.group.name} is not described",
        f'description = "..." # {where}',
        f'featuretrail apply FILE.toml --reason "document {facts.group.name}"',
    )


def _mend_reason(facts: FeatureFacts) -> Mend:
    newest, following = facts.newest, facts.newest.next_patch()
    return (
        f"nobody said why version {newest} was defined; the next one can",
        f'version = "{following}" # in [[group.features]] name = "{facts.definition.name}"',
        'featuretrail apply FILE.toml --reason "..."',
    )


def _mend_source(facts: FeatureFacts) -> Mend:
    superseded = facts.feature.version != facts.newest
    version = f", version='{facts.feature.version}'" if superseded else ""
    which = f"'{facts.feature.path}', ['source NAME']{version}"
    call = f"featuretrail.connect().track_feature_lineage({which})"
    return (
        "nothing says where its values come from",
        None,
        f'python -c "import featuretrail; {call}"',
    )


def _mend_values(facts: FeatureFacts) -> Mend:
    rule, values = facts.definition.rule, facts.values
    if rule is None:
        command = f"featuretrail ingest {facts.feature.group} FILE"
    elif rule.kind == "sql":
        command = f"featuretrail compute {facts.feature.path}"
    else:
        command = f"featuretrail compute {facts.feature.path} --from FILE.py"
    if values is None:
        return facts.absent or "the store holds no value of it", None, command
    which = "all its values" if values.complete else "all the newest of its values"
    return f"{which} are NULL", None, command


def _mend_example(facts: FeatureFacts) -> Mend:
    return f"no example could be run: {facts.absent}", *_mend_values(facts)[1:]


def _mend_quality(facts: FeatureFacts) -> Mend:
    command = f"featuretrail quality check {_reference(facts)}"
    return "its quality was never checked", None, command


def _mend_baseline(facts: FeatureFacts) -> Mend:
    superseded = facts.feature.version != facts.newest
    what = str(facts.feature) if superseded else facts.feature.group
    command = f"featuretrail quality baseline {what}"
    return "no baseline has it, so drift cannot be seen", None, command


def _mend_consistency(facts: FeatureFacts) -> Mend:
    newest = facts.snapshots[-1]
    return (
        f"no snapshot that froze it was compared with other systems; the newest is {newest}",
        None,
        f"featuretrail consistency check {newest}",
    )


def _has_unit(facts: FeatureFacts) -> bool | None:
    return said(facts.definition.unit) if facts.definition.dtype in NUMERIC else None


def _has_reasons(facts: FeatureFacts) -> bool | None:
    decided = [each for each in facts.changes if each.definition]
    return bool(decided[-1].reason) if decided else None


def _has_source(facts: FeatureFacts) -> bool:
    lineage = facts.lineage
    if facts.computed:
        return True
    return lineage is not None and bool(lineage.parents or lineage.streaming_source)


def _has_values(facts: FeatureFacts) -> bool:
    if facts.values is None:
        return False
    statistics = facts.values.statistics
    return bool(statistics["rows"] > statistics["nulls"])


def _has_example(facts: FeatureFacts) -> bool | None:
    return None if facts.private else facts.example is not None


def _is_consistent(facts: FeatureFacts) -> bool | None:
    return bool(facts.consistency) if facts.snapshots else None


Check = tuple[Callable[[FeatureFacts], bool | None], Callable[[FeatureFacts], Mend]]

_ITEMS: dict[str, Check] = {
    "description": (
        lambda facts: said(facts.definition.description),
        _defined("there is no description", 'description = "..."'),
    ),
    "owner": (
        lambda facts: facts.owner is not None,
        _defined("nobody owns it", 'owner = "..."'),
    ),
    "unit": (_has_unit, _defined("numbers without a unit", 'unit = "..."')),
    "constraints": (
        lambda facts: bool(facts.definition.constraints),
        _defined("nothing says which values are valid", 'constraints = [{kind = "not_null"}]'),
    ),
    "tags": (
        lambda facts: bool(facts.tags),
        _defined("it has no tag to be found by", 'tags = ["..."]'),
    ),
    "group description": (lambda facts: said(facts.group.description), _mend_group),
    "reason": (_has_reasons, _mend_reason),
    "source": (_has_source, _mend_source),
    "values": (_has_values, _mend_values),
    "example": (_has_example, _mend_example),
    "quality check": (lambda facts: facts.quality is not None, _mend_quality),
    "baseline": (lambda facts: bool(facts.baselines), _mend_baseline),
    "consistency check": (_is_consistent, _mend_consistency),
}
