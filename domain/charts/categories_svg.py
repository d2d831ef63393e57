"""Shares of categories as SVG: a row a category, its two bars one above the other."""

from collections.abc import Iterator

from featuretrail.domain.charts.categories import Categories, Category
from featuretrail.domain.charts.figures import percent
from featuretrail.domain.charts.histogram_svg import legend
from featuretrail.domain.charts.scales import Scale
from featuretrail.domain.charts.sheet import MARGIN, WIDTH, level, rect, sheet, text, told

LEFT, RIGHT, TOP, ROW = 178.0, WIDTH - 164.0, 106.0, 34.0
"""Names stand left of the bars, shares right of them."""


def categories_svg(chart: Categories) -> str:
    """Return ``chart`` as an SVG document of 640 pixels, as high as its categories need."""
    bottom = TOP + ROW * max(len(chart.listed), 1)
    body = [*legend(chart.title, chart.names, chart.rows), *_drawn(chart, bottom)]
    return sheet(chart.title, chart.description, (WIDTH, bottom + MARGIN), body)


def _drawn(chart: Categories, bottom: float) -> Iterator[str]:
    largest = max((each.shares.largest for each in chart.listed), default=0.0)
    scale = Scale(0.0, largest or 1.0, LEFT, RIGHT)
    for place, each in enumerate(chart.listed):
        top = TOP + ROW * place
        if each.sort in {"other", "apart"}:
            yield level("grid", top, MARGIN, WIDTH - MARGIN)
        yield told(each.words(chart.names), *_row(each, top, scale, chart.names))
    if not chart.listed:
        yield text(WIDTH / 2, TOP + 22, "no values", "soft middle")
    yield f'<path class="axis" d="M{LEFT:.0f} {TOP:.0f}V{bottom:.0f}"/>'


def _row(each: Category, top: float, scale: Scale, names: tuple[str, str]) -> Iterator[str]:
    middle = top + ROW / 2 + 5
    unseen = each.sort == "unseen"
    kind = "soft end small" if each.sort in {"other", "apart"} else "ink end small"
    yield text(LEFT - 10, middle, each.name, kind, 14)
    for kind, share, y in (
        ("baseline edge", each.shares.baseline, top + 5),
        ("mark" if unseen else "current", each.shares.current, top + 18),
    ):
        if share:
            yield rect(kind, LEFT, y, scale.at(share) - LEFT, 11)
    kind = "mark end small" if unseen else "soft end small"
    yield text(WIDTH - MARGIN, middle, _figures(each, names), kind)


def _figures(each: Category, names: tuple[str, str]) -> str:
    if not names[1]:
        return each.shares.told(names)
    before, now = (
        "–" if share is None else percent(share)
        for share in (each.shares.baseline, each.shares.current)
    )
    return f"new: {now}" if each.sort == "unseen" else f"{before} → {now}"
