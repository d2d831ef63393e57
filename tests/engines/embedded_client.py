"""A process that uses the embedded server of a folder until its standard input ends."""

import sys
from pathlib import Path

from featuretrail.infrastructure.embedded import start

if __name__ == "__main__":
    with start(Path(sys.argv[1])) as server:
        print(server.url, flush=True)
        sys.stdin.read()
