"""A discount code of ours that came back with an order: what the message brought is known to the penny."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app.model import DiscountCode
from app.model.code import CodeState
from app.rows import chunks, table_of
from connectors.records import OrderRecord

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

CODE = table_of(DiscountCode)


def note(batch: "Batch", orders: Iterable[OrderRecord]) -> None:
    """Tie each code to the order that it was redeemed with. Platforms write codes in any case; ours are in capitals."""
    used = {code.upper(): one.external_id for one in orders for code in one.discount_codes}
    for chunk in chunks(sorted(used)):
        query = sa.select(CODE.c.id, CODE.c.code).where(CODE.c.store_id == batch.store.id, CODE.c.code.in_(chunk))
        for row in batch.session.execute(query).all():
            values = {"state": CodeState.REDEEMED, "order_external_id": used[row.code]}
            batch.session.execute(sa.update(CODE).where(CODE.c.id == row.id).values(**values))
