"""How results look in a notebook."""

from typing import Any

from attrs import asdict, frozen

from featuretrail.domain.changes import Change, Registration
from featuretrail.domain.receipts import Receipt
from featuretrail.domain.results import Result, as_html


@frozen
class Named(Result):
    name: str

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


def test_a_notebook_never_runs_what_a_name_says() -> None:
    shown = Named("<img src=x onerror=alert(1)>")._repr_html_()

    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown


def test_a_name_in_a_heading_is_escaped_too() -> None:
    assert "<b>" not in as_html({"<b>": 1})
    assert "<b>" not in as_html([{"<b>": 1}])


def test_a_receipt_is_a_table_of_its_facts() -> None:
    shown = Receipt("weather", 3, 1, 5, "ab12")._repr_html_()

    assert shown.startswith("<b>Receipt</b><table><tr><th>group</th><td>weather</td></tr>")


def test_a_list_of_objects_is_a_table_with_a_heading() -> None:
    change = Change("feature", "weather.temp", "1.0.1", "new version", ("unit: 'F' -> 'C'",))

    shown = Registration((change,), position=7)._repr_html_()

    assert "<tr><th>kind</th><th>name</th><th>version</th>" in shown
    assert "unit: &#x27;F&#x27; -&gt; &#x27;C&#x27;" in shown


def test_what_is_empty_or_absent_is_a_dash() -> None:
    empty: tuple[Any, ...] = (None, [], (), {})
    assert [as_html(value) for value in empty] == ["–"] * 4
    assert as_html(0) == "0"
    assert as_html(False) == "False"
