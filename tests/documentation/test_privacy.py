"""Nothing in documentation quotes a value of a private feature, whoever quoted it in an event."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import featuretrail as ft
from tests.documentation.story import START
from tests.documentation.test_site import contents
from tests.engines.database import Database

SECRETS = ("Zappa", "Quux", "Newman", "1977", "123,45", "123456", "777,00", "777003", "4321")
HOURS = 240


def rows(first: int, surnames: tuple[str, str]) -> pa.Table:
    """Return a row an hour from hour ``first`` on, of one person each."""
    begin = np.datetime64(START.replace(tzinfo=None), "us") + np.timedelta64(first, "h")
    times = begin + np.arange(HOURS) * np.timedelta64(1, "h")
    return pa.table(
        {
            "person": 777003 + np.arange(HOURS),
            "event_time": pa.array(times, pa.timestamp("us", "UTC")),
            "salary": 123456.0 + np.arange(HOURS) % 2,
            "surname": [surnames[hour % 2] for hour in range(HOURS)],
            "born": pa.array([datetime(1977, 3, 4, tzinfo=UTC)] * HOURS, pa.timestamp("us", "UTC")),
            "visits": np.arange(HOURS) % 7,
        }
    )


@pytest.mark.tiers("embedded")
def test_no_page_and_no_text_quotes_a_private_value(database: Database, tmp_path: Path) -> None:
    private = [
        ft.Feature("salary", "float64", "What is earned", tags=["Personal"]),
        ft.Feature("surname", "text", "How people are called", tags=["PII"]),
        ft.Feature("born", "timestamptz", "When", tags=["sensitive"]),
    ]
    group = ft.FeatureGroup(
        "people",
        keys={"person": "int64"},
        features=[*private, ft.Feature("visits", "int64", "How often they came", unit="visits")],
    )
    names = [f"people.{each.name}" for each in group.features]
    with ft.connect(database.url, artifacts="database:") as store:
        store.register(group)
        store.ingest("people", rows(0, ("Zappa", "Quux")))
        window = (START, START + timedelta(hours=HOURS))
        store.quality.create_baseline("people", name="then", window=window)
        store.ingest("people", rows(HOURS, ("Newman", "Quux")))
        later = (window[1], window[1] + timedelta(hours=HOURS))
        check = store.quality.check_drift("then", window=later)
        assert "Newman" in check.verdicts["people.surname"].words
        for name in names:
            store.check_feature_quality(name)
        store.register(ft.FeatureSet("set", names))
        spine = {"person": [777003, 777004], "event_time": [START + timedelta(hours=5)] * 2}
        store.create_feature_snapshot("set", {**spine, "note": [4321, 4321]})
        store.projections.catch_up()

        store.documentation.build(tmp_path)
        texts = [store.documentation.describe(name).to_dict() for name in names[:3]]

    pages = {name: text.decode() for name, text in contents(tmp_path).items()}
    public = pages.pop("features/people.visits.html")
    for name, text in {**pages, **{each["feature_name"]: str(each) for each in texts}}.items():
        found = [secret for secret in SECRETS if secret in text]
        assert found == [], name
    assert "777242" in public.replace(",", "")  # no tag asks for less
    assert "people.surname drifts" in pages["drift.html"]
    assert "stability 0" in pages["features/people.surname.html"]
    statistics = pages["snapshots/set@1.0.0.html"]
    assert "<code>visits</code></td><td>int64</td>" in statistics
    assert '<td class="n">0.5</td>' in statistics  # of visits, which are public
