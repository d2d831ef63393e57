"""The quality of a documentation, 0 to 100, by criteria that each say why."""

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Callable, Iterable
from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.definitions import Feature
from featuretrail.domain.documentation.declared import NUMERIC, said
from featuretrail.domain.documentation.facts import FeatureFacts
from featuretrail.domain.results import Result
from featuretrail.domain.rules import Rule, same_rule

SHORTEST, LONGEST = 40, 600
"""Characters between which a description has the right length."""
FEWEST_WORDS = 3
"""Words that a description adds to the feature's name."""
LONGEST_PLAIN_RULE = 120
"""Characters of an SQL rule that need no comment."""
_SQL_TEXTS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
"""Texts and quoted names of SQL, in which no comment begins."""


@frozen
class Criterion(Result):
    """One criterion: its score from 0 to 100 (``None``: it does not apply), and why."""

    name: str
    score: float | None
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)


def criteria(facts: FeatureFacts) -> tuple[Criterion, ...]:
    """Return every criterion of quality, see ``docs/how-to/documentation.md`` for the formulas."""
    return tuple(Criterion(name, *judge(facts)) for name, judge in _JUDGES.items())


def mean_score(found: Iterable[Criterion]) -> float | None:
    """Return the mean score of the criteria that apply, rounded to a tenth."""
    scores = [each.score for each in found if each.score is not None]
    return round(sum(scores) / len(scores), 1) if scores else None


Judged = tuple[float | None, str]


def _length(facts: FeatureFacts) -> Judged:
    count = len(facts.definition.description.strip())
    said = f"the description has {count:,} characters"
    if count == 0:
        return 0.0, "there is no description"
    if count < SHORTEST:
        return round(100 * count / SHORTEST, 1), f"{said}, less than {SHORTEST}"
    if count > LONGEST:
        return round(100 * LONGEST / count, 1), f"{said}, more than {LONGEST}"
    return 100.0, said


def _says_more(facts: FeatureFacts) -> Judged:
    known = {*_words(facts.definition.name), *_words(facts.group.name)}
    more = {word for word in _words(facts.definition.description) if word not in known}
    share = min(len(more) / FEWEST_WORDS, 1.0)
    return round(100 * share, 1), f"the description adds {len(more)} words to the name"


def _words(text: str) -> list[str]:
    spaced = "".join(char if char.isalnum() else " " for char in text.casefold())
    return spaced.split()


def _owner(facts: FeatureFacts) -> Judged:
    return (0.0, "nobody owns it") if facts.owner is None else (100.0, "it has an owner")


def _unit(facts: FeatureFacts) -> Judged:
    if facts.definition.dtype not in NUMERIC:
        return None, f"values of type {facts.definition.dtype} have no unit"
    if not said(facts.definition.unit):
        return 0.0, "numbers without a unit"
    return 100.0, "the unit is named"


def _rule(facts: FeatureFacts) -> Judged:
    rule = facts.definition.rule
    if rule is None:
        return None, "its values are ingested"
    return (100.0, "the rule explains itself") if _explained(rule) else (
        50.0, "the rule has neither a docstring nor a comment"
    )  # fmt: skip


def _explained(rule: Rule) -> bool:
    if rule.kind == "sql":
        code = _SQL_TEXTS.sub("", rule.source)
        return len(rule.source) <= LONGEST_PLAIN_RULE or "--" in code or "/*" in code
    return _has_docstring(rule.source) or _has_comment(rule.source)


def _has_docstring(source: str) -> bool:
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError):
        return False
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(
        said(ast.get_docstring(node)) for node in ast.walk(tree) if isinstance(node, functions)
    )


def _has_comment(source: str) -> bool:
    lines = io.StringIO(textwrap.dedent(source)).readline
    try:
        return any(each.type == tokenize.COMMENT for each in tokenize.generate_tokens(lines))
    except (tokenize.TokenError, SyntaxError):
        return False


def _parents(facts: FeatureFacts) -> Judged:
    if not facts.parents:
        return None, "it comes from no other feature"
    described = sum(facts.parents.values())
    said = f"{described} of {len(facts.parents)} parents are described"
    return round(100 * described / len(facts.parents), 1), said


def _example(facts: FeatureFacts) -> Judged:
    if facts.private:
        return None, "its rows are private"
    if facts.example is None:
        return 0.0, f"no example could be run: {facts.absent}"
    if facts.example.present == 0:
        return 50.0, "the example ran and returned no value"
    return 100.0, "the example ran and returned values"


def _fresh(facts: FeatureFacts) -> Judged:
    before, now = facts.earlier, facts.definition
    if before is None or not _means_otherwise(before, now):
        return None, "what it means did not change with this version"
    if before.description == now.description:
        return 0.0, "type, unit or rule changed with this version, and the description did not"
    return 100.0, "the description was revised with what it means"


def _means_otherwise(before: Feature, now: Feature) -> bool:
    stated = (before.dtype, before.unit) != (now.dtype, now.unit)
    return stated or not same_rule(before.rule, now.rule)


def _reasons(facts: FeatureFacts) -> Judged:
    decided = [each for each in facts.changes if each.definition]
    if not decided:
        return None, "no version was defined yet"
    given = sum(bool(each.reason) for each in decided)
    return round(100 * given / len(decided), 1), f"{given} of {len(decided)} versions say why"


_JUDGES: dict[str, Callable[[FeatureFacts], Judged]] = {
    "description length": _length,
    "description says more than the name": _says_more,
    "owner": _owner,
    "unit": _unit,
    "rule": _rule,
    "parents documented": _parents,
    "example runs": _example,
    "description is fresh": _fresh,
    "reasons given": _reasons,
}
