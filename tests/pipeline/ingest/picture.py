"""What the model says, told without our own ids, so that two runs can be held against each other."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Consent, Customer, Enrollment, Event, Fulfillment, Identity, Order, OrderLine, Refund

OWN = {"id", "customer_id", "store_id", "recorded_at", "enrolled_at", "said", "pace"}


def picture(session: Session, store_id: int) -> dict[str, list[Any]]:
    """Every table that ingest writes, customers named by their identities."""
    names = _names(session, store_id)
    tables = (Order, OrderLine, Refund, Fulfillment, Consent, Event, Enrollment)
    found = {model.__tablename__: _rows(session, model, store_id, names=names) for model in tables}
    found["customer"] = _rows(session, Customer, store_id, names=names)
    return found


def _names(session: Session, store_id: int) -> dict[int, str]:
    held: dict[int, list[str]] = {}
    query = sa.select(Identity.customer_id, Identity.kind, Identity.value).where(Identity.store_id == store_id)
    for customer_id, kind, value in session.execute(query):
        held.setdefault(customer_id, []).append(f"{kind}:{value}")
    return {customer_id: "|".join(sorted(values)) for customer_id, values in held.items()}


def _rows(session: Session, model: Any, store_id: int, *, names: dict[int, str]) -> list[Any]:
    table = model.__table__
    rows = session.execute(sa.select(table).where(table.c.store_id == store_id)).mappings()
    return sorted((_told(row, names) for row in rows), key=repr)


def _told(row: Any, names: dict[int, str]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name not in OWN}
    who = row.get("customer_id", row.get("id") if "orders_count" in row else None)
    if str(told.get("subject", "")).startswith("customer:"):
        told["subject"] = "customer"
    return {"who": names.get(who) if who is not None else None, **told}
