"""The links of texts: they lead where the text said, scanners are told from people, and an order follows a click."""

from datetime import timedelta
from zlib import crc32

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.links import short_code, short_url
from app.model import Message, Order, Receipt, Store
from app.pipeline import short_links
from app.pipeline.erase.names import Names
from app.pipeline.erase.person import erase
from app.pipeline.short_links import Shortened
from app.reports.results.clicked import clicked
from app.runtime import Runtime
from tests.conftest import NOW
from tests.pipeline.rows import a_message, a_person
from tests.web.visiting import House

TARGET = "https://shop.example.com/cart?a=1&utm_medium=sms"
BROWSER = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1"}
WORKFLOW = "abandoned_checkout_text"


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Each promise on one of the two databases, by its name."""
    return ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2]


@pytest.fixture
def text(runtime: Runtime, corner: House) -> tuple[int, int]:
    """Anna, and a text to her that left just now."""
    with runtime.database.write() as session:
        anna = a_person(session, session.get_one(Store, corner.id), "anna@example.com")
        sent = a_message(session, anna, "t1", medium="sms", sent_at=NOW, state="sent")
        session.execute(sa.update(Message).where(Message.id == sent.id).values(workflow=WORKFLOW))
        return anna.id, sent.id


def _link(runtime: Runtime, store: House, message_id: int, target: str = TARGET) -> str:
    code = short_code(runtime.signer, message_id=message_id, target=target)
    short_links.keep(runtime, [Shortened(code, store.id, message_id, target)], now=NOW)
    return short_url("", code)


def _order(store: House, customer_id: int, *, total: int) -> Order:
    at = NOW + timedelta(hours=2)
    names = {"external_id": "1001", "number": "1001", "status": "paid", "raw_status": "paid", "origin": "storefront"}
    times = {"placed_at": at, "updated_at": at}
    flags = {"counts": True, "may_start": True}
    return Order(store_id=store.id, customer_id=customer_id, currency="EUR", total=total, **names, **times, **flags)


def test_it_leads_where_the_text_said_and_no_other_name_leads_anywhere(
    runtime: Runtime, client: FlaskClient, corner: House, text: tuple[int, int]
) -> None:
    link = _link(runtime, corner, text[1])
    assert len(link) == len("/s/") + 11
    went = client.get(link, headers=BROWSER)
    assert (went.status_code, went.headers["Location"]) == (302, TARGET)
    others = [link.swapcase(), link[:-1], f"{link}a", "/s/%00%00%00%00%00%00%00%00%00%00%00", "/s/"]
    assert [client.get(one, headers=BROWSER).status_code for one in others] == [404] * len(others)
    assert client.get(_link(runtime, corner, text[1], "javascript:alert(1)")).status_code == 404


def test_names_are_many_and_each_message_has_its_own(runtime: Runtime) -> None:
    codes = {short_code(runtime.signer, message_id=number, target=TARGET) for number in range(500)}
    assert len(codes) == 500
    assert {len(code) for code in codes} == {11}
    assert len(set("".join(codes))) == 62, "every letter is used, and none is dear in a text"


def test_a_person_s_click_counts_and_the_order_after_it_is_put_down_to_the_text(
    runtime: Runtime, client: FlaskClient, corner: House, text: tuple[int, int], clock: FrozenClock
) -> None:
    link = _link(runtime, corner, text[1])
    clock.set(NOW + timedelta(minutes=3))
    preview = {"User-Agent": "facebookexternalhit/1.1 Facebot Twitterbot/1.0"}
    client.get(link, headers=preview, environ_base={"REMOTE_ADDR": "192.0.2.8"})
    client.get(link, headers={**BROWSER, "Sec-Purpose": "prefetch"}, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    client.head(link, headers=BROWSER, environ_base={"REMOTE_ADDR": "192.0.2.10"})
    with runtime.database.read() as session:
        assert clicked(session, corner.id, workflow=WORKFLOW, since=NOW).people == 0
    client.get(link, headers=BROWSER, environ_base={"REMOTE_ADDR": "192.0.2.11"})
    with runtime.database.write() as session:
        session.add(_order(corner, text[0], total=4200))
    with runtime.database.read() as session:
        found = clicked(session, corner.id, workflow=WORKFLOW, since=NOW)
        kept = session.scalars(sa.select(Receipt.detail)).all()
    assert (found.raw, found.people, found.orders, found.revenue) == (4, 1, 1, 4200)
    assert not any("192.0.2" in (detail or "") for detail in kept)


def test_after_an_erasure_it_leads_nowhere(
    runtime: Runtime, client: FlaskClient, corner: House, text: tuple[int, int]
) -> None:
    link = _link(runtime, corner, text[1])
    with runtime.database.write() as session:
        names = Names(customers=(text[0],))
        assert erase(session, names, store_id=corner.id, signer=runtime.signer, now=NOW) is not None
    assert client.get(link, headers=BROWSER).status_code == 404
