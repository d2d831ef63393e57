"""Writing tables to Parquet files for others to read."""

from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from featuretrail.domain.errors import InvalidInputError


def write_parquet(table: pa.Table, path: str | Path) -> None:
    """Write ``table`` to ``path``, which names the whole file or is left as it was.

    Raises ``InvalidInputError`` for a path that cannot be written.
    """
    if not isinstance(path, str | Path):
        raise InvalidInputError(f"path is {path!r}; give the path of a file")
    temporary = None
    try:
        target = Path(path)
        unfinished = target.with_name(f".{uuid4().hex}.unfinished")
        with unfinished.open("xb") as file:
            temporary = unfinished
            pq.write_table(table, file)
        temporary.replace(target)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InvalidInputError(f"{str(path)!r} cannot be written: {reason}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
