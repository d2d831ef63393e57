"""The functions of Python rules in this process, by the digest of their source."""

from collections.abc import Iterable

from featuretrail.domain.definitions import FeatureGroup
from featuretrail.domain.errors import RuleError
from featuretrail.domain.registry import ResolvedFeature
from featuretrail.domain.rule_units import rule_of
from featuretrail.domain.rules import Rule
from featuretrail.infrastructure.computing.python_way import Function


class RuleBook:
    """Knows the function of each rule that was bound: of the very source that is registered."""

    def __init__(self) -> None:
        self._functions: dict[str, Function] = {}
        self._bound: dict[str, Rule] = {}

    def bind(self, groups: Iterable[FeatureGroup]) -> None:
        """Remember the functions of Python rules in ``groups``."""
        for group in groups:
            for feature in group.features:
                rule = feature.rule
                if rule is not None and rule.function is not None:
                    self._functions[rule.digest] = rule.function
                    self._bound[f"{group.name}.{feature.name}"] = rule

    def function_of(self, feature: ResolvedFeature) -> Function:
        """Return the function of a Python rule; raise ``RuleError`` saying what to register."""
        rule = rule_of(feature)
        function = self._functions.get(rule.digest)
        if function is not None:
            return function
        name, bound = str(feature.reference), self._bound.get(feature.reference.path)
        if bound is None:
            raise RuleError(
                name,
                f"is the Python function {rule.name}, which this process does not have: register "
                "the group that defines it here first, or give its file on the command line as "
                "--from FILE.py",
            )
        raise RuleError(
            name,
            f"is the function {rule.name} with the digest {rule.digest[:12]}, and this process has "
            f"{bound.name} with {bound.digest[:12]}: code that changed needs a new version of the "
            "feature; give the definition one and register it",
        )
