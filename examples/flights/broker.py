"""A NATS server for December, where this machine has one: the project's tools can install it."""

import asyncio
import importlib.util
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

from featuretrail.streaming import JetStream, Stop, StreamWriter, read

INSTALLER: Final = Path(__file__).parents[2] / "tools" / "brokers" / "install.sh"
PATIENCE: Final = 60.0
IN_FLIGHT: Final = 500
"""Messages that are published before their acknowledgements are waited for."""


@contextmanager
def nats_server(folder: Path) -> Iterator[str | None]:
    """Run a server with its data in ``folder`` until the block ends; its URL, or none."""
    program = _program()
    if program is None:
        yield None
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shutil.rmtree(folder, ignore_errors=True)
    command = [program, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder)]
    process = subprocess.Popen(  # noqa: S603 - the server that was found
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(process, port)
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def carry(url: str, name: str, sent: Sequence[bytes], writer: StreamWriter) -> None:
    """Publish messages in order, and read them into a writer until it has taken all."""
    asyncio.run(_publish(url, name, sent))
    stop = Stop()
    failed: list[BaseException] = []
    reader = Thread(target=_read, args=(writer, JetStream(url, name), stop, failed))
    reader.start()
    deadline = time.monotonic() + PATIENCE
    while reader.is_alive() and writer.accepted.get("0") != (len(sent),):
        if time.monotonic() > deadline:
            failed.append(TimeoutError(f"the broker's messages took longer than {PATIENCE:g} s"))
            break
        time.sleep(0.02)
    stop.set()
    reader.join()
    for error in failed:
        raise error


def _read(writer: StreamWriter, source: JetStream, stop: Stop, failed: list[BaseException]) -> None:
    try:
        read(writer, source, stop)
    except BaseException as error:  # noqa: BLE001 - raised by the thread that waits for this one
        failed.append(error)


async def _publish(url: str, name: str, sent: Sequence[bytes]) -> None:
    import nats  # noqa: PLC0415 - there is a broker only where its client is installed

    client = await nats.connect(url)
    try:
        stream = client.jetstream()
        await stream.add_stream(name=name, subjects=[name])
        for begin in range(0, len(sent), IN_FLIGHT):
            part = sent[begin : begin + IN_FLIGHT]
            await asyncio.gather(*(stream.publish(name, each) for each in part))
    finally:
        await client.close()


def _program() -> str | None:
    """Return the server's program: of this system, or of the project's tools."""
    if importlib.util.find_spec("nats") is None or importlib.util.find_spec("faststream") is None:
        return None
    found = subprocess.run(  # noqa: S603 - a script of this project
        [INSTALLER, "--where"], check=False, capture_output=True, text=True
    )
    if found.returncode == 0:
        return f"{found.stdout.strip()}/bin/nats-server"
    return shutil.which("nats-server")


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"the NATS server on port {port} did not start")
