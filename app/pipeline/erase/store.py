"""A whole store is erased: every row that is bound to it, its mails, its deliveries; its own row stays without a word."""

import sqlalchemy as sa

from app.db import Base
from app.model import Delivery, PrivacyRequest, Store, StoreState, Tombstone
from app.pipeline.erase.mails import forget_all
from app.rows import table_of
from app.runtime import Runtime

DELIVERY = table_of(Delivery)
STORE = table_of(Store)
# The audit rows hold no personal data once they are met, and the tombstones hold none at all.
KEPT = frozenset({STORE.name, table_of(PrivacyRequest).name, table_of(Tombstone).name})


def erase(runtime: Runtime, store_id: int) -> int:
    """Erase it; how many rows went."""
    with runtime.database.read() as session:
        key = session.get_one(Store, store_id).public_key
    forget_all(runtime, key)
    with runtime.database.write_inbox() as session:
        session.execute(sa.delete(DELIVERY).where(DELIVERY.c.store_id == store_id))
    count = 0
    with runtime.database.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if "store_id" in table.c and table.name not in KEPT:
                gone = sa.delete(table).where(table.c.store_id == store_id)
                count += len(session.execute(gone.returning(table.c.store_id)).all())
        session.execute(sa.update(STORE).where(STORE.c.id == store_id).values(**_blank(store_id)))
    return count


def _blank(store_id: int) -> dict[str, object]:
    empty = dict.fromkeys(("country", "email", "url", "postal_address", "sender_name", "sender_address"))
    return {
        **empty,
        "state": StoreState.ERASED,
        "address": f"erased:{store_id}",
        "name": "",
        "locale": "en",
        "zone": "UTC",
    }
