"""``erase``: a plan first, a question, and nothing without an answer."""

from tests.cli.conftest import Run

EWR = ("erase", "weather", "--key", "origin=EWR", "--reason", "request 4711")


def test_nothing_is_erased_where_nobody_can_be_asked(filled: Run) -> None:
    refused, planned = filled(*EWR), filled(*EWR, "--dry-run", "--json")

    assert (refused.code, refused.out) == (2, "")
    assert "--yes" in refused.err
    assert (planned.code, planned.json["values"], planned.json["position"]) == (0, 2, None)
    assert filled("audit", "log", "--topic", "values.erased", "--json").json["events"] == []


def test_what_was_erased_is_one_json_document_and_again_is_nothing(filled: Run) -> None:
    done, again = filled(*EWR, "--yes", "--json"), filled(*EWR, "--yes", "--json")

    assert (done.code, done.json["values"], done.json["online"]) == (0, 2, 1)
    assert again.json["position"] is None
    assert again.json["erased_before"] == [done.json["position"]]


def test_keys_and_reasons_that_cannot_be_are_told(filled: Run) -> None:
    named = filled(*EWR[:-1], "EWR asked for it", "--yes")
    lacking = filled("erase", "weather", "--key", "place=EWR", "--reason", "x", "--yes")
    unknown = filled("erase", "wether", "--key", "origin=EWR", "--reason", "x", "--yes")

    assert [each.code for each in (named, lacking, unknown)] == [2, 2, 2]
    assert "holds the key origin" in named.err
    assert "--key origin=" in lacking.err
    assert "weather" in unknown.err
