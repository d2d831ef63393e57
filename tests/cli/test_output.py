"""What commands write: JSON for programs, safe and aligned text for people."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from featuretrail.commands.output import (
    cell,
    printable,
    write_json,
    write_record,
    write_report,
    write_table,
)


def test_json_holds_what_the_library_gives_and_never_nan(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_json(
        {
            "time": datetime(2013, 1, 1, tzinfo=timezone.utc),  # noqa: UP017 - as callers write it
            "id": UUID(int=1),
            "number": np.float64(1.5),
            "nan": float("nan"),
            "text": "Zürich",
        }
    )

    written = json.loads(capsys.readouterr().out)

    assert written == {
        "time": "2013-01-01T00:00:00Z",
        "id": "00000000-0000-0000-0000-000000000001",
        "number": 1.5,
        "nan": None,
        "text": "Zürich",
    }


def test_a_piped_table_is_aligned_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    write_table([{"name": "a", "row_count": 1}, {"name": "longer", "row_count": None}], "none")

    assert capsys.readouterr().out == "name    row_count\na       1\nlonger  -\n"


def test_what_is_empty_or_absent_is_a_dash() -> None:
    empty: tuple[Any, ...] = (None, "", [], (), {})
    assert {cell(value) for value in empty} == {"-"}


def test_rows_may_lack_what_others_have(capsys: pytest.CaptureFixture[str]) -> None:
    write_table([{"name": "a"}, {"name": "b", "mean": 1.5}], "none")

    assert capsys.readouterr().out == "name  mean\na     -\nb     1.5\n"


def test_a_report_is_a_record_and_a_table_for_each_list(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_report("audit", {"events": 2, "faults": [{"position": 1, "reason": "gap"}]})

    assert capsys.readouterr().out == (
        "audit\n  events  2\nfaults\nposition  reason\n1         gap\n"
    )


def test_an_empty_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    write_table([], "no feature group is registered")

    assert capsys.readouterr().out == "no feature group is registered\n"


def test_a_record_has_one_line_a_fact(capsys: pytest.CaptureFixture[str]) -> None:
    write_record("batch", {"rows": 3, "first_event_time": None})

    assert capsys.readouterr().out == "batch\n  rows              3\n  first event time  -\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ([], "-"),
        (True, "yes"),
        (0, "0"),
        (1.5, "1.5"),
        ({"origin": "text"}, "origin=text"),
        (["a", "b"], "a; b"),
        (timedelta(hours=6), "6:00:00"),
        (datetime(2013, 1, 1, 7, tzinfo=timezone(timedelta(hours=1))), "2013-01-01 06:00:00Z"),
    ],
)
def test_a_value_reads_as_people_write_it(value: object, text: str) -> None:
    assert cell(value) == text


def test_text_of_others_cannot_drive_the_screen_or_break_the_lines() -> None:
    assert printable("a\x1b[2Jb\nc") == "a\\x1b[2Jb\\nc"
    assert cell("[red]x[/red]") == "[red]x[/red]"
