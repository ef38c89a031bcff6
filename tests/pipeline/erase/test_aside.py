"""What was set aside because nobody could read it still speaks of people, in whatever way it was written."""

import pytest
import sqlalchemy as sa

from app.model import Delivery, DeliveryState, Store
from app.pipeline.erase import work_off
from app.runtime import Runtime
from connectors.records import PrivacyDemand
from tests.conftest import NOW
from tests.pipeline.erase.town import EMAIL, PHONE, demand, settle_anna

HERS = {
    "torn": f'{{"id": 5, "email": "{EMAIL}", "total'.encode(),
    "a form": b"id=5&email=" + EMAIL.replace("@", "%40").encode(),
    "escaped": b'{"email": "' + EMAIL.replace("@", "\\u0040").encode() + b'", "total": ',
    "a phone": b'{"tel": "' + PHONE.replace("+", "\\u002B").encode() + b'"',
    "an account": b'{"customer": {"id": 77, "tags"',
    "in capitals": EMAIL.upper().encode(),
}
OTHERS = {
    "somebody else": b'{"id": 778, "email": "ben@example.com',
    "an amount": b'{"total": 77}',
    "rubbish": b"\xff%zz\\u00",
}


def _set_aside(runtime: Runtime, store: Store, bodies: dict[str, bytes]) -> None:
    with runtime.database.write_inbox() as session:
        for key, body in bodies.items():
            values = {"topic": "unknown", "received_at": NOW, "alarm_at": NOW, "reason": "It is not JSON."}
            session.add(Delivery(store_id=store.id, key=key, body=body, state=DeliveryState.ASIDE, **values))


@pytest.mark.parametrize("kind", HERS)
def test_a_torn_delivery_of_somebody_erased_later_loses_its_body(runtime: Runtime, kind: str) -> None:
    store = settle_anna(runtime)
    _set_aside(runtime, store, {kind: HERS[kind], **OTHERS})
    demand(runtime, store, PrivacyDemand.ERASE_CUSTOMER)
    assert work_off(runtime) == 1
    with runtime.database.read_inbox() as session:
        left = session.scalars(sa.select(Delivery.key).where(Delivery.body.is_not(None)).order_by(Delivery.id)).all()
    assert left == list(OTHERS)
