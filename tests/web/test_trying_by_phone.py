"""A text is tried on the number that a merchant typed: checked, few a day, and never where somebody wants no more."""

from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.model import Deed, Message, Store, Suppression
from app.pipeline.trying_by_phone import ENOUGH, MOST_A_DAY, NO_NUMBER, NO_TEXTS, WANTS_NONE
from app.runtime import Runtime
from connectors.channels.twilio import Senders, Twilio
from connectors.records import Medium
from tests.conftest import NOW
from tests.contracts.provider import SECRET
from tests.contracts.test_twilio import SID, answers
from tests.pipeline.rows import a_person
from tests.provider import Provider, provider
from tests.web.pages_town import Browser
from tests.web.visiting import House

TEXT = "/admin/workflows/abandoned_checkout_text/texts/reminder"
SOURCE = "{{ store.name }}\nCome back to https://shop.example.com/cart soon."
MINE = "+4915123456789"


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Each promise on one of the two databases, by its name."""
    return ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2]


@pytest.fixture
def standin() -> Iterator[tuple[Provider, Twilio]]:
    senders = Senders.read(("DE=+4915100000001",))
    with provider(answers, name="Twilio") as (made, desk):
        yield made, Twilio(desk, (SID, SECRET), senders=senders, callback="")


@pytest.fixture
def texts(
    runtime: Runtime,
    client: FlaskClient,
    corner: House,
    standin: tuple[Provider, Twilio],
    monkeypatch: pytest.MonkeyPatch,
) -> Browser:
    """A merchant of a German store where texts are set up."""
    monkeypatch.setitem(runtime.channels, Medium.SMS, standin[1])
    with runtime.database.write() as session:
        session.execute(sa.update(Store).where(Store.id == corner.id).values(country="DE"))
    return Browser(client, runtime, corner)


def _tries(texts: Browser, number: str = MINE) -> str:
    return texts.post(f"{TEXT}/test", source=SOURCE, number=number).text


def test_it_goes_to_the_number_that_was_typed_says_what_it_is_and_counts_nowhere(
    texts: Browser, standin: tuple[Provider, Twilio]
) -> None:
    assert f"Sent to {MINE}." in _tries(texts, "0151 23456789")
    [form] = [seen.form() for seen in standin[0].seen]
    assert form["To"] == MINE
    assert form["Body"].startswith("[Test] ")
    assert "https://shop.example.com/cart" in form["Body"], "the link of a test leads somewhere"
    with texts.runtime.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 0
        [deed] = session.scalars(sa.select(Deed)).all()
    assert (deed.kind, deed.workflow, deed.step) == ("text_tried", "abandoned_checkout_text", "reminder")


def test_nothing_of_a_real_customer_goes_to_a_number_that_may_be_anybody_s(
    texts: Browser, standin: tuple[Provider, Twilio], corner: House
) -> None:
    with texts.runtime.database.write() as session:
        store = session.get_one(Store, corner.id)
        somebody = a_person(session, store, "zenobia@example.com", first_name="Zenobia").id
    told = {"source": "{{ store.name }}\nCome back, {{ customer.first_name | default('friend') }}.", "person": somebody}
    assert "Come back, Zenobia" in texts.post(f"{TEXT}/preview", **told).text
    texts.post(f"{TEXT}/test", number=MINE, **told)
    [form] = [seen.form() for seen in standin[0].seen]
    assert "Come back, Anna" in form["Body"]


@pytest.mark.parametrize("number", ["", "+49 30 901820", "+49151", "call me", "+999123456789", "\x00"])
def test_what_takes_no_texts_is_refused_before_anything_is_called(
    texts: Browser, standin: tuple[Provider, Twilio], number: str
) -> None:
    assert NO_NUMBER in _tries(texts, number)
    assert standin[0].seen == []


@pytest.mark.parametrize("how", ["answered", "listed"])
def test_who_wants_no_texts_gets_no_test_either(
    texts: Browser, standin: tuple[Provider, Twilio], corner: House, tea: House, how: str
) -> None:
    with texts.runtime.database.write() as session:
        for house in (corner, tea):
            no = {"sms": ["unsubscribed", 0]} if (how == "answered") is (house is corner) else {}
            a_person(session, session.get_one(Store, house.id), "cleo@example.com", phone=MINE, answers=no)
        listed = {"medium": "sms", "address": MINE, "reason": "unsubscribed", "source": "twilio:stop", "at": NOW}
        session.add(Suppression(store_id=corner.id if how == "listed" else tea.id, **listed))
    assert WANTS_NONE in _tries(texts)
    assert standin[0].seen == []


def test_there_are_few_a_day(texts: Browser, standin: tuple[Provider, Twilio], clock: FrozenClock) -> None:
    said = [_tries(texts) for _ in range(MOST_A_DAY + 1)]
    assert [ENOUGH in one for one in said] == [False] * MOST_A_DAY + [True]
    clock.travel(timedelta(days=1))
    _tries(texts)
    assert len(standin[0].seen) == MOST_A_DAY + 1


def test_the_page_offers_it_where_it_can_be_done_and_else_says_why_not(
    runtime: Runtime, client: FlaskClient, corner: House, texts: Browser
) -> None:
    assert 'id="test-number"' in texts.get(TEXT).text
    push = texts.get("/admin/workflows/back_in_stock_push/texts/back").text
    assert "reaches only browsers that agreed to it" in push
    assert 'id="test-number"' not in push
    runtime.channels.pop(Medium.SMS)  # type: ignore[attr-defined]  # a plain dict in tests
    assert 'id="test-number"' not in texts.get(TEXT).text
    assert NO_TEXTS in texts.get(TEXT).text
    assert NO_TEXTS in _tries(texts)
