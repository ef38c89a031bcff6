"""What begins with some letters, found by an index on both databases: a range, never a pattern."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import MAILBOX
from app.model import Customer, Order
from app.rows import table_of
from app.spelling import folded

CUSTOMER = table_of(Customer)
ORDER = table_of(Order)
# The last character that there is: everything that begins with a prefix sorts before the prefix with it.
LAST = "\U0010ffff"
LONGEST = 120


def starts_with(session: Session, column: sa.ColumnElement[Any], *, prefix: str) -> sa.ColumnElement[bool]:
    """`column` begins with `prefix`. PostgreSQL compares by bytes here, as its index does, whatever its language."""
    if session.get_bind().dialect.name == "sqlite":
        return sa.and_(column >= prefix, column < prefix + LAST)
    at_least, below = column.op("~>=~", is_comparison=True), column.op("~<~", is_comparison=True)
    return sa.and_(at_least(prefix), below(prefix + LAST))


def named(session: Session, store_id: int, *, text: str) -> sa.ColumnElement[bool]:
    """The customers whose name (from either end) or address begins with this, or who placed the order of this number."""
    return sa.or_(*ways(session, store_id, text=text))


def ways(session: Session, store_id: int, *, text: str) -> list[sa.ColumnElement[bool]]:
    """Each way to be meant by this text, by an index of its own."""
    typed = typed_text(text)
    name = folded(typed)
    by_address = starts_with(session, CUSTOMER.c.email, prefix=typed.lower())
    if MAILBOX.fullmatch(typed):
        return [by_address]
    by_name = [starts_with(session, one, prefix=name) for one in (CUSTOMER.c.name_key, CUSTOMER.c.back_key)]
    by_number = CUSTOMER.c.id.in_(sa.select(ORDER.c.customer_id).where(numbered(store_id, text=typed)))
    return [*(by_name if name else ()), by_address, by_number]


def numbered(store_id: int, *, text: str) -> sa.ColumnElement[bool]:
    """The orders of this number, with or without the sign that stores put before it."""
    bare = typed_text(text).lstrip("#")
    return sa.and_(ORDER.c.store_id == store_id, ORDER.c.number.in_([bare, f"#{bare}"]))


def typed_text(text: str) -> str:
    """What was typed, as it is looked for. Neither database can hold a NUL in a text."""
    return " ".join(text.replace("\x00", "").split())[:LONGEST]
