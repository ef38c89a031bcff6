"""Deliveries in the inbox that speak of somebody: those set aside lose their bodies, those that wait are waited for."""

import re
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Delivery, DeliveryState
from app.pipeline.erase.names import Names
from app.rows import chunks, table_of
from app.runtime import Runtime

DELIVERY = table_of(Delivery)
GONE = "It spoke of somebody who was erased."
STILL_HERE = (DeliveryState.WAITING, DeliveryState.ASIDE)


def empty_aside(runtime: Runtime, store_id: int, *, names: Names) -> bool:
    """Empty what was set aside and speaks of them. False while a delivery that speaks of them still waits: it is opened
    first, since it may tell of an order, and what it says of somebody erased is then left out."""
    with runtime.database.read_inbox() as session:
        found = list(mentioning(session, store_id, names=names))
    aside = [number for number, state in found if state == DeliveryState.ASIDE]
    with runtime.database.write_inbox() as session:
        for chunk in chunks(aside):
            session.execute(sa.update(DELIVERY).where(DELIVERY.c.id.in_(chunk)).values(body=None, reason=GONE))
    return len(aside) == len(found)


def mentioning(session: Session, store_id: int, *, names: Names) -> Iterator[tuple[int, str]]:
    """The id and state of each delivery whose body is still kept and names them."""
    by_word, by_id = _pattern(names), _id_pattern(names)
    query = sa.select(DELIVERY.c.id, DELIVERY.c.state, DELIVERY.c.topic, DELIVERY.c.body).where(
        DELIVERY.c.store_id == store_id, DELIVERY.c.state.in_(STILL_HERE), DELIVERY.c.body.is_not(None)
    )
    for row in session.execute(query.execution_options(yield_per=100)):
        is_theirs = by_id is not None and row.topic.startswith("customer") and by_id.search(row.body)
        if is_theirs or (by_word is not None and by_word.search(row.body.lower())):
            yield row.id, row.state


def _pattern(names: Names) -> re.Pattern[bytes] | None:
    """Their addresses and phones, in small letters, and the field by which orders name a customer."""
    words = [re.escape(word.lower().encode()) for word in (*names.addresses, *names.phones)]
    words += [rb'"customer_id"\s*:\s*"?' + re.escape(one.encode()) + rb"(?!\d)" for one in names.external_ids]
    return _either(words)


def _id_pattern(names: Names) -> re.Pattern[bytes] | None:
    """The field by which a payload about a customer names that customer."""
    return _either([rb'"id"\s*:\s*"?' + re.escape(one.encode()) + rb"(?!\d)" for one in names.external_ids])


def _either(words: Sequence[bytes]) -> re.Pattern[bytes] | None:
    return re.compile(b"|".join(words)) if words else None
