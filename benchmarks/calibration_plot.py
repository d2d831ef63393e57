"""The plot of the calibration study: false alarms by the size of a window, as SVG."""

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 720, 360
LEFT, TOP, RIGHT, BOTTOM = 60, 50, 210, 45
STYLE = 'role="img" font-family="sans-serif" font-size="12"'
LINES = (
    ("iid", "rate", "featuretrail, iid", "#1b7837", ""),
    ("AR(1) 0.9", "rate", "featuretrail, AR(1) 0.9", "#1b7837", "6 4"),
    ("iid", "bare_ks", "KS p below 0.05, iid", "#b35806", ""),
    ("AR(1) 0.9", "bare_ks", "KS p below 0.05, AR(1)", "#b35806", "6 4"),
    ("iid", "bare_psi", "PSI above 0.1, iid", "#542788", ""),
    ("AR(1) 0.9", "bare_psi", "PSI above 0.1, AR(1)", "#542788", "6 4"),
)


def plot(alarms: Sequence[dict[str, Any]]) -> str:
    """Return the shares of checks with a false alarm as an SVG picture, 95 % intervals in grey."""
    sizes = sorted({each["rows"] for each in alarms})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {STYLE}>',
        "<title>Checks of 50 stable features with a false alarm, by rows of the window</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="14">Checks of 50 stable features with an alarm</text>',
    ]
    for share in (0.0, 0.05, 0.25, 0.5, 0.75, 1.0):
        y = _y(share)
        dash = ' stroke-dasharray="2 3"' if share == 0.05 else ""
        stroke = "#c00000" if share == 0.05 else "#dddddd"
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}" stroke="{stroke}"{dash}/>'
            f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{share:.0%}</text>'
        )
    for place, rows in enumerate(sizes):
        x = _x(place, len(sizes))
        parts.append(f'<text x="{x}" y="{HEIGHT - 22}" text-anchor="middle">{rows:,}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 5}" text-anchor="middle">rows of a window</text>'
    )
    for number, (kind, figure, label, colour, dash) in enumerate(LINES):
        found = sorted((each for each in alarms if each["kind"] == kind), key=lambda e: e["rows"])
        parts += _line(found, figure, label, colour, dash, number)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(
    found: Sequence[dict[str, Any]], figure: str, label: str, colour: str, dash: str, number: int
) -> list[str]:
    places = [(_x(k, len(found)), each) for k, each in enumerate(found)]
    style = f'stroke="{colour}" stroke-width="2"' + (f' stroke-dasharray="{dash}"' if dash else "")
    points = " ".join(f"{x},{_y(each[figure])}" for x, each in places)
    parts = [f'<polyline points="{points}" fill="none" {style}/>']
    if figure == "rate":
        parts += [
            f'<line x1="{x}" x2="{x}" y1="{_y(each["low"])}" y2="{_y(each["high"])}" '
            'stroke="#999999" stroke-width="4" stroke-opacity="0.6"/>'
            for x, each in places
        ]
    parts += [
        f'<circle cx="{x}" cy="{_y(each[figure])}" r="3" fill="{colour}"/>' for x, each in places
    ]
    x, y = WIDTH - RIGHT + 20, TOP + 10 + 22 * number
    parts.append(f'<line x1="{x}" x2="{x + 28}" y1="{y}" y2="{y}" {style}/>')
    parts.append(f'<text x="{x + 35}" y="{y + 4}">{label}</text>')
    return parts


def _x(place: int, places: int) -> float:
    return round(LEFT + 20 + place * (WIDTH - LEFT - RIGHT - 40) / max(places - 1, 1), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)
