"""Who reads standard output."""

import sys


def on_terminal() -> bool:
    """Tell whether a person reads standard output directly."""
    return sys.stdout is not None and sys.stdout.isatty()  # None: it was closed
