"""After kills of projector, rebuild and database under load nothing is lost or doubled."""

from random import randrange

import pytest

from tests.engines.database import Tier
from tests.projections.live.faults import run_faults

KILLS: dict[Tier, int] = {"embedded": 18, "apache": 6}
"""``python -m tests.projections.live.faults`` kills 50 times, or as often as it is told."""


@pytest.mark.tiers("embedded", "apache")
def test_after_kills_at_random_moments_the_tables_are_what_the_log_makes(tier: Tier) -> None:
    seed = randrange(2**31)  # noqa: S311 - any will do, if it is told
    print(f"seed {seed}")

    report = run_faults(tier, KILLS[tier], seed)

    assert report.ok, report
    assert report.kills.total() == KILLS[tier]
