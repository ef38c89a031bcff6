"""Clicks, those of scanners beside those of people, and the orders that followed: the last click within five days."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.insight.attribution import MessageClick, PlacedOrder, attributed
from app.insight.clicks import Click, asking_of, human
from app.model import DiscountCode, Message, Order, Receipt
from app.model.code import CodeState
from app.model.message import ReceiptKind
from app.rows import chunks, table_of

MESSAGE = table_of(Message)
RECEIPT = table_of(Receipt)
ORDER = table_of(Order)
CODE = table_of(DiscountCode)


@dataclass(frozen=True, slots=True)
class Clicked:
    """`raw` counts every request for a link, `people` those that a person made; `orders` and `revenue` (minor units, what was
    given back taken off) are those attributed; `redeemed` counts codes of this workflow that came back with an order."""

    raw: int
    people: int
    orders: int
    revenue: int
    redeemed: int


def clicked(session: Session, store_id: int, *, workflow: str, since: datetime) -> Clicked:
    """The clicks of one workflow's messages since then. An order goes to the last click on any workflow's message."""
    rows = _clicks(session, store_id, since=since)
    made = human([_click(row) for row in rows])
    owners = {row.message_id: row for row in rows}
    by_people = [MessageClick(owners[one.message].customer_id, one.message, one.at) for one in made]
    orders = _orders(session, sorted({one.customer for one in by_people}), since=since)
    placed = [PlacedOrder(row.customer_id, row.id, row.placed_at) for row in orders]
    mine = {order for order, message in attributed(by_people, placed).items() if owners[message].workflow == workflow}
    return Clicked(
        raw=sum(row.workflow == workflow for row in rows),
        people=sum(owners[one.message].workflow == workflow for one in made),
        orders=len(mine),
        revenue=sum(row.total - row.refunded for row in orders if row.id in mine),
        redeemed=_redeemed(session, store_id, workflow=workflow, since=since),
    )


def _click(row: Any) -> Click:
    asked = asking_of(row.detail)
    return Click(
        row.message_id,
        asked.link,
        row.at,
        sent_at=row.sent_at,
        agent=asked.agent,
        method=asked.method,
        prefetch=asked.prefetch,
        visitor=asked.visitor,
    )


def _clicks(session: Session, store_id: int, *, since: datetime) -> list[Any]:
    query = (
        sa.select(RECEIPT, MESSAGE.c.customer_id, MESSAGE.c.workflow, MESSAGE.c.sent_at)
        .join(MESSAGE, MESSAGE.c.id == RECEIPT.c.message_id)
        .where(
            RECEIPT.c.store_id == store_id,
            RECEIPT.c.kind == ReceiptKind.CLICKED,
            RECEIPT.c.at >= since,
            MESSAGE.c.sent_at.is_not(None),
        )
        .order_by(RECEIPT.c.at)
    )
    return list(session.execute(query))


def _orders(session: Session, customers: list[int], *, since: datetime) -> list[Any]:
    query = sa.select(ORDER).where(ORDER.c.counts, ORDER.c.placed_at >= since)
    return [row for chunk in chunks(customers) for row in session.execute(query.where(ORDER.c.customer_id.in_(chunk)))]


def _redeemed(session: Session, store_id: int, *, workflow: str, since: datetime) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(CODE)
        .where(
            CODE.c.store_id == store_id,
            CODE.c.workflow == workflow,
            CODE.c.state == CodeState.REDEEMED,
            CODE.c.wanted_at >= since,
        )
    )
    return session.scalar(query) or 0
