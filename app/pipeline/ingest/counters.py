"""What a customer has bought, counted: kept on the customer's row, so that no question has to add it up."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.model import Customer, Order
from app.rows import among, chunks, table_of

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

CUSTOMER = table_of(Customer)
ORDER = table_of(Order)


def recount(batch: "Batch", customer_ids: Collection[int]) -> None:
    """Count the buyers' orders anew from their rows; the same answer however often and in whichever order."""
    for chunk in chunks(sorted(customer_ids)):
        counted = (
            sa.select(
                ORDER.c.customer_id,
                sa.func.count().label("orders"),
                sa.func.sum(ORDER.c.total - ORDER.c.refunded).label("spent"),
                sa.func.min(ORDER.c.placed_at).label("first"),
                sa.func.max(ORDER.c.placed_at).label("last"),
            )
            .where(among(batch.session, ORDER.c.customer_id, values=chunk), ORDER.c.counts)
            .group_by(ORDER.c.customer_id)
            .subquery()
        )
        new = {"orders_count": counted.c.orders, "spent": counted.c.spent}
        new |= {"first_order_at": counted.c.first, "last_order_at": counted.c.last}
        batch.session.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id == counted.c.customer_id).values(**new))
        _count_none(batch, chunk)


def _count_none(batch: "Batch", customer_ids: Sequence[int]) -> None:
    """Whoever has no order left that counts has none."""
    has_one = sa.exists().where(ORDER.c.customer_id == CUSTOMER.c.id, ORDER.c.counts)
    where = (among(batch.session, CUSTOMER.c.id, values=customer_ids), CUSTOMER.c.orders_count > 0, ~has_one)
    none = {"orders_count": 0, "spent": 0, "first_order_at": None, "last_order_at": None}
    batch.session.execute(sa.update(CUSTOMER).where(*where).values(**none))
