"""``stream``: messages of brokers into groups, what is parked of them, what arrives."""

from datetime import timedelta
from typing import Annotated

import typer
from pydantic_core import to_json

from featuretrail.commands.exits import FINDING, FINE
from featuretrail.commands.invocation import Actor, Invocation, command
from featuretrail.commands.output import (
    printable,
    write_json,
    write_line,
    write_record,
    write_table,
)
from featuretrail.commands.signals import stopped_by_signals
from featuretrail.commands.stream_facts import stream_row
from featuretrail.domain.errors import InvalidInputError
from featuretrail.domain.inputs import check_choice
from featuretrail.infrastructure.streaming.writer import check_seconds
from featuretrail.streaming import (
    JetStream,
    KafkaTopic,
    ParkedMessage,
    RabbitStream,
    RedisStream,
    Source,
    read,
)

app = typer.Typer(no_args_is_help=True, help="Streams: messages of brokers, stored as they come.")

Group = Annotated[str, typer.Argument(help="The feature group.")]
OneGroup = Annotated[str | None, typer.Option("--group", help="Of this group only.")]
OneSource = Annotated[str | None, typer.Option("--source", help="Of this source only.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="The numbers of parked messages.")]


@command(app, "run")
def run(
    invocation: Invocation,
    group: Group,
    *,
    nats: Annotated[str | None, typer.Option(help="URL of NATS: with --stream, --subject.")] = None,
    redis: Annotated[str | None, typer.Option(help="URL of Redis: with --stream.")] = None,
    kafka: Annotated[str | None, typer.Option(help="HOST:PORT of Kafka: with --topic.")] = None,
    rabbit: Annotated[str | None, typer.Option(help="URL of RabbitMQ: with --stream.")] = None,
    stream: Annotated[str | None, typer.Option(help="The stream at the broker.")] = None,
    subject: Annotated[str, typer.Option(help="Its subjects, with NATS.")] = ">",
    topic: Annotated[str | None, typer.Option(help="The topic, with Kafka.")] = None,
    partition: Annotated[list[int] | None, typer.Option(help="Its partitions; 0.")] = None,
    source: Annotated[str | None, typer.Option(help="What the store calls the source.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="A feature the messages have; without it, all.")
    ] = None,
    compute: Annotated[
        list[str] | None, typer.Option(help="A feature to compute after micro-batches.")
    ] = None,
    max_rows: Annotated[int, typer.Option(help="Messages of a micro-batch at most.")] = 5_000,
    max_delay: Annotated[float, typer.Option(help="Seconds one waits at most.")] = 0.1,
    allowed_lateness: Annotated[float, typer.Option(help="Seconds before a row is late.")] = 60.0,
    on_poison: Annotated[str, typer.Option(help="'park' or 'stop'.")] = "park",
    patience: Annotated[float, typer.Option(help="Seconds a broker may be away.")] = 300.0,
    actor: Actor = None,
) -> int:
    """Store the messages of a broker's stream until SIGTERM or Ctrl-C; go on from what is stored.

    Ends with 1 if messages were parked.
    """
    found = _source({"nats": nats, "redis": redis, "kafka": kafka, "rabbit": rabbit},
                    stream, subject, topic, partition)  # fmt: skip
    check_seconds("--patience", patience)
    with stopped_by_signals() as stop, invocation.store(actor) as store:
        check_choice("--on-poison", on_poison, ("park", "stop"))
        writer = store.stream(
            group,
            source=found.name if source is None else source,
            columns=column,
            max_rows=max_rows,
            max_delay=max_delay,
            allowed_lateness=timedelta(
                seconds=check_seconds("--allowed-lateness", allowed_lateness)
            ),
            compute=compute or (),
            on_poison="stop" if on_poison == "stop" else "park",
        )
        with writer:
            started = f"reading {found.address} into {group} as {writer.source}"
            typer.echo(printable(started), err=True)
            read(writer, found, stop, patience=patience)
        counts, offsets = writer.counts, writer.offsets
    if invocation.as_json:
        write_json({"source": writer.source, "offsets": offsets, **counts.to_dict()})
    else:
        write_record(f"stream {writer.source}", {"offsets": offsets, **counts.to_dict()})
    return FINDING if counts.parked else FINE


@command(app, "status")
def status(invocation: Invocation, *, group: OneGroup = None) -> None:
    """Show how far each source is stored, how far behind it is, what waits parked."""
    with invocation.store() as store:
        found = [each.to_dict() for each in store.streams.status(group)]
    if invocation.as_json:
        write_json(found)
    else:
        into = "" if group is None else f" into {group!r}"
        write_table([stream_row(each) for each in found], f"no stream{into} was stored yet")


@command(app, "parked")
def parked(
    invocation: Invocation,
    *,
    group: OneGroup = None,
    source: OneSource = None,
    show: Annotated[int | None, typer.Option(help="Show this message whole.")] = None,
) -> int:
    """Show the messages that could not be stored, and why; ends with 1 if there are any."""
    with invocation.store() as store:
        found = store.streams.parked(group, source, None if show is None else [show])
    if show is not None:
        return _show(invocation, found[0])
    if invocation.as_json:
        write_json([each.to_dict() for each in found])
    else:
        write_table([_row(each) for each in found], "no message is parked")
    return FINDING if found else FINE


@command(app, "replay")
def replay(
    invocation: Invocation,
    group: Group,
    source: Annotated[str, typer.Argument(help="The source.")],
    numbers: Numbers = None,
    *,
    column: Annotated[
        list[str] | None, typer.Option(help="A feature the messages have; without it, all.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, for the audit trail.")] = None,
    actor: Actor = None,
) -> int:
    """Try parked messages again; ends with 1 if some stay parked."""
    with invocation.store(actor) as store:
        report = store.streams.replay(group, source, numbers or None, columns=column, reason=reason)
    if invocation.as_json:
        write_json(report.to_dict())
    else:
        batches = ", ".join(str(each.batch) for each in report.receipts)
        where = f" as batch {batches}" if batches else ""
        write_line(f"{report.replayed} messages stored{where}")
        if report.still_parked:
            write_table([_row(each) for each in report.still_parked], "none stays parked")
    return FINDING if report.still_parked else FINE


@command(app, "discard")
def discard(
    invocation: Invocation,
    numbers: Annotated[list[int], typer.Argument(help="The numbers of parked messages.")],
    *,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")],
    actor: Actor = None,
) -> None:
    """Give up parked messages for good."""
    with invocation.store(actor) as store:
        position = store.streams.discard(numbers, reason=reason)
    if invocation.as_json:
        write_json({"discarded": numbers, "position": position})
    else:
        write_line(f"{len(numbers)} messages discarded (event {position})")


@command(app, "follow")
def follow(
    invocation: Invocation,
    groups: Annotated[list[str], typer.Argument(help="The feature groups.")],
    *,
    after: Annotated[
        int | None, typer.Option(help="Begin after this position; without it, from now on.")
    ] = None,
    count: Annotated[int | None, typer.Option(help="End after so many.")] = None,
) -> None:
    """Show each batch as it arrives, one line each, until SIGTERM or Ctrl-C."""
    told = 0
    with (
        stopped_by_signals() as stop,
        invocation.store() as store,
        store.subscribe(groups, after) as updates,
    ):
        while not stop.is_set() and (count is None or told < count):
            update = updates.next_within(0.5)
            if update is None:
                continue
            told += 1
            if invocation.as_json:
                typer.echo(to_json(update.to_dict()))
            else:
                write_line(
                    f"{update.position} {update.group}#{update.batch} {update.kind} "
                    f"{update.rows} rows {update.first_event_time} .. {update.last_event_time}"
                )


def _source(
    urls: dict[str, str | None],
    stream: str | None,
    subject: str,
    topic: str | None,
    partitions: list[int] | None,
) -> Source:
    given = {broker: url for broker, url in urls.items() if url is not None}
    if len(given) != 1:
        raise InvalidInputError("give one of --nats, --redis, --kafka and --rabbit, with its URL")
    [(broker, url)] = given.items()
    if broker == "kafka":
        if topic is None:
            raise InvalidInputError("--kafka needs --topic")
        return KafkaTopic(url, topic, tuple(partitions or (0,)))
    if stream is None:
        raise InvalidInputError(f"--{broker} needs --stream")
    match broker:
        case "nats":
            return JetStream(url, stream, subject)
        case "redis":
            return RedisStream(url, stream)
        case _:
            return RabbitStream(url, stream)


def _row(message: ParkedMessage) -> dict[str, object]:
    return {
        "number": message.number,
        "group": message.group,
        "source": message.source,
        "partition": message.partition,
        "offset": message.offset,
        "event": message.position,
        "attempts": message.attempts,
        "error": message.error,
    }


def _show(invocation: Invocation, message: ParkedMessage) -> int:
    if invocation.as_json:
        write_json(message.to_dict())
    else:
        facts = {**_row(message), "parked_at": message.parked_at, "payload": message.text}
        write_record(f"parked message {message.number}", facts)
    return FINDING
