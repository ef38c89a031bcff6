"""The rows of identities: who holds which, and how they are written and move."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Identity
from app.pipeline.ingest.person import Key
from app.rows import among, bulk, chunks, table_of

IDENTITY = table_of(Identity)
INSERT_IDENTITY = sa.insert(IDENTITY)


def holders(session: Session, store_id: int, *, names: Iterable[Key]) -> dict[Key, int]:
    """The customers who hold these identities, where anybody does."""
    values: dict[str, list[str]] = {}
    for kind, value in names:
        values.setdefault(kind, []).append(value)
    found: dict[Key, int] = {}
    for kind, ours in values.items():
        # In their order the search goes through the table once.
        for chunk in chunks(sorted(ours)):
            query = sa.select(IDENTITY.c.value, IDENTITY.c.customer_id).where(
                IDENTITY.c.store_id == store_id,
                IDENTITY.c.kind == kind,
                among(session, IDENTITY.c.value, values=chunk),
            )
            found.update(((kind, value), holder) for value, holder in session.execute(query).all())
    return found


def of(session: Session, customer_id: int) -> list[Key]:
    query = sa.select(IDENTITY.c.kind, IDENTITY.c.value).where(IDENTITY.c.customer_id == customer_id)
    return [(kind, value) for kind, value in session.execute(query).all()]


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    bulk(session, INSERT_IDENTITY, table=IDENTITY, rows=rows)


def move(session: Session, store_id: int, *, rows: Sequence[dict[str, Any]]) -> None:
    """Have identities that are held by somebody held by those whom the rows name."""
    if rows:
        update = sa.update(IDENTITY).where(
            IDENTITY.c.store_id == store_id,
            IDENTITY.c.kind == sa.bindparam("of_kind"),
            IDENTITY.c.value == sa.bindparam("with_value"),
        )
        moves = [{"of_kind": one["kind"], "with_value": one["value"], "to": one["customer_id"]} for one in rows]
        session.connection().execute(update.values(customer_id=sa.bindparam("to")), moves)
