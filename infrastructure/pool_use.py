"""How much of a pool is in use, as one small value."""

from typing import Any

from attrs import asdict, frozen
from psycopg_pool import ConnectionPool


@frozen
class PoolUse:
    """The connections of a pool now, and what became of them since it was opened.

    ``size`` is the most that may be open, ``open`` how many are, ``in_use`` how many are lent,
    ``waiting`` how many callers wait for one (one who gave up counts until the next connection
    comes back). ``opened`` counts the attempts to open one,
    ``failed`` those that did not succeed, ``lost`` the connections whose server was found to be
    gone, ``timed_out`` the callers who got none in time.
    """

    size: int
    open: int
    in_use: int
    waiting: int
    opened: int
    failed: int
    lost: int
    timed_out: int

    @classmethod
    def of(cls, pool: ConnectionPool[Any]) -> "PoolUse":
        """Return the use of ``pool``."""
        told = pool.get_stats()
        return cls(
            size=told["pool_max"],
            open=told["pool_size"],
            in_use=told["pool_size"] - told["pool_available"],
            waiting=told["requests_waiting"],
            opened=told.get("connections_num", 0),
            failed=told.get("connections_errors", 0),
            lost=told.get("connections_lost", 0),
            timed_out=told.get("requests_errors", 0),
        )

    def to_dict(self) -> dict[str, int]:
        """Return a JSON object."""
        return asdict(self)
