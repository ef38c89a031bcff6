"""A browser that a push service knows no more is let go, and no other one in its place."""

import sqlalchemy as sa

from app.model import Device
from app.pipeline.devices import Reached, Taken, forget, is_gone, reached, take_in
from app.runtime import Runtime
from connectors.devices import DeviceCall
from tests.pipeline.rows import a_person, a_store


def _agrees(runtime: Runtime, store_id: int, *, who: str, device: str) -> Reached:
    where = f"https://fcm.googleapis.com/{device}"
    call = DeviceCall(where, f'"{where}"', "fcm.googleapis.com", "Tell me.", "/account", renews=False)
    assert take_in(runtime, store_id, external_id=who, call=call) is Taken.TAKEN
    with runtime.database.read() as session:
        customer_id = session.scalars(sa.select(Device.customer_id).order_by(Device.id.desc())).first()
    assert customer_id is not None
    return reached(runtime, [customer_id])[customer_id][0]


def test_a_browser_that_is_gone_takes_nobody_s_along_whose_row_has_its_number_by_now(runtime: Runtime) -> None:
    """SQLite gives the number of the latest row anew; an answer about the old one may come after that."""
    with runtime.database.write() as session:
        store = a_store(session, "corner")
        anna, ben = (a_person(session, store, f"{name}@example.com", external_id=name).id for name in ("anna", "ben"))
    hers = _agrees(runtime, store.id, who="anna", device="phone")
    with runtime.database.write() as session:
        forget(session, anna)
    his = _agrees(runtime, store.id, who="ben", device="desk")
    assert (his.device_id == hers.device_id) is runtime.database.is_sqlite
    assert not is_gone(runtime, hers)
    assert reached(runtime, [anna, ben]) == {ben: [his]}
    assert not is_gone(runtime, his), "it was the last one"
    assert reached(runtime, [ben]) == {}
