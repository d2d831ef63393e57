"""Checks that any read model must pass, over any log; each raises ``CheckFailedError``.

``check_all`` makes them all; ``CHECKS`` holds them for a parametrized test. Without a database
they fold the log into tables in memory, with one also into real tables of their own.
"""

from featuretrail.projections.checks.failure import CheckFailedError
from featuretrail.projections.checks.laws import (
    CHECKS,
    Check,
    check_all,
    check_deterministic_bytes,
    check_incremental_equals_rebuild,
    check_order_matters_only_within_a_stream,
    check_redelivery_changes_nothing,
)
from featuretrail.projections.checks.orders import log_of

__all__ = [
    "CHECKS",
    "Check",
    "CheckFailedError",
    "check_all",
    "check_deterministic_bytes",
    "check_incremental_equals_rebuild",
    "check_order_matters_only_within_a_stream",
    "check_redelivery_changes_nothing",
    "log_of",
]
