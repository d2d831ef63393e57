"""The canonical source of Python rules: what changes a digest, what does not, what is refused."""

import importlib.util
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

import featuretrail as ft

_MODULES = count()

HEAD = """
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

import featuretrail as ft

"""

PLAIN = """
SPAN = 3

def shifted(values):
    return values + SPAN

@ft.rule(parents=["readings.level"], history=timedelta(0))
def more(level):
    return shifted(level)
"""


@pytest.fixture
def define(tmp_path: Path) -> Iterator[Any]:
    """Runs text as a module of its own and returns its rule ``more``."""
    made = []

    def run(text: str, **others: str) -> ft.Rule:
        for name, other in others.items():
            made.append(_module(tmp_path, name, other).__name__)
        module = _module(tmp_path, f"rules_of_a_test_{next(_MODULES)}", HEAD + dedent(text))
        made.append(module.__name__)
        rule: ft.Rule = module.__dict__["more"]
        return rule

    yield run
    for name in made:
        sys.modules.pop(name, None)


def _module(folder: Path, name: str, text: str) -> ModuleType:
    file = folder / f"{name}_{next(_MODULES)}.py"
    file.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_the_source_is_the_function_with_all_of_the_authors_code_that_it_uses(define: Any) -> None:
    assert define(PLAIN).source == dedent(
        """\
        SPAN = 3

        def shifted(values):
            return values + SPAN

        def more(level):
            return shifted(level)"""
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SPAN = 3", "SPAN = 4"),
        ("SPAN = 3", "SPAN = 3.0"),
        ("values + SPAN", "SPAN + values"),
        ("return shifted(level)", "return shifted(level) * 1"),
        ("return shifted(level)", "return shifted(level)  # better"),
        ("def more(level)", "def more(level, by=2)"),
    ],
)
def test_what_could_change_values_changes_the_digest(define: Any, old: str, new: str) -> None:
    assert define(PLAIN.replace(old, new)).digest != define(PLAIN).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SPAN = 3", "SPAN = 3\nOTHER = 4"),
        ("SPAN = 3", "SPAN = 3  # rows"),
        ("return shifted(level)", "return shifted(level)   "),
        ("@ft.rule(parents", "@ft.rule(  parents"),
        ("\ndef shifted", "\nclass Other:\n    pass\n\n\ndef shifted"),
    ],
)
def test_what_cannot_change_values_leaves_the_digest(define: Any, old: str, new: str) -> None:
    assert define(PLAIN.replace(old, new)).digest == define(PLAIN).digest


def test_libraries_count_by_name_and_types_in_annotations_not_at_all(define: Any) -> None:
    source = define(
        """
        Floats = NDArray[np.float64]
        from attrs import evolve

        @ft.rule(parents=["readings.level"])
        def more(level: Floats) -> Floats:
            def inner(values: Floats) -> Floats:
                return evolve(np.sqrt(values))
            return inner(level)
        """
    ).source

    assert source.startswith("# attr: evolve\nimport numpy as np\n\ndef more(level: Floats)")


def test_what_a_library_defines_is_known_by_its_name_whatever_its_kind(define: Any) -> None:
    source = define(
        """
        from scipy.special import expit
        from scipy.stats import norm

        @ft.rule(parents=["readings.level"])
        def more(level):
            from math import pi
            return norm.cdf(level) + expit(level) + np.median(level) + np.add.reduce(level) + pi
        """
    ).source

    assert source.startswith("# numpy: expit\n# scipy: norm\nimport numpy as np\n")


def test_a_helper_of_the_authors_other_module_is_part_of_the_source(define: Any) -> None:
    text = """
        import helpers_of_a_test as helpers

        @ft.rule(parents=["readings.level"])
        def more(level):
            return helpers.twice(level)
        """
    one = define(text, helpers_of_a_test="def twice(x):\n    return 2 * x\n")
    other = define(text, helpers_of_a_test="def twice(x):\n    return x + x\n")

    assert "return 2 * x" in one.source
    assert one.digest != other.digest


def test_constants_of_a_closure_are_part_of_the_source(define: Any) -> None:
    text = """
        def times(factor):
            @ft.rule(parents=["readings.level"])
            def more(level):
                return factor * level
            return more

        more = times({factor})
        """
    assert define(text.format(factor=2)).source.startswith("factor = 2\n")
    assert define(text.format(factor=2)).digest != define(text.format(factor=3)).digest


def test_a_module_within_a_package_is_followed_to_what_is_used_of_it(define: Any) -> None:
    text = """
        import package_of_a_test

        @ft.rule(parents=["readings.level"])
        def more(level):
            return package_of_a_test.inner.twice(level)
        """
    package = """
from types import ModuleType

def twice(x):
    return {} * x

inner = ModuleType("inner_of_a_test")
inner.twice = twice
"""
    one, other = (define(text, package_of_a_test=package.format(by)) for by in (2, 3))

    assert "return 2 * x" in one.source
    assert one.digest != other.digest


DECORATED = """
import functools

def times(factor):
    def outer(function):
        @functools.wraps(function)
        def inner(x):
            return factor * function(x)
        return inner
    return outer

@times({first})
def one(x):
    return x

@times({second})
def two(x):
    return x + 1

@ft.rule(parents=["readings.level"])
@times({last})
def more(level):
    return one(level) - two(level)
"""


def test_what_the_authors_decorators_do_is_part_of_the_source(define: Any) -> None:
    changes = [(2, 3, 4), (3, 2, 4), (2, 3, 5), (2, 4, 3), (1, 3, 4)]
    rules = [
        define(DECORATED.format(first=first, second=second, last=last))
        for first, second, last in changes
    ]

    assert len({rule.digest for rule in rules}) == len(changes)
    assert "return factor * function(x)" in rules[0].source
    assert "def more(level):" in rules[0].source


def test_a_rule_may_call_another_rule_and_itself(define: Any) -> None:
    rule = define(
        """
        @ft.rule(parents=["readings.level"])
        def first(level):
            return level + 1

        def again(level, depth):
            return level if depth == 0 else again(level, depth - 1)

        @ft.rule(parents=["readings.level"])
        def more(level):
            return again(first(level), 2)
        """
    )

    assert rule.source.count("def ") == 3
    assert rule(1) == 2


USING = "made = {}\n@ft.rule(['readings.level'])\ndef more(level):\n    return made(level)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("more = ft.rule(['readings.level'])(lambda level: level)", "lambda"),
        ("more = ft.rule(['readings.level'])(abs)", "no function of Python code"),
        (
            "T = [1, 2]\n@ft.rule(['readings.level'])\ndef more(level):\n    return level * T",
            "uses 'T', a list whose content",
        ),
        (
            "A = np.zeros(3)\n@ft.rule(['readings.level'])\ndef more(level):\n    return level * A",
            "uses 'A', a ndarray",
        ),
        (
            "def make(a):\n def f(b):\n  return a\n return ft.rule(['r.b'])(f)\nmore = make([1])",
            "uses 'a', a list",
        ),
        (
            "@ft.rule(['readings.level'])\ndef more(level):\n    return later(level)",
            "uses 'later', which is not defined",
        ),
        ("@ft.rule(['readings.level'])\nasync def more(level):\n    return level", "asynchronous"),
        ("@ft.rule(['readings.level'])\ndef more(level):\n    yield level", "yields"),
        (
            "@ft.rule(['readings.level'])\ndef more(level, count):\n    return level",
            "cannot be called with 1 arrays",
        ),
        (
            "@ft.rule(['readings.level'])\ndef more(event_time):\n    return event_time",
            "cannot be called with 2 arrays",
        ),
        ("@ft.rule('readings.level')\ndef more(level):\n    return level", "give a list such as"),
        (USING.format("np.poly1d([1, 2])"), "uses 'made', a poly1d"),
        (USING.format("np.vectorize(abs)"), "uses 'made', a vectorize"),
        (USING.format("np.frompyfunc(abs, 1, 1)"), "uses 'made', a ufunc"),
        (USING.format("{1: 2}.get"), "uses 'made', a builtin_function_or_method"),
        (USING.format("__import__('functools').partial(abs)"), "uses 'made', a partial"),
        (USING.format("__import__('scipy.stats').stats.norm(2).pdf"), "uses 'made', a method"),
        (
            (
                "@ft.rule(['readings.level'])\ndef more(level):\n    from mine import it\n"
                "    return it(level)"
            ),
            "imports 'mine' within 'more'",
        ),
        (
            (
                "@ft.rule(['readings.level'])\ndef more(level):\n    import mine.own as own\n"
                "    return own.it(level)"
            ),
            r"imports 'mine\.own' within 'more'",
        ),
        (
            (
                "@ft.rule(['readings.level'])\n@np.errstate(divide='ignore')\ndef more(level):\n"
                "    return 1 / level"
            ),
            "is wrapped by a decorator of a library",
        ),
        ("@ft.rule([])\ndef more():\n    return 1", "has no parents"),
    ],
)
def test_code_that_cannot_be_known_is_refused(define: Any, text: str, reason: str) -> None:
    with pytest.raises(ft.InvalidDefinitionError, match=reason):
        define(text)


def test_code_without_a_file_is_refused() -> None:
    names: dict[str, Any] = {"ft": ft}

    with pytest.raises(ft.InvalidDefinitionError, match="define the rule in a file"):
        exec("@ft.rule(['readings.level'])\ndef more(level):\n    return level", names)  # noqa: S102
