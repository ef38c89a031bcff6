"""What is news about checkouts and products: one that was left, something wanted that is back or costs less."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.facts import about
from app.model import Checkout, Enrollment, Interest, InterestKind, Message, Product
from app.model.event import EventKind
from app.pipeline.enroll import News
from app.rows import chunks, table_of
from connectors.records import CheckoutRecord, ProductRecord

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

CHECKOUT = table_of(Checkout)
ENROLLMENT = table_of(Enrollment)
INTEREST = table_of(Interest)
MESSAGE = table_of(Message)
PRODUCT = table_of(Product)
# A look is a wish for a month; who asked to be told stays until they bought it or asked for no more.
LOOK_HOLDS_FOR = timedelta(days=30)


def of_checkouts(batch: "Batch", records: Sequence[CheckoutRecord]) -> list[News]:
    """Checkouts that are open as they stand now, touched since the store is live: each begins to wait from its last touch."""
    found: list[News] = []
    for chunk in chunks(sorted({one.external_id for one in records})):
        query = sa.select(CHECKOUT).where(
            CHECKOUT.c.store_id == batch.store.id,
            CHECKOUT.c.external_id.in_(chunk),
            CHECKOUT.c.completed_at.is_(None),
            CHECKOUT.c.customer_id.is_not(None),
            CHECKOUT.c.total > 0,
            CHECKOUT.c.updated_at >= batch.store.live_since,
        )
        found += [
            News(EventKind.CHECKOUT_LEFT, f"checkout:{row.external_id}", row.customer_id, row.updated_at)
            for row in batch.session.execute(query.order_by(CHECKOUT.c.external_id))
        ]
    return found


def before(batch: "Batch", records: Iterable[ProductRecord]) -> dict[str, Any]:
    """The products of a batch as they stand before it is taken in."""
    found: dict[str, Any] = {}
    for chunk in chunks(sorted({one.external_id for one in records})):
        query = sa.select(PRODUCT).where(PRODUCT.c.store_id == batch.store.id, PRODUCT.c.external_id.in_(chunk))
        found |= {row.external_id: row for row in batch.session.execute(query)}
    return found


def of_products(batch: "Batch", records: Sequence[ProductRecord], *, before: Mapping[str, Any]) -> list[News]:
    """Who wanted what is back, or costs less than when they wanted it; only what changed since the store is live."""
    changed = [
        one
        for one in records
        if one.external_id in before
        and one.updated_at >= max(batch.store.live_since, before[one.external_id].updated_at)
    ]
    back = {one.external_id for one in changed if one.is_available and not before[one.external_id].is_available}
    cheaper = {one.external_id for one in changed if one.is_available and _costs_less(one, before[one.external_id])}
    if not back | cheaper:
        return []
    products = {one.external_id: one for one in changed}
    wanted = _wishes(batch, sorted(back | cheaper))
    found = [
        _news(EventKind.BACK_IN_STOCK, row, one=products[row.product_external_id])
        for row in _unanswered(batch, wanted, kind=EventKind.BACK_IN_STOCK)
        if row.product_external_id in back
    ]
    for row in _unanswered(batch, wanted, kind=EventKind.PRICE_DROPPED):
        one = products[row.product_external_id]
        if one.external_id in cheaper and row.price is not None and one.price is not None and one.price < row.price:
            found.append(_news(EventKind.PRICE_DROPPED, row, one=one))
    return found


def _costs_less(one: ProductRecord, was: Any) -> bool:
    return one.price is not None and was.price is not None and one.price < was.price


def _wishes(batch: "Batch", products: Sequence[str]) -> list[Any]:
    """The latest wish of each person for each product that still holds."""
    holds = sa.or_(INTEREST.c.kind == InterestKind.ASKED, INTEREST.c.at > batch.now - LOOK_HOLDS_FOR)
    query = (
        sa.select(INTEREST)
        .where(INTEREST.c.store_id == batch.store.id, INTEREST.c.product_external_id.in_(products), holds)
        .order_by(INTEREST.c.at, INTEREST.c.customer_id, INTEREST.c.product_external_id)
    )
    latest = {(row.customer_id, row.product_external_id): row for row in batch.session.execute(query)}
    return list(latest.values())


def _unanswered(batch: "Batch", wanted: Sequence[Any], *, kind: EventKind) -> list[Any]:
    """Wishes of which nothing was said yet in a workflow that listens for this: each is answered once, however often the
    product comes and goes."""
    names = [name for name, one in batch.runtime.workflows.items() if any(on.event == kind for on in one.starts.on)]
    told: dict[tuple[int, str], datetime] = {}
    for chunk in chunks(sorted({row.customer_id for row in wanted})):
        query = (
            sa.select(ENROLLMENT.c.customer_id, ENROLLMENT.c.subject, MESSAGE.c.sent_at)
            .join(MESSAGE, MESSAGE.c.enrollment_id == ENROLLMENT.c.id)
            .where(
                ENROLLMENT.c.store_id == batch.store.id,
                ENROLLMENT.c.customer_id.in_(chunk),
                ENROLLMENT.c.workflow.in_(names),
                MESSAGE.c.sent_at.is_not(None),
            )
            .order_by(MESSAGE.c.sent_at)
        )
        told |= {(who, about(subject).product or ""): at for who, subject, at in batch.session.execute(query)}
    last = [(row, told.get((row.customer_id, row.product_external_id))) for row in wanted]
    return [row for row, at in last if at is None or at < row.at]


def _news(kind: EventKind, row: Any, *, one: ProductRecord) -> News:
    """The day is part of the occasion: what comes back twice a day is said once."""
    subject = f"product:{one.external_id}:{one.updated_at:%Y-%m-%d}:{row.customer_id}"
    return News(kind, subject, row.customer_id, one.updated_at)
