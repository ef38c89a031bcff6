"""Products, checkouts and reviews become rows; what was deleted stays as a mark, so that an older payload cannot revive it."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.model import Checkout, Product, Review
from app.pipeline.ingest.people import People
from app.rows import table_of, upsert
from connectors.records import CheckoutRecord, GoneRecord, ProductRecord, ReviewRecord

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

PRODUCT = table_of(Product)
CHECKOUT = table_of(Checkout)
REVIEW = table_of(Review)


def keep_products(batch: "Batch", records: Sequence[ProductRecord]) -> None:
    newest = {one.external_id: one for one in sorted(records, key=lambda one: one.updated_at)}
    rows: list[dict[str, Any]] = [
        {
            "store_id": batch.store.id,
            "external_id": one.external_id,
            "title": one.title[:500],
            "url": one.url,
            "image_url": one.image_url,
            "price": one.price,
            "currency": one.currency,
            "is_available": one.is_available,
            "updated_at": one.updated_at,
            "gone_at": None,
        }
        for one in newest.values()
    ]
    upsert(batch.session, PRODUCT, rows=rows, unless_newer="updated_at")


def delete_product(batch: "Batch", record: GoneRecord) -> None:
    row = {"store_id": batch.store.id, "external_id": record.external_id, "title": "", "url": None, "image_url": None}
    row |= {"price": None, "currency": None, "is_available": False, "updated_at": record.at, "gone_at": record.at}
    upsert(batch.session, PRODUCT, rows=[row], unless_newer="updated_at")


def keep_checkouts(batch: "Batch", records: Sequence[CheckoutRecord], *, people: People) -> None:
    """A checkout's link opens its owner's own page, so that of somebody erased nothing is kept."""
    newest = {one.external_id: one for one in sorted(records, key=lambda one: one.updated_at)}
    rows: list[dict[str, Any]] = [
        {
            "store_id": batch.store.id,
            "external_id": one.external_id,
            "customer_id": people.of(one.buyer) if one.buyer else None,
            "url": one.url,
            "currency": one.currency,
            "total": one.total,
            "started_at": one.started_at,
            "updated_at": one.updated_at,
            "completed_at": one.completed_at,
            "lines": [asdict(line) for line in one.lines],
        }
        for one in newest.values()
        if not people.is_erased(one.buyer)
    ]
    upsert(batch.session, CHECKOUT, rows=rows, unless_newer="updated_at")


def delete_checkout(batch: "Batch", record: GoneRecord) -> None:
    """A deleted checkout was bought or given up; either way there is nothing left to remind of, and only a mark stays."""
    row: dict[str, Any] = {"store_id": batch.store.id, "external_id": record.external_id, "customer_id": None}
    row |= {"url": None, "currency": batch.store.currency, "total": 0, "lines": []}
    row |= {"started_at": record.at, "updated_at": record.at, "completed_at": record.at}
    upsert(batch.session, CHECKOUT, rows=[row], unless_newer="updated_at")


def keep_reviews(batch: "Batch", records: Sequence[ReviewRecord], *, people: People) -> None:
    people.meet(one.email for one in records)
    rows = [
        {
            "store_id": batch.store.id,
            "external_id": one.external_id,
            "product_external_id": one.product_external_id,
            "customer_id": people.find(email=one.email),
            "rating": one.rating,
            "at": one.at,
        }
        for one in records
    ]
    upsert(batch.session, REVIEW, rows=rows)
