"""The demo's receiver verifies signatures: it takes what is signed with its key alone."""

from datetime import UTC, datetime

import pytest

from featuretrail.domain.errors import DeliveryError
from featuretrail.infrastructure.alerts.webhook import parse_webhook
from flights.receiver import on_call

OTHER_KEY = "whsec_" + "A" * 44


def test_a_message_that_another_key_signed_is_refused() -> None:
    now = int(datetime(2013, 12, 22, tzinfo=UTC).timestamp())
    with on_call() as pager:
        parse_webhook(pager.address).send("one", now, b'{"type": "test"}')
        forged = parse_webhook(f"{pager.address.partition('#')[0]}#{OTHER_KEY}")
        with pytest.raises(DeliveryError, match="401"):
            forged.send("two", now, b'{"type": "forged"}')

    assert pager.taken == [{"type": "test"}]
    assert pager.refused == 1
    assert "whsec" not in repr(pager)
