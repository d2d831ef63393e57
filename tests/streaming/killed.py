"""A writer to be killed: ``python -m tests.streaming.killed URL COUNT`` streams from offset 1 on.

Like a broker it delivers again, from ten messages before where the store says it is.
"""

import sys
import time

import featuretrail as ft
from tests.streaming.sensors import message


def main() -> None:
    """Stream until all ``COUNT`` messages are stored."""
    url, count = sys.argv[1], int(sys.argv[2])
    with (
        ft.connect(url, artifacts="database:") as store,
        store.stream("sensors", source="killed", max_rows=25, max_delay=0.005) as writer,
    ):
        last = writer.offsets.get("0", 0)
        assert isinstance(last, int)
        print(last, flush=True)
        for offset in range(max(1, last - 10), count + 1):
            writer.put(message(offset), offset=offset)
            time.sleep(0.0005)


if __name__ == "__main__":
    main()
