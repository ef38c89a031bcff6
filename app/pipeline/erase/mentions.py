"""Deliveries in the inbox that speak of somebody: those set aside lose their bodies, those that wait are waited for."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Delivery, DeliveryState
from app.pipeline.erase.names import Names
from app.rows import chunks, table_of
from app.runtime import Runtime

DELIVERY = table_of(Delivery)
GONE = "It spoke of somebody who was erased."
# JSON may write any letter by its number, and some programs write every @ and + that way.
ESCAPED = re.compile(rb"\\u00([0-7][0-9a-f])")
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
        # What was set aside may have come under a topic that nobody knows.
        may_be_id = row.topic.startswith("customer") or row.state == DeliveryState.ASIDE
        is_theirs = by_id is not None and may_be_id and by_id.search(row.body)
        if is_theirs or (by_word is not None and any(by_word.search(text) for text in _readings(row))):
            yield row.id, row.state


def _readings(row: Any) -> Iterator[bytes]:
    """A body in small letters; what was set aside because nobody could read it may be written in other ways too."""
    body = row.body.lower()
    yield body
    if row.state == DeliveryState.ASIDE:
        yield unquote_to_bytes(body)
        yield ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), body)


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
