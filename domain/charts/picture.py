"""A chart that shows itself: as SVG, in a table, as lines of characters, in a notebook."""

from typing import Any

from attrs import frozen

from featuretrail.domain.charts.categories import Categories
from featuretrail.domain.charts.categories_svg import categories_svg
from featuretrail.domain.charts.histogram import Histogram
from featuretrail.domain.charts.histogram_svg import histogram_svg
from featuretrail.domain.charts.history import History
from featuretrail.domain.charts.history_svg import history_svg
from featuretrail.domain.charts.plot import history_lines
from featuretrail.domain.charts.sparks import categories_spark, histogram_spark, history_spark
from featuretrail.domain.charts.terminal import Line, categories_lines, histogram_lines
from featuretrail.domain.results import Result

Chart = Histogram | Categories | History


@frozen
class FeaturePicture(Result):
    """A picture of a feature: a histogram, shares of categories or the history of a measure."""

    chart: Chart

    @property
    def title(self) -> str:
        """What is shown, in one line."""
        return self.chart.title

    @property
    def description(self) -> str:
        """What is shown, in words."""
        return self.chart.description

    def svg(self) -> str:
        """Return an SVG document, for a page or a file; the same for the same chart."""
        match self.chart:
            case Histogram() as chart:
                return histogram_svg(chart)
            case Categories() as chart:
                return categories_svg(chart)
            case History() as chart:
                return history_svg(chart)

    def spark(self) -> str:
        """Return an SVG document of 120 by 28 pixels, for a row of a table."""
        match self.chart:
            case Histogram() as chart:
                return histogram_spark(chart)
            case Categories() as chart:
                return categories_spark(chart)
            case History() as chart:
                return history_spark(chart)

    def lines(self, width: int = 80, *, blocks: bool = True) -> list[Line]:
        """Return lines of at most ``width`` columns, or of 48; ASCII without ``blocks``."""
        match self.chart:
            case Histogram() as chart:
                return histogram_lines(chart, width, blocks=blocks)
            case Categories() as chart:
                return categories_lines(chart, width, blocks=blocks)
            case History() as chart:
                return history_lines(chart, width, blocks=blocks)

    def text(self, width: int = 80, *, blocks: bool = True) -> str:
        """Return the lines as one text without colours."""
        lines = self.lines(width, blocks=blocks)
        return "\n".join("".join(part for part, _ in line).rstrip() for line in lines)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON object: the title, the description and the picture as SVG."""
        return {"title": self.title, "description": self.description, "svg": self.svg()}

    def _repr_html_(self) -> str:
        return self.svg()
