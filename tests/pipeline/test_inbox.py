"""One delivery that no database can hold is set aside with its reason, and stops nobody else."""

import dataclasses

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Delivery, Order
from app.pipeline.inbox import TOO_LARGE, accept, open_batch
from app.runtime import Runtime
from connectors.base import DeliveryHead
from connectors.records import LineRecord, OrderRecord, OrderStatus, Record
from tests.conftest import NOW
from tests.pipeline.rows import a_store
from tests.village import PLATFORM, Village, written


def an_order(number: int, *, total: int = 1000, title: str = "Soap") -> OrderRecord:
    lines = (LineRecord(title, 1, total),)
    return OrderRecord(f"o{number}", f"#{number}", NOW, NOW, "EUR", total, OrderStatus.PAID, "paid", lines=lines)


@pytest.fixture
def village(runtime: Runtime, clock: FrozenClock) -> Runtime:
    return dataclasses.replace(runtime, connectors={PLATFORM: Village(clock.now)})


def _deliver(runtime: Runtime, *told: Record) -> None:
    with runtime.database.write() as session:
        store_id = a_store(session, "village", platform=PLATFORM).id
    for number, record in enumerate(told):
        accept(runtime, store_id=store_id, head=DeliveryHead("told", None, f"key-{number}"), body=written(record))


@pytest.mark.parametrize("total", [2**63, -(2**63) - 1, 10**30])
def test_a_number_beyond_64_bits_is_set_aside_at_once_and_stops_nobody_else(village: Runtime, total: int) -> None:
    _deliver(village, an_order(1), an_order(2, total=total), an_order(3))
    assert open_batch(village) == 3
    with village.database.read_inbox() as session:
        kept = session.scalars(sa.select(Delivery).order_by(Delivery.id)).all()
    assert [(one.state, one.reason) for one in kept] == [("done", None), ("aside", TOO_LARGE), ("done", None)]
    assert kept[1].body is not None
    with village.database.read() as session:
        assert session.scalars(sa.select(Order.external_id).order_by(Order.id)).all() == ["o1", "o3"]
    assert open_batch(village) == 0
