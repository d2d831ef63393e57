"""Delivery: over real connections, each alert at least once, its secrets to nobody."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Thread
from time import sleep
from typing import Any

import pytest

import featuretrail as ft
from featuretrail.domain.events import ALERT_EVENTS, DriftDetected, Event
from featuretrail.infrastructure.queries import query_text
from tests.alerts.conftest import Opened
from tests.alerts.receivers import SECRET, Mailbox, Receiver, receiver
from tests.alerts.situations import acknowledged, detected, incident_id, quality, resolved, worse
from tests.engines.database import Database

pytestmark = [
    pytest.mark.tiers("embedded", "apache"),
    pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning"),  # apprise's
]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def later(delay: timedelta) -> datetime:
    return datetime.now(UTC) + delay


def record(store: ft.TimescaleDBFeatureStore, *events: Event | None) -> None:
    store._log.append(*(event for event in events if event is not None))


def detection(number: int = 1, feature: str = "weather.temp") -> DriftDetected:
    event = detected(number, feature).detected
    assert event is not None
    return event


def log_text(store: ft.TimescaleDBFeatureStore) -> str:
    return "".join(each.state.decode() for each in store._log.read())


def test_an_incident_is_told_signed_until_it_is_resolved(
    store: ft.TimescaleDBFeatureStore, hook: Receiver
) -> None:
    made = store.alerts.set_rule("all", ["hook"], repeat_every=HOUR, reason="be told", actor="eve")
    assert store.alerts.set_rule("all", ["hook"], repeat_every=HOUR) == made
    known = detected()
    record(store, known.detected)

    report = store.alerts.send_due()
    assert (report.raised, len(report.delivered), report.waiting, report.ok) == (1, 1, 0, True)
    [message] = hook.received
    assert message["signed"]
    assert message["path"] == "/hook?team=a"
    assert message["type"] == "featuretrail.alert.opened"
    assert message["id"] == message["data"]["alert"] == str(report.delivered[0].alert_id)
    assert message["data"]["owner"] == "ops"
    assert message["data"]["text"] == "weather.temp moved up"
    again = store.alerts.send_due()
    assert (again.raised, again.delivered, len(hook.received)) == (0, (), 1)

    store.alerts.send_due(later(HOUR))
    assert hook.received[-1]["type"] == "featuretrail.alert.repeated"
    store.alerts.acknowledge(report.delivered[0].alert_id, actor="ben")
    store.alerts.send_due(later(9 * HOUR))
    assert len(hook.received) == 2
    store.alerts.acknowledge(f"drift incident {incident_id()}", actor="eve")
    assert store.quality.incident(incident_id()).acknowledged_by == "ben"  # again changes nothing
    known = known.evolve(acknowledged(known))
    record(store, resolved(known))
    store.alerts.send_due()
    store.alerts.send_due()
    assert [each["type"].rpartition(".")[2] for each in hook.received] == [
        "opened", "repeated", "resolved",
    ]  # fmt: skip
    told = {(each.status, each.resolved) for each in store.alerts.list()}
    assert told == {("delivered", True), ("delivered", False)}
    assert store.alerts.list("waiting") == []
    state = store.audit.state_at(f"alert {report.delivered[0].alert_id}")
    assert state.state["status"] == "delivered"
    assert store.audit.state_at("alert rule all").last.actor == "eve"
    assert store.audit.verify().ok


def test_a_failure_is_visible_and_tried_again(
    store: ft.TimescaleDBFeatureStore, hook: Receiver
) -> None:
    hook.answers = [500, 302, "close"]
    store.alerts.set_rule("all", ["hook"])
    record(store, detection())

    report = store.alerts.send_due()
    [failed] = report.failed
    assert (failed.status, failed.attempts) == ("waiting", 1)
    assert failed.error is not None
    assert failed.error.startswith("HTTP 500 Internal Server Error the answer to ***?*** is 500")
    assert failed.next_attempt_at is not None
    assert store.alerts.send_due().failed == ()  # not due yet
    second = store.alerts.send_due(failed.next_attempt_at)
    assert "HTTP 302" in str(second.failed[0].error)
    third = store.alerts.send_due(later(10 * MINUTE))
    assert "closed connection" in str(third.failed[0].error)
    assert store.alerts.status().counts["waiting"] == 1
    store.alerts.send_due(later(HOUR))
    assert {each["id"] for each in hook.received} == {str(failed.alert_id)}
    assert [each["answer"] for each in hook.received] == [500, 302, "close", 200]
    assert store.alerts.list()[0].attempts == 4
    assert SECRET[:8] not in log_text(store)
    assert "/hook" not in log_text(store)


def test_a_receiver_that_hangs_is_left_and_others_are_told(
    opened_store: Opened, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("featuretrail.infrastructure.alerts.webhook.SECONDS", 0.3)
    with receiver("hang") as hanging:
        store = opened_store(hanging=hanging.address, hook=hook.address)
        store.alerts.set_rule("all", ["hanging", "hook"])
        record(store, detection(1), detection(2))
        report = store.alerts.send_due()
    assert [each.error for each in report.failed] == ["timed out"]  # once, not for each alert
    assert len(hook.taken) == 2
    assert report.waiting == 2


def test_a_destination_that_is_not_there_is_given_up_and_told_of_when_another_message_gets_through(
    store: ft.TimescaleDBFeatureStore, opened_store: Opened, hook: Receiver
) -> None:
    elsewhere = opened_store()
    store.alerts.set_rule("all", ["hook"])
    store.alerts.set_rule("lost", ["owner"], features=["gone"])
    record(store, detection(), detection(5, "gone.away"))
    moment = datetime.now(UTC)
    while elsewhere.alerts.send_due(moment).waiting:
        moment += 2 * HOUR
    given_up = elsewhere.alerts.list("given up")
    assert {each.error for each in given_up} == {
        "no configured destination 'hook'; none exists yet",
        "no configured destination 'owner:*'; none exists yet",
    }
    record(store, detection(2))
    store.alerts.send_due(moment)
    assert "Not sent before this (2)" in hook.taken[-1]["data"]["text"]
    assert "weather.temp drifted (given up)" in hook.taken[-1]["data"]["text"]


def test_mail_goes_through_apprise(opened_store: Opened, mail: Mailbox) -> None:
    store = opened_store(mail=mail.address)
    store.alerts.set_rule("all", ["mail"])
    record(store, detection())
    mail.refusal = "554 no"
    report = store.alerts.send_due()
    assert report.failed[0].error is not None
    assert "failed" in report.failed[0].error
    mail.refusal = None
    store.alerts.send_due(later(MINUTE))
    [sent] = mail.mails
    assert sent["subject"] == "[high] weather.temp drifted"
    body = sent.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert b"weather.temp moved up" in body
    assert str(report.failed[0].alert_id).encode() in body
    store.alerts.test("MAIL")
    assert "test" in mail.mails[1]["subject"]


def test_only_one_delivers_at_a_time(opened_store: Opened) -> None:
    with receiver("hang") as slow:
        store, other = opened_store(hook=slow.address), opened_store(hook=slow.address)
        store.alerts.set_rule("all", ["hook"])
        record(store, detection())
        sending = Thread(target=store.alerts.send_due)
        sending.start()
        while not slow.received:
            assert sending.is_alive()
            sleep(0.01)
        assert other.alerts.send_due().elsewhere
        slow.release.set()
        sending.join()
    assert [each.attempts for each in other.alerts.list()] == [1]


def test_what_was_sent_by_one_who_was_killed_is_sent_again_under_the_same_id(
    database: Database, opened_store: Opened
) -> None:
    with receiver("hang") as slow:
        store = opened_store(hook=slow.address)
        store.alerts.set_rule("all", ["hook"])
        record(store, detection(), detection(2))
        environment = {**os.environ, "FEATURETRAIL_ALERT_HOOK": slow.address}
        command = [sys.executable, "-m", "featuretrail", "alerts", "send", "--url", database.url]
        process = subprocess.Popen(command, env=environment)
        while not slow.received:
            assert process.poll() is None
            sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        report = store.alerts.send_due()
        while report.elsewhere:  # until the server noticed that the other is gone
            report = store.alerts.send_due()
    assert [each["id"] for each in slow.received[1:]] == [
        str(each.alert_id) for each in report.delivered
    ]
    assert slow.received[0]["id"] == slow.received[1]["id"]
    assert len(report.delivered) == 2
    assert report.raised == 0


def test_the_outbox_is_read_from_the_floor_on_and_findings_once(
    store: ft.TimescaleDBFeatureStore, hook: Receiver
) -> None:
    store.alerts.set_rule("all", ["hook"])
    known = detected()
    record(store, known.detected, worse(known, "critical"))
    store.alerts.send_due()
    store.alerts.send_due()
    topics = [each.topic for each in store._log.read()]
    assert topics.count("featuretrail.alerts.evaluated") == 1
    assert len(hook.taken) == 2
    known = known.evolve(worse(known, "critical"))
    record(store, resolved(known))
    store.alerts.send_due(later(timedelta(days=2)))
    record(store, detection(2))
    store.alerts.send_due(later(timedelta(days=4)))
    assert [each.occasion for each in store.alerts.list()] == ["opened"]
    assert len(store.alerts.list(everything=True)) == 4
    plan = explained(store, "alerts/events", {"floor": 1})
    assert "events_of_alerts" in plan
    found = explained(store, "alerts/findings", {"after": 0, "until": 10**9, "limit": 10})
    assert "events_of_findings" in found
    assert "events_of_watching" in explained(store, "alerts/rules", {})
    assert {kind.TOPIC for kind in ALERT_EVENTS} & set(topics)


def explained(store: ft.TimescaleDBFeatureStore, name: str, facts: dict[str, Any]) -> str:
    with store._database.transaction() as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        text = b"EXPLAIN " + query_text(name).encode()
        return "\n".join(row[0] for row in connection.execute(text, facts))


def test_other_situations_are_acknowledged_by_an_alert(
    store: ft.TimescaleDBFeatureStore, hook: Receiver
) -> None:
    store.alerts.set_rule("low", ["hook"], quality_below=80, repeat_every=HOUR, kinds=["quality"])
    record(store, quality(40.0))
    [told] = store.alerts.send_due().delivered
    store.alerts.acknowledge(str(told.alert_id), reason="known")
    store.alerts.acknowledge(str(told.alert_id))
    assert store.alerts.send_due(later(2 * HOUR)).delivered == ()
    record(store, quality(95.0, 2))
    assert [each.occasion for each in store.alerts.send_due().delivered] == ["resolved"]
    with pytest.raises(ft.ConflictError, match="has ended"):
        store.alerts.acknowledge(told.alert_id)
    with pytest.raises(ft.NotFoundError, match="no alert or drift incident"):
        store.alerts.acknowledge(incident_id(99))
    with pytest.raises(ft.InvalidInputError, match="is no id"):
        store.alerts.acknowledge("mine")
    store.alerts.remove_rule("low")
    with pytest.raises(ft.NotFoundError, match="no alert rule 'low'"):
        store.alerts.remove_rule("low")
    assert store.alerts.rules() == []
    assert len(hook.taken) == 2


def test_a_test_message_says_why_it_failed(opened_store: Opened, hook: Receiver) -> None:
    short = "webhook+http://127.0.0.1:9/x#whsec_c2hvcnQ="
    store = opened_store(hook=hook.address, short=short, unknown="nosuch://127.0.0.1/topsecret")
    store.alerts.test("hook")
    assert hook.taken[0]["signed"]
    with pytest.raises(ft.InvalidInputError, match="24 to 64 random bytes"):
        store.alerts.test("short")
    with pytest.raises(ft.InvalidInputError, match="none that apprise knows") as unknown:
        store.alerts.test("unknown")
    assert "topsecret" not in str(unknown.value)
    with pytest.raises(ft.NotFoundError, match=r"no configured destination 'hock'.*'hook'"):
        store.alerts.test("hock")
    hook.answers = [403]
    with pytest.raises(ft.DeliveryError, match="hook did not take the message: HTTP 403") as error:
        store.alerts.test("hook")
    assert "/hook" not in error.value.reason
