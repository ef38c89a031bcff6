"""Orders with their lines, refunds and the one parcel that a completed order stands for; drafts are checkouts."""

import math
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from connectors.errors import Malformed
from connectors.money import minor, no_debt
from connectors.records import (
    CheckoutRecord,
    FulfillmentRecord,
    GoneRecord,
    Kind,
    LineRecord,
    OrderRecord,
    OrderStatus,
    Origin,
    Reading,
    Record,
    RefundRecord,
)
from connectors.stores.woocommerce.read.people import Told, buyer, of_meta
from connectors.stores.woocommerce.read.shapes import Frame, Line, Order, link, moment, strange, text, title

ORDER = msgspec.json.Decoder(Order)

DRAFT = "checkout-draft"
TRASH = "trash"
# Placed and not paid: a checkout that was left on its last page. The store cancels it by itself after an hour or so.
UNPAID = frozenset({"pending", "failed"})

# `processing` is left out: it is paid, or cash on delivery that is not paid yet.
STATUSES = {
    # Nobody has paid and nobody has promised to: no order yet, and told as a checkout beside it.
    "pending": OrderStatus.DRAFT,
    "on-hold": OrderStatus.OPEN,
    "completed": OrderStatus.COMPLETED,
    "cancelled": OrderStatus.CANCELLED,
    "refunded": OrderStatus.REFUNDED,
    "failed": OrderStatus.FAILED,
}

ORIGINS = {
    "checkout": Origin.STOREFRONT,
    "store-api": Origin.STOREFRONT,
    "admin": Origin.STAFF,
    "rest-api": Origin.API,
    "subscription": Origin.SUBSCRIPTION,
    "pos-rest-api": Origin.POINT_OF_SALE,
}


def order(found: Order, frame: Frame) -> Reading:
    """An order payload in our words.

    An order in the trash is gone, a draft is a checkout if it can be written to, an unpaid order is a checkout as well, an
    auto-draft is nothing.
    """
    if found.status == TRASH:
        return Reading((GoneRecord(Kind.ORDER, str(found.id), frame.at),))
    if found.status == "auto-draft":
        return Reading(())
    told = of_meta(
        found.meta_data,
        external_id=str(found.customer_id) if found.customer_id else None,
        address=None if found.customer_id else shaped_address(found),
        received_at=frame.at,
    )
    if found.status == DRAFT:
        return Reading(tuple(_checkout(found, told)), told.unknown)
    unknown = [*told.unknown, *_strange(found)]
    record = _order(found, told, unknown=unknown)
    records: list[Record] = [record, *_refunds(found, frame, changed=record.updated_at), *_parcel(found, record)]
    if found.status in UNPAID:
        records += _checkout(found, told)
    return Reading(tuple(records), tuple(unknown))


def shaped_address(found: Order) -> str | None:
    """The buyer's address as we find people by it."""
    made = buyer(found.billing, customer_id=0, told=Told())
    return made.email if made else None


def draft_key(order_id: int) -> str:
    """Under which name a draft is known as a checkout, and the later order answers to it."""
    return f"draft-{order_id}"


def _times(found: Order) -> tuple[datetime, datetime]:
    placed, changed = moment(found.date_created_gmt), moment(found.date_modified_gmt)
    first = placed or changed
    if first is None:
        raise Malformed("an order without a time")
    return first, changed or first


def _order(found: Order, told: Told, *, unknown: list[str]) -> OrderRecord:
    placed, changed = _times(found)
    status = _status(found)
    place = found.shipping if found.shipping and found.shipping.country else found.billing
    return OrderRecord(
        external_id=str(found.id),
        number=text(str(found.number)) or str(found.id),
        placed_at=placed,
        updated_at=changed,
        currency=found.currency,
        total=no_debt(minor(found.total, found.currency), "order.total", unknown=unknown),
        status=status,
        raw_status=found.status[:60],
        buyer=buyer(found.billing, customer_id=found.customer_id, told=told),
        lines=_lines(found),
        refunded=sum(abs(minor(refund.total, found.currency)) for refund in found.refunds),
        paid_at=moment(found.date_paid_gmt),
        # WooCommerce keeps no time for it; the change to this status is the last one or close to it.
        cancelled_at=changed if status is OrderStatus.CANCELLED else None,
        origin=ORIGINS.get(found.created_via, Origin.UNKNOWN),
        country=text(place.country),
        region=text(place.state),
        checkout_keys=(draft_key(found.id),),
        discount_codes=tuple(code for line in found.coupon_lines if (code := text(line.code))),
    )


def _status(found: Order) -> OrderStatus:
    if found.status == "processing":
        return OrderStatus.PAID if found.date_paid_gmt else OrderStatus.OPEN
    return STATUSES.get(found.status, OrderStatus.UNKNOWN)


def _strange(found: Order) -> Iterator[str]:
    if found.status != "processing" and found.status not in STATUSES:
        yield strange("order.status", found.status)
    if found.created_via not in ORIGINS:
        yield strange("order.created_via", found.created_via)


def _lines(found: Order) -> tuple[LineRecord, ...]:
    return tuple(_line(line, found) for line in found.line_items)


def _line(line: Line, found: Order) -> LineRecord:
    """A deleted product has the id 0. What is sold by the metre counts as the next whole number."""
    return LineRecord(
        title=title(line.name) or "",
        quantity=_count(line.quantity),
        price=_unit_price(line, found),
        product_external_id=str(line.product_id) if line.product_id else None,
        variant_external_id=str(line.variation_id) if line.variation_id else None,
        sku=text(line.sku),
    )


def _count(quantity: float) -> int:
    if not math.isfinite(quantity) or abs(quantity) > 1_000_000_000:
        raise Malformed("not a quantity")
    return math.ceil(quantity)


def _unit_price(line: Line, found: Order) -> int:
    """What the shelf said: the line before discounts, with tax where the store's prices hold it, over the quantity."""
    if not line.quantity:
        return minor(line.price, found.currency)
    whole = minor(line.subtotal or "0", found.currency)
    if found.prices_include_tax:
        whole += minor(line.subtotal_tax or "0", found.currency)
    if whole % line.quantity == 0:
        return int(whole // line.quantity)
    return int((Decimal(whole) / Decimal(str(line.quantity))).to_integral_value(ROUND_HALF_UP))


def _refunds(found: Order, frame: Frame, *, changed: datetime) -> Iterator[RefundRecord]:
    """A webhook says no time of a refund; a refund moves the order's own, so that is the next best word."""
    for refund in found.refunds:
        yield RefundRecord(
            external_id=str(refund.id),
            order_external_id=str(found.id),
            at=frame.refunded_at.get(refund.id, changed),
            amount=abs(minor(refund.total, found.currency)),
            currency=found.currency,
            reason=text(refund.reason),
        )


def _parcel(found: Order, record: OrderRecord) -> Iterator[FulfillmentRecord]:
    """WooCommerce has no parcels: completing an order is the shop's word that it was sent."""
    sent = moment(found.date_completed_gmt)
    if record.status is OrderStatus.COMPLETED or (record.status is OrderStatus.REFUNDED and sent):
        yield FulfillmentRecord(
            external_id=f"order-{found.id}",
            order_external_id=str(found.id),
            updated_at=record.updated_at,
            status="completed",
            shipped_at=sent or record.updated_at,
        )


def _checkout(found: Order, told: Told) -> Iterator[CheckoutRecord]:
    """What a shopper left at the checkout. A draft of the REST, or one that nobody can be written to about, is left out."""
    if ORIGINS.get(found.created_via) is not Origin.STOREFRONT:
        return
    who = buyer(found.billing, customer_id=found.customer_id, told=told)
    if who is None or (who.email is None and who.external_id is None):
        return
    started, changed = _times(found)
    yield CheckoutRecord(
        external_id=draft_key(found.id),
        started_at=started,
        updated_at=changed,
        currency=found.currency,
        total=minor(found.total, found.currency),
        buyer=who,
        url=link(found.payment_url) if found.needs_payment else None,
        lines=_lines(found),
    )
