"""Everything that is held about a person, as plain data: made from the model itself, so that no table is forgotten."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Base
from app.model import (
    Confirmation,
    Customer,
    Delivery,
    Fulfillment,
    Message,
    OrderLine,
    Receipt,
    Refund,
    ShortLink,
    Store,
    Suppression,
)
from app.pipeline.asking import key_of
from app.pipeline.erase import mails, mentions
from app.pipeline.erase.names import Names
from app.rows import table_of
from app.runtime import Runtime

CONFIRMATION, CUSTOMER, DELIVERY, MESSAGE = map(table_of, (Confirmation, Customer, Delivery, Message))
PARTS = tuple(map(table_of, (OrderLine, Refund, Fulfillment)))
# Keys, leases and counts of ours say nothing about anybody.
OURS = frozenset({"alarm_at", "tries", "worker", "tell_at", "tell_tries", "sealed", "mark"})
Told = dict[str, list[dict[str, Any]]]


def everything_about(runtime: Runtime, store_id: int, *, names: Names) -> Told:
    """Rows by table, the kept mails, and what still lies in the inbox."""
    with runtime.database.read() as session:
        told = _rows_about(session, store_id, names=names)
        store_key = session.get_one(Store, store_id).public_key
        keys = [*(row["key"] for row in told[MESSAGE.name]), *asked_of(session, names)]
    told["mails"] = [
        {"at": one.at.isoformat(), "mail": one.raw.decode("utf-8", "replace")}
        for one in mails.kept(runtime, store_key, keys=keys)
    ]
    with runtime.database.read_inbox() as session:
        waiting = [number for number, _ in mentions.mentioning(session, store_id, names=names)]
        bodies = session.scalars(sa.select(DELIVERY.c.body).where(DELIVERY.c.id.in_(waiting)))
        told["deliveries"] = [{"body": (body or b"").decode("utf-8", "replace")} for body in bodies]
    return told


def asked_of(session: Session, names: Names) -> list[str]:
    """The keys under which a channel keeps what their mailbox was asked."""
    query = sa.select(CONFIRMATION.c.store_id, CONFIRMATION.c.id)
    rows = session.execute(query.where(CONFIRMATION.c.customer_id.in_(names.customers)))
    return [key_of(store_id, number) for store_id, number in rows]


def _rows_about(session: Session, store_id: int, *, names: Names) -> Told:
    told = {CUSTOMER.name: _rows(session, CUSTOMER, where=CUSTOMER.c.id.in_(names.customers), store_id=store_id)}
    for table in Base.metadata.sorted_tables:
        if "customer_id" in table.c:
            told[table.name] = _rows(session, table, where=_is_theirs(table, names), store_id=store_id)
    orders = [row["external_id"] for row in told["orders"]]
    for part in PARTS:
        told[part.name] = _rows(session, part, where=part.c.order_external_id.in_(orders), store_id=store_id)
    receipt, link, suppression = table_of(Receipt), table_of(ShortLink), table_of(Suppression)
    messages = [row["id"] for row in told[MESSAGE.name]]
    for told_of in (receipt, link):
        told[told_of.name] = _rows(session, told_of, where=told_of.c.message_id.in_(messages), store_id=store_id)
    addresses = suppression.c.address.in_([*names.addresses, *names.phones])
    told[suppression.name] = _rows(session, suppression, where=addresses, store_id=store_id)
    return told


def _is_theirs(table: sa.Table, names: Names) -> sa.ColumnElement[bool]:
    theirs = table.c.customer_id.in_(names.customers)
    return sa.or_(theirs, table.c.external_id.in_(names.orders)) if table.name == "orders" else theirs


def _rows(session: Session, table: sa.Table, *, where: sa.ColumnElement[bool], store_id: int) -> list[dict[str, Any]]:
    found = session.execute(sa.select(table).where(table.c.store_id == store_id, where))
    return [{name: _plain(value) for name, value in row._asdict().items() if name not in OURS} for row in found]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
