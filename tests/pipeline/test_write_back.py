"""What people answer to us reaches their store, however long that takes, once, and does not go round in circles."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.config import Config
from app.links import Unsubscription
from app.model import Connection, Consent, Customer, Event, Store, StoreState
from app.pipeline import consent
from app.pipeline.inbox import accept, open_batch
from app.pipeline.ingest import ingest
from app.pipeline.install import install
from app.pipeline.unsubscribe import unsubscribe
from app.pipeline.write_back import MOST_TRIES, tell
from app.runtime import Runtime, assemble
from connectors.base import Credentials
from connectors.records import ConsentRecord, ConsentState, CustomerRecord, Medium, StoreProfile
from connectors.standins.shopify import StandIn, create_standin
from tests.contracts.loopback import served
from tests.pipeline.rows import a_person, a_store

DOMAIN = "demo.myshopify.com"
PROFILE = StoreProfile("Demo", "EUR", "Europe/Berlin", country="DE")
ANNA = "anna@example.com"
SECRET = "s" * 32


@dataclass(frozen=True)
class Town:
    """A store at the stand-in Shopify with Anna, who subscribed there, and the house that knows both."""

    runtime: Runtime
    stand_in: StandIn
    person: Any
    store_id: int

    def anna(self) -> Customer:
        with self.runtime.database.read() as session:
            return session.scalars(sa.select(Customer).where(Customer.email == ANNA)).one()

    def leave(self) -> None:
        with self.runtime.database.write() as session:
            wish = Unsubscription(self.store_id, self.anna().id, Medium.EMAIL)
            assert unsubscribe(session, wish, now=self.runtime.clock.now())

    def said_at_the_store(self) -> str:
        return str(self.person.email_consent.state)

    def answers(self) -> list[Consent]:
        with self.runtime.database.read() as session:
            return list(session.scalars(sa.select(Consent).order_by(Consent.at, Consent.id)))

    def untold(self) -> int:
        return sum(one.tell_at is not None for one in self.answers())


@pytest.fixture
def town(config: Config, clock: FrozenClock) -> Iterator[Town]:
    clock.travel(timedelta(microseconds=123456))
    made: list[StandIn] = []

    def open_stand_in(_url: str) -> Any:
        keys: dict[str, Any] = {"client_id": config.shopify_client_id, "client_secret": SECRET}
        made.append(create_standin(app_url="https://app.example", now=clock.now, **keys))
        return made[0].wsgi

    with served(open_stand_in) as url:
        runtime = assemble(
            replace(config, shopify_standin=url, shopify_client_secret=(SECRET,)), clock=clock, worker="test-worker"
        )
        yield move_in(runtime, made[0])
        runtime.close()


def move_in(runtime: Runtime, stand_in: StandIn) -> Town:
    shop: Any = stand_in.add_shop("demo")
    shop.install()
    connector: Any = runtime.connectors["shopify"]
    keys: Credentials = connector.exchange(DOMAIN, stand_in.tokens.id_token("demo"))
    store_id = install(runtime, platform="shopify", address=DOMAIN, profile=PROFILE, credentials=keys)

    def deliver(_url: str, body: bytes, /, *, headers: Any) -> int:
        accept(runtime, store_id=store_id, head=connector.head(headers, body), body=body)
        return 200

    stand_in.webhooks.transport = deliver
    person = shop.create_customer(email=ANNA, first_name="Anna", accepts_marketing=True)
    stand_in.webhooks.flush()
    while open_batch(runtime):
        pass
    return Town(runtime, stand_in, person, store_id)


def test_who_leaves_by_our_link_has_left_at_the_store_and_it_is_told_once(town: Town, clock: FrozenClock) -> None:
    clock.travel(timedelta(days=1))
    town.leave()
    assert town.said_at_the_store() == "SUBSCRIBED", "nothing is told in the recipient's own request"
    assert tell(town.runtime) == 1
    assert town.said_at_the_store() == "UNSUBSCRIBED"
    town.leave()
    assert tell(town.runtime) == 0


def test_our_own_words_coming_back_start_nothing_and_are_not_told_again(town: Town, clock: FrozenClock) -> None:
    clock.travel(timedelta(days=1))
    town.leave()
    tell(town.runtime)
    assert town.stand_in.webhooks.flush()
    assert open_batch(town.runtime) > 0, "the store tells us what we told it"
    assert [one.tell_at for one in town.answers()] == [None] * len(town.answers())
    assert [one.state for one in town.answers()][-1] == "unsubscribed"
    assert town.anna().email_consent == "unsubscribed"
    assert tell(town.runtime) == 0
    with town.runtime.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


def test_a_store_that_is_down_is_told_later(town: Town, clock: FrozenClock) -> None:
    clock.travel(timedelta(days=1))
    town.leave()
    town.stand_in.faults.fail_next(1000)
    assert tell(town.runtime) == 1
    assert tell(town.runtime) == 0, "it rests"
    town.stand_in.faults.clear()
    clock.travel(timedelta(hours=6))
    assert tell(town.runtime) == 1
    assert (town.said_at_the_store(), town.untold()) == ("UNSUBSCRIBED", 0)


def test_it_is_given_up_after_many_tries_and_kept_to_by_us(town: Town, clock: FrozenClock) -> None:
    town.leave()
    town.stand_in.faults.fail_next(100_000)
    with town.runtime.database.write() as session:
        session.execute(sa.update(Consent).where(Consent.tell_at.is_not(None)).values(tell_tries=MOST_TRIES - 1))
    assert tell(town.runtime) == 1
    assert town.untold() == 0
    assert town.anna().email_consent == "unsubscribed"


def test_an_answer_that_a_later_one_has_overtaken_is_not_told(town: Town, clock: FrozenClock) -> None:
    clock.travel(timedelta(days=1))
    town.leave()
    clock.travel(timedelta(minutes=5))
    again = ConsentRecord(Medium.EMAIL, ConsentState.SUBSCRIBED, clock.now(), "store", address=ANNA)
    with town.runtime.database.write() as session:
        store = session.get_one(Store, town.store_id)
        ingest(session, store=store, records=[again], now=clock.now(), runtime=town.runtime)
    assert tell(town.runtime) == 1
    assert (town.said_at_the_store(), town.untold()) == ("SUBSCRIBED", 0)


def test_a_store_that_locks_us_out_is_asked_again_when_it_is_connected(town: Town, clock: FrozenClock) -> None:
    town.leave()
    with town.runtime.database.write() as session:
        session.execute(sa.update(Connection).values(state="needs_reauth"))
    assert tell(town.runtime) == 1
    assert town.untold() == 1
    with town.runtime.database.write() as session:
        session.execute(sa.update(Connection).values(state="connected"))
    clock.travel(timedelta(hours=6))
    assert tell(town.runtime) == 1
    assert (town.said_at_the_store(), town.untold()) == ("UNSUBSCRIBED", 0)


def test_a_store_that_has_gone_is_not_told(town: Town) -> None:
    town.leave()
    with town.runtime.database.write() as session:
        session.execute(sa.update(Store).values(state=StoreState.UNINSTALLED))
    assert tell(town.runtime) == 0


def test_what_the_store_told_us_is_never_told_back(town: Town) -> None:
    answer = ConsentRecord(Medium.EMAIL, ConsentState.UNSUBSCRIBED, town.runtime.clock.now(), "store")
    told = CustomerRecord("88", email="ben@example.com", consents=(answer,), updated_at=answer.at)
    with town.runtime.database.write() as session:
        store = session.get_one(Store, town.store_id)
        ingest(session, store=store, records=[told], now=answer.at, runtime=town.runtime)
    assert tell(town.runtime) == 0


def test_a_platform_that_takes_no_such_answer_is_asked_once(town: Town) -> None:
    with town.runtime.database.write() as session:
        other = a_store(session, "plain", platform="woocommerce", address="https://plain.example")
        ben = a_person(session, other, "ben@example.com", external_id="5")
        now = town.runtime.clock.now()
        said: dict[str, Any] = {
            "medium": Medium.WHATSAPP,
            "state": ConsentState.UNSUBSCRIBED,
            "source": "page",
            "at": now,
            "now": now,
        }
        consent.answer(session, store_id=town.store_id, customer_id=town.anna().id, **said)
        consent.answer(session, store_id=other.id, customer_id=ben.id, **{**said, "medium": Medium.EMAIL})
    assert tell(town.runtime) == 2
    with town.runtime.database.read() as session:
        waiting = session.scalars(sa.select(Consent.store_id).where(Consent.tell_at.is_not(None)))
        assert list(waiting) == [2], "this one has no keys and waits for the merchant to connect"
    assert tell(town.runtime) == 0
