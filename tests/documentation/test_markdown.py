"""Whatever is quoted in Markdown stands there as text."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from featuretrail.domain.documentation.content import content
from featuretrail.domain.documentation.markdown import code, inline, quoted, span, table
from tests.documentation.facts import facts, feature


@given(st.text())
@example("# heading")
@example("1. list")
@example("<script>&amp;`|*_[x](y)")
def test_a_text_has_no_markup_and_no_line_of_its_own(text: str) -> None:
    told = inline(text)

    assert "<" not in told
    assert len(told.splitlines()) <= 1
    assert re.search(r"(?<!\\)(\\\\)*[`*_|\[\]]", told) is None
    assert re.match(r"[#+=>-]|\d+[.)]", told) is None


@given(st.text())
def test_code_cannot_leave_its_fence(text: str) -> None:
    block = code(text)
    fence = block.split("\n", 1)[0]

    assert set(fence) == {"`"}
    assert block.rstrip().endswith(fence)
    assert fence not in text
    assert "`" * (len(fence) - 2) in span(text) or "`" in span(text)


@given(st.lists(st.fixed_dictionaries({"a": st.text(), "b": st.none() | st.text()}), min_size=1))
def test_a_table_keeps_its_rows_and_columns(rows: list[dict[str, str | None]]) -> None:
    lines = table(rows).split("\n")

    assert len(lines) == len(rows) + 2
    assert all(len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3 for line in lines)


def test_an_empty_text_is_told_from_nothing() -> None:
    assert table([{"a": "", "b": None, "c": "  "}]).split("\n")[2] == '| "" | – | "  " |'


def test_what_was_not_evaluated_says_why() -> None:
    told = content(facts(), [], [], (None, None))
    frozen = content(facts(snapshots=("delay@1.0.0",)), [], [], (None, None))

    assert "Quality: not evaluated, it was never checked." in told
    assert "Consistency: not evaluated, no snapshot has it." in told
    assert "Consistency: not evaluated, it was never checked." in frozen
    assert not re.search(r"not evaluated\.$", told.partition("## How good")[0], re.MULTILINE)


def test_paragraphs_of_a_quote_stay_in_it() -> None:
    assert quoted("one\nline\n\n# two") == "> one line\n>\n> \\# two"


def test_authored_and_generated_sections_are_told_apart() -> None:
    text = content(facts(definition=feature("<script>")), [], [], (None, 50.0))

    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[0] == "What it is (authored)"
    assert all(each.endswith("(generated)") for each in headings[1:])
    assert "> &lt;script>" in text
    assert "Completeness: not evaluated. Quality: 50 of 100." in text
