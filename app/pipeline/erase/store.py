"""A whole store is erased: every row that is bound to it, its mails, its deliveries; its own row stays without a word.

Piece by piece, each a short transaction: it is silenced first, so that nothing new comes in meanwhile, and a crash in the
middle goes on where it was.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Base
from app.keys import new_key
from app.model import Delivery, Installation, PrivacyRequest, Store, StoreState
from app.pipeline.erase.mails import forget_all
from app.rows import table_of
from app.runtime import Runtime

DELIVERY = table_of(Delivery)
INSTALLATION = table_of(Installation)
REQUEST = table_of(PrivacyRequest)
STORE = table_of(Store)
PIECE = 5000
# The audit rows: once they are met they hold no personal data.
KEPT = frozenset({STORE.name, REQUEST.name})


def erase(runtime: Runtime, store_id: int) -> int:
    """Erase it; how many rows went."""
    with runtime.database.write() as session:
        session.execute(sa.update(STORE).where(STORE.c.id == store_id).values(state=StoreState.ERASED))
        store = session.get_one(Store, store_id)
        strays = sa.and_(INSTALLATION.c.platform == store.platform, INSTALLATION.c.address == store.address)
        session.execute(sa.delete(INSTALLATION).where(INSTALLATION.c.store_id.is_(None), strays))
    with runtime.database.write_inbox() as session:
        session.execute(sa.delete(DELIVERY).where(DELIVERY.c.store_id == store_id))
    count = sum(_empty(runtime, table, store_id=store_id) for table in reversed(Base.metadata.sorted_tables))
    forget_all(runtime, store.public_key)
    with runtime.database.write() as session:
        _blank(session, store_id)
    return count


def _empty(runtime: Runtime, table: sa.Table, *, store_id: int) -> int:
    """Delete the store's rows of one table; those that point at them went before."""
    if "store_id" not in table.c or table.name in KEPT:
        return 0
    key = list(table.primary_key.columns)
    piece = sa.select(*key).where(table.c.store_id == store_id).limit(PIECE)
    gone = sa.delete(table).where(sa.tuple_(*key).in_(piece)).returning(table.c.store_id)
    count = PIECE
    total = 0
    while count == PIECE:
        with runtime.database.write() as session:
            count = len(session.execute(gone).all())
        total += count
    return total


def _blank(session: Session, store_id: int) -> None:
    """The store's own row and its earlier requests lead to nobody; under its address it may move in anew."""
    empty = dict.fromkeys(("country", "email", "url", "postal_address", "sender_name", "sender_address"))
    values = {**empty, "name": "", "locale": "en", "zone": "UTC", "address": f"erased:{store_id}"}
    session.execute(sa.update(STORE).where(STORE.c.id == store_id).values(**values, public_key=new_key()))
    done = sa.and_(REQUEST.c.store_id == store_id, REQUEST.c.done_at.is_not(None))
    session.execute(sa.update(REQUEST).where(done).values(result={"erased": True}, customer_external_id=None))
