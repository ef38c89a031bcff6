"""Looks and wishes: what somebody looked at in the store, or asked to be told of, and since when a look is news."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.model import Interest, InterestKind, Product
from app.model.event import EventKind
from app.pipeline.enroll import News
from app.pipeline.ingest.people import People
from app.rows import chunks, table_of, upsert
from connectors.records import InterestRecord

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

INTEREST = table_of(Interest)
PRODUCT = table_of(Product)
Key = tuple[int, str, str]


def keep(batch: "Batch", records: Sequence[InterestRecord], *, people: People) -> list[News]:
    """Keep the latest look and the latest wish of each person for each product, and tell of looks since the store is live.

    Somebody whom we do not know stays unknown: a typed address makes nobody a customer. Nor is a product made by being
    named: whoever calls may name any number.
    """
    people.meet((one.email for one in records), external_ids=(one.customer_external_id for one in records))
    latest = _latest(batch, records, people=people)
    if not latest:
        return []
    prices = _prices(batch, {one.product_external_id for one in latest.values()})
    latest = {key: one for key, one in latest.items() if one.product_external_id in prices}
    rows = [
        {
            "store_id": batch.store.id,
            "customer_id": who,
            "product_external_id": product,
            "kind": kind,
            "at": one.at,
            "price": prices[product],
        }
        for (who, product, kind), one in sorted(latest.items())
    ]
    upsert(batch.session, INTEREST, rows=rows, unless_newer="at")
    return [_news(who, one) for (who, _, kind), one in sorted(latest.items()) if kind == InterestKind.LOOKED]


def _latest(batch: "Batch", records: Sequence[InterestRecord], *, people: People) -> dict[Key, InterestRecord]:
    """What was told of known people since the store is live; of the future nothing is believed but that it was now."""
    found: dict[Key, InterestRecord] = {}
    for one in sorted(records, key=lambda record: record.at):
        who = people.find(external_id=one.customer_external_id, email=one.email)
        if who is not None and batch.store.live_since <= one.at:
            kind = InterestKind.ASKED if one.is_wish else InterestKind.LOOKED
            found[(who, one.product_external_id, kind)] = one
    return found


def _prices(batch: "Batch", products: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for chunk in chunks(sorted(products)):
        query = sa.select(PRODUCT.c.external_id, PRODUCT.c.price).where(
            PRODUCT.c.store_id == batch.store.id, PRODUCT.c.external_id.in_(chunk)
        )
        found |= {row.external_id: row.price for row in batch.session.execute(query)}
    return found


def _news(who: int, one: InterestRecord) -> News:
    """The day is part of the occasion: who looks again the same day is waited for anew, and not written to twice."""
    subject = f"product:{one.product_external_id}:{one.at:%Y-%m-%d}:{who}"
    return News(EventKind.PRODUCT_VIEWED, subject, who, one.at)
