"""Which retraction holds for each (entity, time), and which batches it hides."""

import numpy as np
from attrs import field, frozen

from featuretrail.domain.asof import EARLIEST, Flags, Ints, Rows, Timelines


@frozen(eq=False)
class Retracted:
    """The retractions that apply to each spine row.

    Where ``any``: ``since`` is the begin of the last one (microseconds), ``winner`` its batch; rows
    of values of batches up to ``batch``, the greatest of all that apply, are hidden or lie before.
    """

    any: Flags = field(repr=False)
    since: Ints = field(repr=False)
    winner: Ints = field(repr=False)
    batch: Ints = field(repr=False)


def applying(retractions: Rows, codes: Ints, until: Ints, known_by: Ints | None) -> Retracted:
    """Return what of ``retractions`` (their begin as event time) applies to each spine row.

    A retraction applies if it begins at or before ``until`` and was known by ``known_by``. Every
    one that applies hides, from its begin on, the rows of batches before its own. Those that
    could still win begin at or after the last begin, where all of them hide; so the greatest batch
    alone decides. Takes one numpy pass for each retraction of the entity that has most.
    """
    since = np.full(codes.size, EARLIEST, np.int64)
    winner, batch = np.zeros(codes.size, np.int64), np.zeros(codes.size, np.int64)
    rows = retractions.take(Timelines.of(retractions).order)
    first = np.searchsorted(rows.codes, codes, side="left")
    last = np.searchsorted(rows.codes, codes, side="right")
    asking = np.flatnonzero(first < last)
    place = first[asking]
    while asking.size:
        applies = rows.event_times[place] <= until[asking]
        if known_by is not None and rows.known is not None:
            applies &= rows.known[place] <= known_by[asking]
        hit, at = asking[applies], place[applies]
        since[hit], winner[hit] = rows.event_times[at], rows.batches[at]
        batch[hit] = np.maximum(batch[hit], rows.batches[at])
        place = place + 1
        going = place < last[asking]
        asking, place = asking[going], place[going]
    return Retracted(batch > 0, since, winner, batch)
