"""The story's facts for machines: ``build/demo/report.json``."""

import json
from pathlib import Path
from typing import Any


class Report:
    """Facts by section, and seconds by step.

    Every key that holds a digest ends in ``digest``. Digests, counts and positions are the same on
    every run and machine; only ``seconds`` and ``audit.chain_head``, which covers the server's
    clock, are not.
    """

    def __init__(self) -> None:
        self._facts: dict[str, dict[str, Any]] = {}
        self._seconds: dict[str, float] = {}

    def note(self, section: str, **facts: Any) -> None:  # noqa: ANN401 - any JSON value
        """Add facts to a section."""
        self._facts.setdefault(section, {}).update(facts)

    def timed(self, step: str, seconds: float) -> None:
        """Add how long a step took."""
        self._seconds[step] = round(seconds, 3)

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = self._facts | {"seconds": self._seconds}
        path.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
