"""What every release asks a store, and must answer as the release that filled it did."""

from typing import Any

from tests.upgrades.filling import AIRPORTS, spine

FEATURES = ["weather.temp", "weather.sky", "flights.delay", "flights.diverted", "flights.landed"]


def answers(store: Any) -> dict[str, Any]:
    """Ask everything; return JSON."""
    positions = range(1, store.position + 1)
    return {
        "position": store.position,
        "latest": _retrieved(store),
        "left": _retrieved(store, closed="left"),
        "row": _retrieved(store, knowledge="row"),
        "at": {str(each): _retrieved(store, known_at=each) for each in positions if each > 7},
        "online": _plain(
            store.get_online_features(
                FEATURES[:2], {"origin": list(AIRPORTS)}, status=True, event_time=True
            )
        ),
        "online flights": _plain(
            store.get_online_features(
                FEATURES[2:], {"carrier": ["UA", "UA", "XX"], "number": [1, 2, 1]}, status=True
            )
        ),
        "features": {
            path: [str(each.version) for each in known.versions]
            for path, known in sorted(store.registry().features.items())
        },
        "snapshots": [_snapshot(store, name) for name in ("delay@1.0.0", "delay@1.1.0")],
        "audit": store.audit.verify().ok,
        "lineage": store.lineage.graph().to_dict() if hasattr(store, "lineage") else None,
        "events": [
            [each.position, each.topic, each.actor, each.reason, each.digest]
            for each in store.audit.log(limit=None)
        ],
    }


def _retrieved(store: Any, **options: Any) -> list[list[Any]]:
    return _plain(
        store.get_historical_features(spine(), FEATURES, status=True, event_time=True, **options)
    )


def _plain(table: Any) -> list[list[Any]]:
    return [[repr(value) for value in row.values()] for row in table.to_pylist()]


def _snapshot(store: Any, name: str) -> dict[str, Any]:
    frozen, proof = store.get_feature_snapshot(name), store.verify_snapshot(name)
    return {
        "name": name,
        "rows": _plain(frozen.to_arrow()),
        "proof": [proof.ok, proof.stored_ok, proof.rederived_ok],
    }
