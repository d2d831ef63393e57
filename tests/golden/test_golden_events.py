"""Every event ever recorded is readable for ever: golden events are read by every version."""

import json
from pathlib import Path

import pytest

from featuretrail.domain.events.registry import event_class, topics
from featuretrail.infrastructure.log.decoding import encode
from tests.golden.examples import FOLDER, example, path, read
from tests.log.events import Measured

FILES = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("topic", topics())
def test_every_topic_has_a_golden_event_of_every_class_version(topic: str) -> None:
    versions = range(1, event_class(topic).class_version + 1)

    missing = [
        path(topic, version).name for version in versions if not path(topic, version).exists()
    ]

    assert not missing, "record them with `python -m tests.golden.examples` and keep them for ever"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_event_is_readable(file: Path) -> None:
    event = read(file)

    assert file.stem.rpartition(".v")[0] == type(event).TOPIC


@pytest.mark.parametrize("topic", topics())
def test_an_event_of_the_present_class_version_is_written_as_its_golden_event(topic: str) -> None:
    file = path(topic, event_class(topic).class_version)

    assert json.loads(encode(read(file))) == json.loads(file.read_text())


def test_a_golden_event_of_the_past_is_upcast() -> None:
    event = read(path(Measured.TOPIC, 1))

    assert isinstance(event, Measured)
    assert (event.celsius, event.place) == (20.0, "unknown")


@pytest.mark.parametrize("topic", topics())
def test_examples_are_the_same_on_every_run(topic: str) -> None:
    event = example(event_class(topic))

    assert event == example(event_class(topic))
