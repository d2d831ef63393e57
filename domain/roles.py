"""The five roles of a database, and what each may do."""

from typing import Literal, get_args

Role = Literal["owner", "writer", "projector", "reader", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)

MAY: dict[Role, str] = {
    "owner": "migrate, erase entities, and rebuild, swap and prune the read side",
    "writer": "register, ingest, retract, make snapshots, and read the log and all values",
    "projector": "run the projections: read the log, move the live tables along it",
    "reader": "read the seven tables and three views of the read side",
    "auditor": "read everything, and change nothing",
}
"""What a role may do, as the rest of a sentence."""
