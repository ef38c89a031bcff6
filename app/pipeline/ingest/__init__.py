"""Station 3: records become the model, and what is new in them becomes events; idempotent, and the same end in any order.

Everything happens inside the caller's one transaction. A record is believed unless what we have is newer; parts that arrive
before their whole (a refund before its order) wait in their own rows. What happened before the store's `live_since` is
history: it becomes facts and never an event, whichever way it came in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store, StoreState
from app.pipeline import consent, double_opt_in, enroll
from app.pipeline.ingest import counters, goods, house, interests, news, orders, redeemed, wishes
from app.pipeline.ingest.people import People
from app.pipeline.ingest.person import Telling, told
from app.runtime import Runtime
from connectors.records import (
    CheckoutRecord,
    ConsentRecord,
    CustomerRecord,
    GoneRecord,
    InterestRecord,
    Kind,
    LookAgain,
    MergeRecord,
    OrderRecord,
    PrivacyRecord,
    ProductRecord,
    Record,
    ReviewRecord,
    StoreRecord,
)

R = TypeVar("R")
Kinds = Mapping[type[Any], list[Any]]
WITH_BUYER = (OrderRecord, CheckoutRecord)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction works on: the session, the store, the moment, and the house's parts."""

    session: Session
    store: Store
    now: datetime
    runtime: Runtime


def ingest(session: Session, *, store: Store, records: Sequence[Record], now: datetime, runtime: Runtime) -> None:
    """Take records into the model, turn what is new into events, and enroll whom they concern."""
    _one_at_a_time(session, store)
    if session.scalar(sa.select(Store.state).where(Store.id == store.id)) == StoreState.ERASED:
        return
    batch = Batch(session, store, now, runtime)
    kinds = _by_kind(records)
    people = People(session, store, signer=runtime.signer)
    tellings = _tellings(records)
    people.meet_all(tellings)
    begun = orders.begin(batch, records)
    people.hear(tellings)
    people.merge(_of(kinds, MergeRecord))
    gone = _of(kinds, GoneRecord)
    people.gone([one for one in gone if one.kind is Kind.CUSTOMER])
    joined = people.write()
    products = _of(kinds, ProductRecord)
    known = wishes.before(batch, products)
    goods.keep_products(batch, products)
    checkouts = _of(kinds, CheckoutRecord)
    goods.keep_checkouts(batch, checkouts, people=people)
    goods.keep_reviews(batch, _of(kinds, ReviewRecord), people=people)
    touched = orders.keep(batch, begun, people=people)
    touched.customers |= joined
    _forget(batch, gone, touched=touched)
    answers = _answers(people, records)
    answered = consent.record(session, store=store, answers=answers, now=now)
    consent.settle(session, joined)
    double_opt_in.follow_up(session, store, answers=answers, now=now)
    counters.recount(batch, touched.customers)
    redeemed.note(batch, _of(kinds, OrderRecord))
    events = news.of_orders(batch, touched) + news.of_answers(batch, answered | joined)
    events += wishes.of_checkouts(batch, checkouts) + wishes.of_products(batch, products, before=known)
    events += interests.keep(batch, _of(kinds, InterestRecord), people=people)
    enroll.enroll(session, store=store, events=events, workflows=runtime.workflows, now=now)
    house.demands(batch, _of(kinds, PrivacyRecord))
    house.look_again(batch, _of(kinds, LookAgain))
    house.store_news(batch, _of(kinds, StoreRecord))


def _by_kind(records: Iterable[Record]) -> Kinds:
    found: dict[type[Any], list[Any]] = {}
    for record in records:
        found.setdefault(type(record), []).append(record)
    return found


def _of(kinds: Kinds, kind: type[R]) -> list[R]:
    return kinds.get(kind, [])


def _one_at_a_time(session: Session, store: Store) -> None:
    """Two workers never ingest for the same store at once: their merges and counters would pass each other unseen."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(store.id)))


def _tellings(records: Sequence[Record]) -> list[Telling]:
    """What the records say about people."""
    tellings: list[Telling] = []
    for record in records:
        if isinstance(record, WITH_BUYER):
            if (buyer := record.buyer) is not None:
                tellings.append(told(buyer, record.updated_at, is_word_of_buyer=buyer.updated_at is None))
        elif isinstance(record, CustomerRecord):
            tellings.append(told(record, record.updated_at))
        elif isinstance(record, ConsentRecord) and (record.customer_external_id or record.address):
            buyer = CustomerRecord(external_id=record.customer_external_id, email=_mailbox(record))
            tellings.append(told(buyer, record.at, is_word_of_buyer=True))
    return tellings


def _mailbox(record: ConsentRecord) -> str | None:
    return record.address if record.medium == "email" else None


def _answers(people: People, records: Sequence[Record]) -> list[tuple[int, ConsentRecord]]:
    """Every answer in the batch with the customer it belongs to."""
    found: list[tuple[int, ConsentRecord]] = []
    for record in records:
        if isinstance(record, ConsentRecord):
            who = people.find(external_id=record.customer_external_id, email=_mailbox(record))
            found += [(who, record)] if who is not None else []
            continue
        person = record.buyer if isinstance(record, WITH_BUYER) else record
        if isinstance(person, CustomerRecord) and person.consents:
            who = people.of(person)
            found += [(who, answer) for answer in person.consents] if who is not None else []
    return found


def _forget(batch: Batch, gone: Sequence[GoneRecord], *, touched: orders.Touched) -> None:
    for record in gone:
        if record.kind is Kind.ORDER:
            orders.delete(batch, record, touched=touched)
        elif record.kind is Kind.PRODUCT:
            goods.delete_product(batch, record)
        elif record.kind is Kind.CHECKOUT:
            goods.delete_checkout(batch, record)
