"""Mail, Slack and a hundred other services, through apprise."""

from importlib import import_module
from types import ModuleType
from typing import Any

from featuretrail.domain.errors import DeliveryError, InvalidInputError, MissingPackageError

SECONDS = 30.0
"""How long a service may take in all; single waits are shorter."""

_TYPES = {"low": "info", "medium": "warning", "high": "failure", "critical": "failure"}


def notify(address: str, title: str, body: str, severity: str, *, resolved: bool) -> None:
    """Send a message to the service at ``address``, an apprise URL.

    Raises ``DeliveryError`` with what the service said, ``InvalidInputError`` for an address that
    apprise does not know, ``MissingPackageError``.
    """
    apprise = _apprise()
    # nothing is kept between runs: apprise has a storage for services that need one
    asset = apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY)
    sender = apprise.Apprise(asset=asset)
    if not sender.add(address):
        raise InvalidInputError(
            "the address is none that apprise knows; see https://appriseit.com/services/"
        )
    kind = "success" if resolved else _TYPES[severity]
    result = sender.notify(
        body=body, title=title, notify_type=kind, body_format="text", timeout=SECONDS
    )
    if not result:
        raise DeliveryError(address.partition(":")[0], _reason(result))


def _apprise() -> ModuleType:
    try:
        return import_module("apprise")  # slow, and an extra
    except ImportError as error:
        raise MissingPackageError("sending alerts to services", "alerts") from error


def _reason(result: Any) -> str:  # noqa: ANN401 - apprise's result
    told = [str(entry.message) for entry in result.logs()]
    return "; ".join(told) or f"the service did not take it ({result.status.name.lower()})"
