"""What a store opened as each role does, and how it says which role an action needs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import featuretrail as ft
from featuretrail.domain.errors import AccessDeniedError
from featuretrail.domain.roles import ROLES, Role
from featuretrail.infrastructure.access import access
from featuretrail.infrastructure.migrations import migrate
from tests.roles.conftest import Roled
from tests.store.weather import DELAY, NOON, hourly, spine

pytestmark = pytest.mark.tiers("embedded", "apache")

Action = Callable[[ft.TimescaleDBFeatureStore], Any]
WEATHER = {"origin": ["EWR"]}
NEW = ft.FeatureGroup("new", keys={"k": "int64"}, features=[ft.Feature("x", "float64")])
RULED = ft.FeatureGroup(
    "ruled",
    keys={"origin": "text"},
    features=[ft.Feature("x", "float64", rule=ft.sql_rule("2 * temp", ["weather.temp"]))],
)

READ_SIDE: dict[str, Action] = {
    "status": lambda store: store.projections.status(),
    "dead_letters": lambda store: store.projections.dead_letters(),
    "position": lambda store: store.position,
}
READING: dict[str, Action] = {
    "registry": lambda store: store.registry(),
    "plan": lambda store: store.plan(DELAY),
    "get_historical_features": lambda store: store.get_historical_features(
        spine(), ["weather.temp"], method="sql"
    ),
    "get_historical_features, pulled": lambda store: store.get_historical_features(
        spine(), ["weather.temp"], method="pull"
    ),
    "get_online_features": lambda store: store.get_online_features(["weather.temp"], WEATHER),
    "leakage_report": lambda store: store.leakage_report(spine(), ["weather.temp"]),
    "list": lambda store: store.snapshots.list(),
    "graph": lambda store: store.lineage.graph(),
    "impact": lambda store: store.lineage.impact("weather.temp"),
    "runs": lambda store: store.training_runs.list(),
    "served rows": lambda store: store.served.rows(["weather.temp"]),
    "outcomes": lambda store: store.outcomes.rows("weather.temp"),
    "log": lambda store: store.audit.log(),
    "verify": lambda store: store.audit.verify(),
    "store status": lambda store: store.status(),
}
WRITING: dict[str, Action] = {
    "ingest": lambda store: store.ingest("weather", hourly(1, NOON - timedelta(days=9))),
    "retract": lambda store: store.retract("weather", {"origin": "EWR"}, NOON, "a test"),
    "create_feature_snapshot": lambda store: store.create_feature_snapshot("delay", spine()),
    "record_outcomes": lambda store: store.record_outcomes(
        "weather.temp", {"origin": ["EWR"], "event_time": [NOON], "temp": [60.0]}, unjudged=True
    ),
    "track": lambda store: store.track_feature_lineage("weather.temp", ["source noaa"]),
    "register": lambda store: store.register(NEW),
    "ingest into what it registered": lambda store: store.ingest(
        "new", {"k": [1], "event_time": [NOON], "x": [1.0]}
    ),
    "register a rule": lambda store: store.register(RULED),
    "compute": lambda store: store.compute("ruled"),
}
PROJECTING: dict[str, Action] = {"catch_up": lambda store: store.projections.catch_up()}
OWNING: dict[str, Action] = {
    "verify": lambda store: store.projections.verify(),
    "rebuild": lambda store: store.projections.rebuild(),
    "swap_back": lambda store: store.projections.swap_back(),
    "rebuild into": lambda store: store.projections.rebuild(into="past"),
    "drop_copy": lambda store: store.projections.drop_copy("past"),
    "prune": lambda store: store.projections.prune(timedelta(0)),
    "erase": lambda store: store.erase("weather", {"origin": "JFK"}, "request 4711"),
}

TELLING = {"verify", "store status"}
"""What goes on without a right, and tells what it could not read."""

MAY: dict[Role, tuple[dict[str, Action], ...]] = {
    "owner": (READ_SIDE, READING, WRITING, PROJECTING, OWNING),
    "writer": (READ_SIDE, READING, WRITING),
    "projector": (READ_SIDE, PROJECTING),
    "reader": (READ_SIDE,),
    "auditor": (READ_SIDE, READING),
}
MAY_NOT: dict[Role, dict[Role, dict[str, Action]]] = {
    "writer": {
        "projector": PROJECTING,
        "owner": {k: OWNING[k] for k in ("verify", "rebuild", "erase")},
    },
    "projector": {
        "writer": {name: WRITING[name] for name in list(WRITING)[:5]},
        "auditor": {k: READING[k] for k in READING if k.startswith("get")},
        "owner": {k: OWNING[k] for k in ("verify", "rebuild", "rebuild into", "erase")},
    },
    "reader": {
        "writer": {name: WRITING[name] for name in list(WRITING)[:5]},
        "auditor": {k: READING[k] for k in READING if k not in TELLING},
        "projector": PROJECTING,
        "owner": {k: OWNING[k] for k in ("verify", "rebuild", "rebuild into", "erase")},
    },
    "auditor": {
        "writer": {name: WRITING[name] for name in list(WRITING)[:5]},
        "projector": PROJECTING,
        "owner": {k: OWNING[k] for k in ("verify", "rebuild", "rebuild into", "erase")},
    },
}


def leave_something_to_project(roled: Roled) -> None:
    with roled.store("writer") as store:
        store.register(ft.FeatureSet("later", ["weather.temp"]))


@pytest.mark.parametrize("role", ROLES)
def test_a_store_opened_as_a_role_does_what_the_role_is_for(roled: Roled, role: Role) -> None:
    leave_something_to_project(roled)

    with roled.store(role) as store:
        for actions in MAY[role]:
            for action in actions.values():
                action(store)

        if role in ("owner", "writer"):
            # only the owner may build the tables that the read side is compared with
            assert store.audit.verify(skip=() if role == "owner" else ["read-side"]).ok


@pytest.mark.parametrize("role", MAY_NOT)
def test_what_a_role_may_not_is_refused_with_the_name_of_the_role_that_may(
    roled: Roled, role: Role
) -> None:
    leave_something_to_project(roled)

    with roled.store(role) as store:
        for needed, actions in MAY_NOT[role].items():
            for name, action in actions.items():
                with pytest.raises(AccessDeniedError) as caught:
                    action(store)
                assert caught.value.sqlstate == "42501"
                assert caught.value.needed == f"the role {needed}", name
                assert f'GRANT "{roled.name(needed)}" TO' in str(caught.value)
                assert "permission denied" in caught.value.refusal


def test_a_proof_and_a_status_tell_a_reader_what_they_could_not_read(roled: Roled) -> None:
    with roled.store("reader") as store:
        proof, status = store.audit.verify(), store.status()

    assert not proof.ok
    assert proof.not_evaluated
    assert status["missing"]


def test_who_has_no_role_is_told_so(roled: Roled) -> None:
    with roled.database.connect() as connection:
        connection.execute(f"CREATE ROLE {roled.prefix}_login_nobody LOGIN")

    with pytest.raises(AccessDeniedError, match=r"opening the store .* needs the role reader"):
        roled.store("nobody")  # type: ignore[arg-type]


def test_the_owner_alone_migrates(roled: Roled) -> None:
    assert migrate(roled.url("owner")) == []
    for role in ROLES[1:]:
        with pytest.raises(AccessDeniedError, match="needs the role owner"):
            migrate(roled.url(role))


def test_grants_hold_after_a_swap_and_a_swap_back(roled: Roled) -> None:
    with roled.store("owner") as owner, roled.store("projector") as projector:
        for move in (owner.projections.rebuild, owner.projections.swap_back):
            move()
            leave = f"after_{move.__name__}"
            with roled.store("writer") as writer:
                receipt = writer.register(ft.FeatureSet(leave, ["weather.temp"]))
            projector.projections.catch_up()
            with roled.store("reader") as reader:
                assert reader.wait_until(receipt.position) >= receipt.position
            for role in ("writer", "reader", "auditor"):
                with roled.store(role) as store, pytest.raises(AccessDeniedError):
                    store.projections.rebuild()


def test_a_copy_is_read_by_whom_the_owner_lets_into_its_schema(roled: Roled) -> None:
    count = "SELECT count(*) FROM past.feature_metadata"
    with roled.store("owner") as owner:
        owner.projections.rebuild(into="past")

    with roled.store("reader") as reader, pytest.raises(AccessDeniedError) as caught:
        ask(reader, count)
    with roled.database.connect() as connection:
        connection.execute(f"GRANT USAGE ON SCHEMA past TO {roled.name('reader')}")
    with roled.store("reader") as reader:
        assert ask(reader, count) > 0
    assert "schema past" in caught.value.refusal


def ask(store: ft.TimescaleDBFeatureStore, statement: str) -> int:
    with access(store._database, "owner", "reading"), store._database.connection() as connection:
        [(number,)] = connection.execute(statement)
    return int(number)


def test_only_a_role_that_may_write_logs_what_it_serves(roled: Roled) -> None:
    served: dict[Role, Any] = {}
    for role in ("auditor", "writer"):
        settings = {"artifacts": "database:", "serve_log": 1.0, "record_performance": False}
        with ft.connect(roled.url(role), **settings) as store:  # type: ignore[arg-type]
            store.get_online_features(["weather.temp"], WEATHER)
            assert store.served.rows(["weather.temp"]).num_rows == 0
            assert role == "writer" or store.served._log.flush() is None
            first = store.get_online_features(["weather.temp"], WEATHER, served_id=True)
            served[role] = (first["served_id"].null_count, store.served.status().reason)
    assert served == {
        "auditor": (1, "the role of this connection may not write the served log"),
        "writer": (0, None),
    }
    with roled.store("auditor") as store:
        assert store.served.rows(["weather.temp"]).num_rows == 2
