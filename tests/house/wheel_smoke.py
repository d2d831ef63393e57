"""What ``tools/wheel.sh`` runs in another folder with only the wheel installed.

wheel_smoke.py SITE    SITE is the folder of packages that featuretrail must come from
"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

import featuretrail as ft
from featuretrail.infrastructure import embedded

START = datetime(2013, 1, 1, tzinfo=UTC)


def use_a_store() -> None:
    """Register, ingest, join, freeze and prove, as in the README."""
    times = [START + timedelta(hours=hour) for hour in range(24)]
    weather = pa.table(
        {
            "origin": ["EWR"] * 24,
            "event_time": pa.array(times, pa.timestamp("us", tz="UTC")),
            "temp": [float(hour) for hour in range(24)],
        }
    )
    spine = pa.table(
        {
            "origin": ["EWR", "EWR"],
            "event_time": pa.array([times[3], times[20]], pa.timestamp("us", tz="UTC")),
        }
    )
    group = ft.FeatureGroup(
        "weather", keys={"origin": "text"}, features=[ft.Feature("temp", "float64", "Temperature")]
    )
    with ft.connect() as store:
        store.register(group, ft.FeatureSet("airport", ["weather.temp"]), reason="smoke test")
        assert store.ingest("weather", weather).rows == 24
        joined = store.get_historical_features(spine, "airport", time_column="event_time")
        assert joined["temp"].to_pylist() == [3.0, 20.0]
        snapshot = store.create_feature_snapshot("airport", spine)
        assert store.verify_snapshot(snapshot.snapshot_id).ok


def main(site: Path) -> None:
    """Check where the package comes from, that it is whole, and that it works."""
    assert Path(ft.__file__).is_relative_to(site), f"{ft.__file__} is not the wheel's"
    migrations = files("featuretrail.sql").joinpath("migrations").iterdir()
    assert any(file.name.endswith(".sql") for file in migrations)
    assert files("featuretrail").joinpath("py.typed").is_file()
    command = Path(sys.executable).with_name("featuretrail")
    subprocess.run([command, "--help"], check=True)
    try:
        use_a_store()
        subprocess.run([command, "doctor", "--rows", "1000"], check=True)
    finally:
        embedded.remove()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
