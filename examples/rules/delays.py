"""How late flights have been arriving, by carrier or by route: rules over their landings.

Delays are whole minutes, whose sums are exact: every machine computes the same bits, wherever a run
begins. A row whose own landing is unknown (retracted) has no values.
"""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

import featuretrail as ft
from rules.rolling import Floats, Times

LAST = 20
LATE = 15


def recent_delay(arr_delay: Floats) -> Floats:
    known = ~np.isnan(arr_delay)
    total = np.concatenate(([0.0], np.cumsum(arr_delay[known])))
    after = np.cumsum(known)
    first = np.maximum(after - LAST, 0)
    mean = (total[after] - total[first]) / np.maximum(after - first, 1)
    return np.where(known, mean, np.nan)


def late_share(event_time: Times, arr_delay: Floats) -> Floats:
    late = np.concatenate(([0], np.cumsum(arr_delay > LATE)))
    known = np.concatenate(([0], np.cumsum(~np.isnan(arr_delay))))
    after, first = np.arange(len(arr_delay)) + 1, a_day_before(event_time)
    share = (late[after] - late[first]) / np.maximum(known[after] - known[first], 1)
    return np.where(np.isnan(arr_delay), np.nan, share)


def landings(event_time: Times, arr_delay: Floats) -> Floats:
    known = np.concatenate(([0], np.cumsum(~np.isnan(arr_delay))))
    counted = known[1:] - known[a_day_before(event_time)]
    return np.where(np.isnan(arr_delay), np.nan, counted)


def a_day_before(event_time: Times) -> NDArray[np.int64]:
    """Return where the rows of the 24 hours up to each row begin."""
    return np.searchsorted(event_time, event_time - np.timedelta64(24, "h"), side="right")


def delay_group(
    name: str, keys: dict[str, str], whose: str, landed: str, ttl: timedelta | None = None
) -> ft.FeatureGroup:
    """Return a group of delay features, computed from the arrival delays ``landed``."""
    day = timedelta(hours=24)
    return ft.FeatureGroup(
        name,
        keys=keys,
        ttl=ttl,
        known_time="published_at",
        owner="operations",
        description=f"How late {whose} have been arriving, after each landing",
        features=[
            ft.Feature(
                "recent_delay", "float64", "Mean arrival delay of the last 20", unit="min",
                rule=ft.rule([landed])(recent_delay),
            ),
            ft.Feature(
                "late_share", "float64",
                "Share of the last 24 hours' landings over 15 minutes late",
                constraints=ft.Range(0, 1),
                rule=ft.rule([landed], history=day)(late_share),
            ),
            ft.Feature(
                "landings", "int64", "Landings of the last 24 hours",
                rule=ft.rule([landed], history=day)(landings),
            ),
        ],
    )  # fmt: skip


CARRIER_DELAY = delay_group(
    "carrier_delay",
    {"carrier": "text"},
    "a carrier's flights out of New York",
    "carrier_landings.arr_delay",
)
ROUTE_DELAY = delay_group(
    "route_delay",
    {"origin": "text", "dest": "text"},
    "the flights of one route",
    "route_landings.arr_delay",
    ttl=timedelta(days=3),
)
