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
COUNTED = ("orders_count", "spent", "first_order_at", "last_order_at")


def recount(batch: "Batch", customer_ids: Collection[int]) -> None:
    """Count the buyers' orders anew from their rows; the same answer however often and in whichever order.

    Whoever has no order left that counts has none; and whose numbers are what they were is not written to.
    """
    for chunk in chunks(sorted(customer_ids)):
        counted = _counted(batch, chunk)
        same = [CUSTOMER.c[name].is_not_distinct_from(counted.c[name]) for name in COUNTED]
        new = {name: counted.c[name] for name in COUNTED}
        update = sa.update(CUSTOMER).where(CUSTOMER.c.id == counted.c.id, ~sa.and_(*same))
        batch.session.execute(update.values(**new))


def _counted(batch: "Batch", customer_ids: Sequence[int]) -> sa.Subquery:
    is_theirs = sa.and_(ORDER.c.customer_id == CUSTOMER.c.id, ORDER.c.counts)
    return (
        sa.select(
            CUSTOMER.c.id,
            sa.func.count(ORDER.c.id).label("orders_count"),
            sa.func.coalesce(sa.func.sum(ORDER.c.total - ORDER.c.refunded), 0).label("spent"),
            sa.func.min(ORDER.c.placed_at).label("first_order_at"),
            sa.func.max(ORDER.c.placed_at).label("last_order_at"),
        )
        .outerjoin(ORDER, is_theirs)
        .where(among(batch.session, CUSTOMER.c.id, values=customer_ids))
        .group_by(CUSTOMER.c.id)
        .subquery()
    )
