"""The demo's weather: no duplicates, NULLs kept, corrections of the same hours published later."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from flights import observations, times, watch


@pytest.fixture(scope="module")
def weather() -> pa.Table:
    return observations.weather_table()


def test_no_airport_has_two_rows_for_an_hour_even_when_the_clock_is_set_back(
    weather: pa.Table,
) -> None:
    assert weather.num_rows == 26_115
    assert weather.group_by(["origin", "event_time"]).aggregate([]).num_rows == 26_115


def test_missing_readings_stay_missing(weather: pa.Table) -> None:
    assert weather["temp"].null_count == 1
    assert weather["wind_gust"].null_count == 20_778


def test_the_impossible_wind_is_one_real_reading_and_becomes_unknown(weather: pa.Table) -> None:
    correction = observations.impossible_wind(weather)

    assert correction.num_rows == 1
    assert correction["origin"].to_pylist() == ["EWR"]
    assert correction["wind_speed"].null_count == 1


def test_the_recalibration_lowers_a_week_of_one_airport(weather: pa.Table) -> None:
    correction = observations.recalibration(weather)
    both = correction.join(weather, ["origin", "event_time"], right_suffix="_before")
    fall = pc.subtract(both["temp_before"], both["temp"])

    assert correction.num_rows == both.num_rows == 7 * 24
    assert pc.min_max(pc.round(fall, 6)).as_py() == {"min": 3.6, "max": 3.6}


def test_the_broken_week_has_its_wind_in_another_unit_and_is_mended_to_what_it_was(
    weather: pa.Table,
) -> None:
    broken = observations.in_metres_per_second(weather, *watch.BROKEN)
    mended = observations.sent_again(weather, *watch.BROKEN, published=times.utc(2013, 12, 23))
    expected = pc.multiply(mended["wind_speed"], 0.44704)
    unlike = pc.abs(pc.subtract(broken["wind_speed"], expected))

    assert broken.num_rows == mended.num_rows == 503  # one of the week's 504 hours has no reading
    assert pc.min_max(broken["event_time"]).as_py()["max"] < watch.BROKEN[1]
    assert broken.drop_columns(["wind_speed", "published_at"]).equals(
        mended.drop_columns(["wind_speed", "published_at"])
    )
    assert pc.max(unlike).as_py() <= 0.005 + 1e-9
    assert pc.mean(mended["wind_speed"]).as_py() > 2 * pc.mean(broken["wind_speed"]).as_py() > 0


def test_corrections_are_published_after_what_they_correct(weather: pa.Table) -> None:
    for correction in (
        observations.impossible_wind(weather),
        observations.recalibration(weather),
        observations.in_metres_per_second(weather, *watch.BROKEN),
    ):
        assert pc.all(pc.greater(correction["published_at"], correction["event_time"])).as_py()
