"""The colours of charts, in light and in dark, as a style sheet."""

from collections.abc import Iterable
from typing import Literal

Property = Literal["fill", "stroke"]

PALETTE: dict[tuple[str, Property], tuple[str, str]] = {
    ("paper", "fill"): ("#ffffff", "#0f172a"),
    ("ink", "fill"): ("#1f2937", "#e2e8f0"),
    ("soft", "fill"): ("#475569", "#cbd5e1"),
    ("grid", "stroke"): ("#e2e8f0", "#293548"),
    ("axis", "stroke"): ("#64748b", "#94a3b8"),
    ("baseline", "fill"): ("#d5dde8", "#3d4c63"),
    ("edge", "stroke"): ("#64748b", "#94a3b8"),
    ("current", "fill"): ("#2563eb", "#60a5fa"),
    ("line", "stroke"): ("#2563eb", "#60a5fa"),
    ("limit", "stroke"): ("#475569", "#cbd5e1"),
    ("drift", "fill"): ("#dc2626", "#f87171"),
    ("incident", "fill"): ("#fdecc8", "#3f2d14"),
    ("mark", "fill"): ("#b45309", "#fbbf24"),
}
"""Light and dark by class and property. Text has a contrast of 4.5 or more to the paper and to
incidents, shapes that tell something 3 or more (WCAG 2.2, 1.4.3 and 1.4.11); the ``baseline`` is
drawn with an ``edge``, ``grid`` and ``incident`` only help."""

_LETTERS = (
    ".ft-chart text{font:14px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
    "font-variant-numeric:tabular-nums}"
    ".ft-chart .name{font-size:17px;font-weight:600}"
    ".ft-chart .end{text-anchor:end}.ft-chart .middle{text-anchor:middle}"
    ".ft-chart .grid,.ft-chart .axis,.ft-chart .edge{stroke-width:1.2}"
    ".ft-chart .line,.ft-chart .limit{stroke-width:2}"
    ".ft-chart .line,.ft-chart .grid,.ft-chart .axis,.ft-chart .limit{fill:none}"
    ".ft-chart .limit{stroke-dasharray:7 5}"
    ".ft-chart .line{stroke-linejoin:round;stroke-linecap:round}"
)
_PHONE = (
    "@media (max-width:480px){"
    ".ft-chart text{font-size:20px}.ft-chart .name{font-size:21px!important}"
    ".ft-chart .small{font-size:17px!important}"
    ".ft-chart .wide{display:none}}"
)
"""On a phone a chart has half its width: letters grow, and every second label of an axis goes."""


def style() -> str:
    """Return the style sheet of a chart, for a page that shows several as well as for one file.

    A page that has a switch of its own between light and dark sets the variables, such as
    ``--ft-current-fill``, on an element around the charts.
    """
    return f"{_LETTERS}{_colours('ft-chart', PALETTE)}{_PHONE}"


def spark_style() -> str:
    """Return the style sheet of a sparkline, which has no text and stands on the page's paper."""
    needed = ("baseline", "edge", "current", "line", "limit", "drift", "axis")
    return (
        ".ft-spark .line,.ft-spark .limit,.ft-spark .axis{fill:none;stroke-width:1.4}"
        ".ft-spark .limit,.ft-spark .edge{stroke-width:1}.ft-spark .limit{stroke-dasharray:3 2}"
        f"{_colours('ft-spark', [key for key in PALETTE if key[0] in needed])}"
    )


def _colours(chart: str, keys: Iterable[tuple[str, Property]]) -> str:
    chosen = list(keys)
    light, dark = (
        "".join(_rule(chart, *key, PALETTE[key][scheme]) for key in chosen) for scheme in (0, 1)
    )
    return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"


def _rule(chart: str, name: str, what: Property, colour: str) -> str:
    # the colour alone first, for programs that know no variables
    return f".{chart} .{name}{{{what}:{colour};{what}:var(--ft-{name}-{what},{colour})}}"
