"""Sending an alert to a destination, whichever way its address asks for."""

import json
from datetime import datetime

from featuretrail.domain.aggregates.alert import Alert
from featuretrail.domain.alerts.wording import body, payload, title
from featuretrail.infrastructure.alerts.notification import notify
from featuretrail.infrastructure.alerts.webhook import SCHEMES, parse_webhook


def send(alert: Alert, address: str, now: datetime) -> None:
    """Send ``alert`` to ``address``.

    Raises ``DeliveryError`` when it is not taken, ``InvalidInputError`` for an address that cannot
    be used, ``MissingPackageError``; what they say may quote the address.
    """
    if address.partition("://")[0] in SCHEMES:
        message = json.dumps(payload(alert), ensure_ascii=False, allow_nan=False).encode()
        parse_webhook(address).send(str(alert.id), int(now.timestamp()), message)
        return
    resolved = alert.said.occasion == "resolved"
    notify(address, title(alert.said), body(alert), alert.said.severity, resolved=resolved)
