"""A run: a job did its work once, read some data and wrote other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from attrs import field, frozen

from featuretrail.domain.lineage.node import Node
from featuretrail.domain.lineage.rules import RuleFacts

Task = Literal["ingest", "compute", "snapshot", "train", "check"]
"""What a job does: one for each group that is ingested, each rule, set, model, check of a set."""

PlaceKind = Literal["group", "source", "stream", "snapshot", "model"]

Way = Literal["identity", "transformation", "join"]
"""How a column comes into another: as it is, transformed, or by choosing the rows."""

Outcome = Literal["complete", "failed", "aborted"]


@frozen
class Place:
    """Where data lies: the table of values of a group, or what the log names otherwise."""

    kind: PlaceKind
    name: str
    version: str | None = None


@frozen
class Column:
    """A column; the type is one of featuretrail's, ``None`` where the log does not say it."""

    name: str
    dtype: str | None = None


@frozen
class Data:
    """What is read or written: a place and its columns.

    ``features`` maps the features in a table of values, or the columns of a snapshot that are
    features, to their versions; ``digest`` certifies the content of what is frozen.
    """

    place: Place
    columns: tuple[Column, ...] = ()
    features: Mapping[str, str] = field(factory=dict)
    digest: str | None = None


@frozen
class Origin:
    """A column that another comes from."""

    place: Place
    column: str
    way: Way


@frozen
class Job:
    """What runs, by its task and what that is about, such as ``compute weather.chill``."""

    task: Task
    subject: str

    def __str__(self) -> str:
        return f"{self.task}.{self.subject}"


@frozen(kw_only=True)
class Run:
    """One run of ``job``, as the event at ``position`` tells it.

    ``ended`` is when the event was recorded, ``began`` earlier by the time it took, where the log
    says that. ``about`` are the nodes of lineage that it made or judged. ``origins`` maps columns
    of the output to what they come from; ``joined`` are the columns that chose its rows.
    ``read`` is the position up to which the inputs were read, where the log says it;
    ``digest`` is that of the log up to the event, ``content`` that of what was written. ``verdict``
    is a check's status, ``fault`` what went wrong in a run that wrote nothing, and ``outcome`` what
    is to be said of the run.
    """

    job: Job
    position: int
    began: datetime
    ended: datetime
    about: tuple[Node, ...]
    inputs: tuple[Data, ...] = ()
    output: Data | None = None
    origins: Mapping[str, tuple[Origin, ...]] = field(factory=dict)
    joined: tuple[Origin, ...] = ()
    digest: str
    content: str | None = None
    read: int | None = None
    rows: int | None = None
    rule: RuleFacts | None = None
    versions: Mapping[str, str] = field(factory=dict)
    outcome: Outcome = "complete"
    verdict: str | None = None
    fault: str | None = None
