"""December comes as a stream: each message once, what cannot be read set aside."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

import pyarrow as pa

from featuretrail.streaming import StreamCounts
from flights import times
from flights.broker import carry, nats_server
from flights.freezing import SOURCES, compute
from flights.messages import messages, with_unreadable
from flights.scene import Scene

GROUPS: Final = ("weather", "carrier_landings", "route_landings")
WHY: Final = "December"
BATCH: Final = 5_000
PATIENCE: Final = timedelta(minutes=10)
"""So that a batch ends when it is full, and every run of the story has the same batches."""


def stream(scene: Scene) -> None:
    """Write December's weather and landings message by message, and send all of it twice."""
    with scene.screen.step(
        "stream_december",
        "December comes as a stream",
        "Weather and landings arrive one message each, and are stored in batches whose events "
        "hold the offsets, so that a message that comes again is dropped. Two messages of a "
        "broken station (we make them up) cannot be read: they are parked, the rest goes on.",
    ):
        december = {group: _december(scene, group) for group in GROUPS}
        sent = {group: messages(table) for group, table in december.items()}
        sent["weather"] = with_unreadable(sent["weather"])
        with _broker(scene) as url:
            way = "in this process: no broker is here" if url is None else "through a NATS server"
            scene.screen.say(f"They come {way}.")
            first = {group: _write(scene, group, each, url) for group, each in sent.items()}
        again = {group: _write(scene, group, each, None) for group, each in sent.items()}
        report = compute(scene, "to-december", WHY)
        scene.screen.table(
            ["group", ">messages", ">batches", ">rows", ">parked", ">sent again"],
            [
                (name, one.messages, one.batches, one.rows, one.parked, again[name].redelivered)
                for name, one in first.items()
            ],
        )  # fmt: skip
        one = report.features[0]
        scene.screen.say(
            f"Of the {len(report.features)} delay features what is due is computed: "
            f"{one.rows:,} rows of {one.feature}, from {one.first:%d %B} on."
        )
        _prove(scene, december, first, again)


def _december(scene: Scene, group: str) -> pa.Table:
    return times.since(scene.year.values[group], times.DECEMBER)


@contextmanager
def _broker(scene: Scene) -> Iterator[str | None]:
    if not scene.broker:
        yield None
        return
    with nats_server(scene.folder / "nats") as url:
        yield url


def _write(scene: Scene, group: str, sent: list[bytes], url: str | None) -> StreamCounts:
    """Write all messages, whatever was written before; their numbers from 1 are their offsets."""
    actor, source = SOURCES[group]
    with scene.store.stream(
        group,
        source=f"{source}, live",
        max_rows=BATCH,
        max_pending_rows=2 * BATCH,
        max_delay=PATIENCE,
        actor=actor,
        reason=WHY,
    ) as writer:
        if url is not None:
            carry(url, group, sent, writer)
        for begin in range(0, len(sent) if url is None else 0, BATCH):
            part = sent[begin : begin + BATCH]
            writer.put(part, offset=list(range(begin + 1, begin + 1 + len(part))))
    return writer.counts


def _prove(
    scene: Scene,
    december: dict[str, pa.Table],
    first: dict[str, StreamCounts],
    again: dict[str, StreamCounts],
) -> None:
    rows = {name: table.num_rows for name, table in december.items()}
    parked = first["weather"].parked
    scene.screen.proof(
        f"every reading and landing is stored once: {sum(rows.values()):,} rows",
        holds=rows == {name: counts.rows for name, counts in first.items()},
    )
    scene.screen.proof(
        "all of it sent again: dropped, nothing written",
        holds=all(counts.messages == 0 for counts in again.values()),
    )
    scene.screen.proof(f"{parked} messages are parked with their errors", holds=parked == 2)
    scene.report.note(
        "stream",
        rows=rows,
        batches={name: counts.batches for name, counts in first.items()},
        parked=parked,
        redelivered={name: counts.redelivered for name, counts in again.items()},
        written_again=sum(counts.messages for counts in again.values()),
    )
