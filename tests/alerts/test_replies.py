"""What people do about alerts: take notice, have what was given up tried again."""

from datetime import UTC, datetime
from threading import Thread
from time import sleep

import pytest

import featuretrail as ft
from tests.alerts.conftest import Opened
from tests.alerts.receivers import Receiver, receiver
from tests.alerts.situations import acknowledged, detected, incident_id, resolved, worse
from tests.alerts.test_delivering import HOUR, detection, later, record


def given_up(store: ft.TimescaleDBFeatureStore) -> tuple[ft.AlertInfo, datetime]:
    """Let the only alert be given up; return it, and a moment after that."""
    moment = datetime.now(UTC)
    while store.alerts.send_due(moment).waiting:
        moment += 2 * HOUR
    [lost] = store.alerts.list("given up")
    return lost, moment


def test_what_was_given_up_is_tried_again_as_a_new_alert_that_names_it(
    store: ft.TimescaleDBFeatureStore, opened_store: Opened, hook: Receiver
) -> None:
    store.alerts.set_rule("all", ["hook"], repeat_every=HOUR * 24 * 9)
    known = detected()
    record(store, known.detected)
    lost, moment = given_up(opened_store())
    facts = store.status()["alerts"]
    assert (facts["given_up"], facts["waiting"]) == (1, 0)
    assert [each["alert"] for each in facts["troubles"]] == [str(lost.alert_id)]

    again = store.alerts.retry(lost.alert_id, moment, reason="the address is right now")
    assert (again.status, again.title, again.occasion) == ("waiting", lost.title, "opened")
    with pytest.raises(ft.ConflictError, match="waits to tell of"):
        store.alerts.retry(lost.alert_id, moment)
    assert [each.alert_id for each in store.alerts.send_due(moment).delivered] == [again.alert_id]
    assert hook.taken[0]["data"]["held_back"] == [str(lost.alert_id)]
    assert hook.taken[0]["data"]["text"] == "weather.temp moved up"
    assert store.alerts.list("given up")[0].told_by == again.alert_id
    assert store.status()["alerts"]["given_up"] == 0
    with pytest.raises(ft.ConflictError, match="is delivered; only what was given up"):
        store.alerts.retry(str(again.alert_id))
    record(store, resolved(known))
    told = store.alerts.send_due(moment).delivered
    assert [each.occasion for each in told] == ["resolved"]  # once, of both
    with pytest.raises(ft.ConflictError, match="has ended"):
        store.alerts.retry(lost.alert_id)
    with pytest.raises(ft.NotFoundError, match="no alert"):
        store.alerts.retry(incident_id(9))
    assert store.audit.verify().ok


def test_an_alert_of_an_incident_that_was_acknowledged_before_can_be_acknowledged(
    store: ft.TimescaleDBFeatureStore, hook: Receiver
) -> None:
    store.alerts.set_rule("grave", ["hook"], minimum_severity="critical", repeat_every=HOUR)
    known = detected(severity="low")
    record(store, known.detected, acknowledged(known))
    known = known.evolve(acknowledged(known))
    record(store, worse(known, "critical"))
    [told] = store.alerts.send_due().delivered
    assert len(store.alerts.send_due(later(2 * HOUR)).delivered) == 1

    store.alerts.acknowledge(told.alert_id)

    assert store.alerts.send_due(later(9 * HOUR)).delivered == ()
    assert len(hook.taken) == 2


def test_what_became_of_a_message_is_recorded_though_it_is_acknowledged_meanwhile(
    opened_store: Opened,
) -> None:
    with receiver("hang") as slow:
        store, other = opened_store(hook=slow.address), opened_store(hook=slow.address)
        store.alerts.set_rule("all", ["hook"])
        record(store, detection())
        sending = Thread(target=store.alerts.send_due)
        sending.start()
        while not slow.received:
            assert sending.is_alive()
            sleep(0.01)
        other.alerts.acknowledge(f"drift incident {incident_id()}")
        slow.release.set()
        sending.join()
    [told] = other.alerts.list()
    assert (told.attempts, told.acknowledged, told.status) == (1, True, "waiting")


def test_a_delivery_whose_session_was_cut_is_recorded(opened_store: Opened) -> None:
    with receiver("hang") as slow:
        store, other = opened_store(hook=slow.address), opened_store(hook=slow.address)
        store.alerts.set_rule("all", ["hook"])
        record(store, detection())
        reports: list[ft.DeliveryReport] = []
        sending = Thread(target=lambda: reports.append(store.alerts.send_due()))
        sending.start()
        while not slow.received:
            assert sending.is_alive()
            sleep(0.01)
        with other._database.connection() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )
        slow.release.set()
        sending.join()
    assert [len(each.failed) for each in reports] == [1]
    assert other.alerts.list()[0].attempts == 1
