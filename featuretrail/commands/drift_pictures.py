"""Pictures in ``drift show``: written to files, or shown as lines of characters."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from featuretrail.commands.charts import write_picture
from featuretrail.commands.output import write_line
from featuretrail.domain.charts.picture import FeaturePicture
from featuretrail.domain.errors import InvalidInputError, NotFoundError, RetentionError
from featuretrail.domain.quality.incident import Incident
from featuretrail.quality.monitor import FeatureQualityMonitor

SvgFile = Annotated[
    Path | None,
    typer.Option(
        "--svg",
        metavar="FILE",
        help="Write the values against their baseline as SVG.",
        show_default=False,
    ),
]
HistoryFile = Annotated[
    Path | None,
    typer.Option(
        "--history-svg", metavar="FILE", help="Write the history as SVG.", show_default=False
    ),
]

Pictures = tuple[FeaturePicture, ...] | str
"""What could be drawn, or why nothing could."""


def incident_pictures(
    quality: FeatureQualityMonitor,
    incident: Incident,
    files: Sequence[Path | None],
    *,
    shown: bool,
) -> Pictures:
    """Return the pictures of an incident for ``files``, and to be ``shown``.

    Why there are none is an error only where there are files.
    """
    wanted = any(file is not None for file in files)
    if not wanted and not shown:
        return ()
    try:
        return quality.incident_pictures(incident)
    except (InvalidInputError, NotFoundError, RetentionError) as error:
        if wanted:
            raise
        return str(error)


def save_pictures(drawn: Pictures, files: Sequence[Path | None]) -> None:
    """Write each picture to its file, if it has one."""
    if isinstance(drawn, str):
        return
    for picture, file in zip(drawn, files, strict=False):
        if file is None:
            continue
        try:
            file.write_text(picture.svg(), "utf-8")
        except OSError as error:
            raise InvalidInputError(
                f"{file} cannot be written: {error.strerror or error}"
            ) from error


def write_pictures(drawn: Pictures) -> None:
    """Write the pictures as lines, or the reason why there are none."""
    if isinstance(drawn, str):
        write_line(f"no picture: {drawn}")
        return
    for picture in drawn:
        write_line("")
        write_picture(picture)
