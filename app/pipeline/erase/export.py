"""Everything that is held about a person, as plain data: made from the model itself, so that no table is forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Base
from app.model import Customer, OrderLine
from app.rows import table_of

CUSTOMER = table_of(Customer)
LINE = table_of(OrderLine)


def everything_about(session: Session, store_id: int, *, customers: Sequence[int]) -> dict[str, list[dict[str, Any]]]:
    """Rows by table, for these customers of one store."""
    told = {CUSTOMER.name: _rows(session, CUSTOMER, CUSTOMER.c.id.in_(customers))}
    for table in Base.metadata.sorted_tables:
        if "customer_id" in table.c:
            where = sa.and_(table.c.store_id == store_id, table.c.customer_id.in_(customers))
            told[table.name] = _rows(session, table, where)
    orders = [row["external_id"] for row in told["orders"]]
    lines = sa.and_(LINE.c.store_id == store_id, LINE.c.order_external_id.in_(orders))
    return {**told, LINE.name: _rows(session, LINE, lines)}


def _rows(session: Session, table: sa.Table, where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    found = session.execute(sa.select(table).where(where))
    return [{name: _plain(value) for name, value in row._asdict().items()} for row in found]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
