"""``python -m tools.handbook [FOLDER]``: build the handbook, by default in build/handbook."""

import sys
from pathlib import Path

from tools.handbook.pages import ROOT, HandbookError
from tools.handbook.site import build


def main() -> None:
    """Build, and say where the site is."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "handbook").absolute()
    try:
        pages = build(folder)
    except HandbookError as problem:
        sys.exit(str(problem))
    print(f"{pages} pages: {folder / 'index.html'}")


if __name__ == "__main__":
    main()
