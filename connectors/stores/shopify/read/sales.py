"""What webhooks say about orders, refunds, parcels and checkouts."""

from collections.abc import Sequence

from connectors.errors import Malformed
from connectors.money import no_debt
from connectors.records import (
    CheckoutRecord,
    FulfillmentRecord,
    Kind,
    LineRecord,
    LookAgain,
    OrderRecord,
    Record,
    RefundRecord,
)
from connectors.stores.shopify.read import shapes
from connectors.stores.shopify.read.people import buyer, country, maybe_number, number
from connectors.stores.shopify.words import maybe_utc, money, order_status, origin, utc

# What a carrier says of a parcel that it has in its hands; all other words are said before that.
MOVING = frozenset(
    {
        "carrier_picked_up",
        "in_transit",
        "out_for_delivery",
        "attempted_delivery",
        "ready_for_pickup",
        "delayed",
        "delivered",
    }
)


def order(body: shapes.Order, unknown: list[str], *, was_just_paid: bool = False) -> tuple[Record, ...]:
    """An order with its refunds and parcels. Amounts are in the store's own currency, as the order's `currency` says. When it
    was paid only the topic of that moment tells; other bodies say that it is, and not since when."""
    external_id = number(body.admin_graphql_api_id, body.id)
    placed_at = body.processed_at or body.created_at
    if placed_at is None or body.total_price is None:
        raise Malformed("an order has no time or no total")
    status, raw = order_status(
        body.financial_status,
        unknown,
        cancelled=body.cancelled_at is not None,
        fulfilled=body.fulfillment_status == "fulfilled",
    )
    refunds = None if body.refunds is None else [refund(one, body.currency, order=external_id) for one in body.refunds]
    refunded, hints = _refunded(refunds, body.currency, order=external_id)
    where = body.shipping_address or body.billing_address or shapes.Place()
    record = OrderRecord(
        external_id=external_id,
        number=body.name or external_id,
        placed_at=utc(placed_at),
        updated_at=utc(body.updated_at),
        currency=body.currency,
        total=no_debt(money(body.total_price, body.currency), "order.total", unknown=unknown),
        status=status,
        raw_status=raw,
        buyer=buyer(
            body.customer,
            body.billing_address or body.shipping_address,
            email=body.email or body.contact_email,
            phone=body.phone,
            locale=body.customer_locale,
        ),
        lines=None if body.line_items is None else lines(body.line_items, body.currency),
        refunded=refunded,
        paid_at=utc(body.updated_at) if was_just_paid else None,
        cancelled_at=maybe_utc(body.cancelled_at),
        origin=origin(body.source_name, unknown),
        is_test=body.test,
        country=country(where.country_code),
        region=where.province_code or None,
        checkout_keys=keys(body.checkout_token, body.cart_token),
        discount_codes=tuple(one.code for one in body.discount_codes or () if one.code),
    )
    parcels = [fulfillment(one, order=external_id) for one in body.fulfillments or ()]
    return (record, *(refunds or ()), *parcels, *hints)


def keys(*tokens: str | None) -> tuple[str, ...]:
    """The tokens under which a checkout may know this order, each once."""
    return tuple(dict.fromkeys(filter(None, tokens)))


def lines(items: Sequence[shapes.Line], currency: str) -> tuple[LineRecord, ...]:
    return tuple(
        LineRecord(
            title=one.title or one.presentment_title or "",
            quantity=one.quantity,
            price=money(one.price if one.price is not None else 0, currency),
            product_external_id=maybe_number(None, one.product_id),
            variant_external_id=maybe_number(None, one.variant_id),
            sku=one.sku or None,
        )
        for one in items
    )


def refund(body: shapes.Refund, currency: str, *, order: str | None = None) -> RefundRecord | LookAgain:
    """One refund: the money that went back, which may be none, in the currency that it went back in.

    Money that went back in two currencies has no sum, so the refund is to be looked at.
    """
    at = body.processed_at or body.created_at
    if at is None:
        raise Malformed("a refund has no time")
    external_id = number(body.admin_graphql_api_id, body.id)
    paid = [one for one in body.transactions or () if one.kind == "refund" and one.status == "success"]
    currencies = {one.currency or currency for one in paid} or {currency}
    own = currencies.pop()
    if currencies:
        return LookAgain(Kind.REFUND, external_id)
    return RefundRecord(
        external_id=external_id,
        order_external_id=order or number(None, body.order_id),
        at=utc(at),
        amount=sum(money(one.amount if one.amount is not None else 0, own) for one in paid),
        currency=own,
    )


def _refunded(
    refunds: Sequence[RefundRecord | LookAgain] | None, currency: str, *, order: str
) -> tuple[int | None, tuple[LookAgain, ...]]:
    """The sum so far; where money went back in the buyer's currency only the store itself can tell the sum."""
    if refunds is None:
        return None, ()
    own = [one.amount for one in refunds if isinstance(one, RefundRecord) and one.currency == currency]
    if len(own) < len(refunds):
        return None, (LookAgain(Kind.ORDER, order),)
    return sum(own), ()


def fulfillment(body: shapes.Fulfillment, *, order: str | None = None) -> FulfillmentRecord:
    """One parcel. Its body does not say when it was delivered; the fulfilment event and GraphQL do."""
    at = body.updated_at or body.created_at
    if at is None:
        raise Malformed("a fulfillment has no time")
    return FulfillmentRecord(
        external_id=number(body.admin_graphql_api_id, body.id),
        order_external_id=order or number(None, body.order_id),
        updated_at=utc(at),
        status=(body.shipment_status or body.status or "").lower(),
        shipped_at=maybe_utc(body.created_at) if body.status == "success" else None,
    )


def parcel(body: shapes.Fulfillment) -> tuple[Record, ...]:
    """A parcel of its own topic; a delivered one has to be looked at, because only the look tells when."""
    record = fulfillment(body)
    again = (LookAgain(Kind.ORDER, record.order_external_id),) if record.status == "delivered" else ()
    return (record, *again)


def parcel_event(body: shapes.FulfillmentEvent) -> FulfillmentRecord:
    """What the carrier says: the word that tells when a parcel was delivered."""
    happened = body.happened_at or body.created_at
    if happened is None:
        raise Malformed("a fulfillment event has no time")
    status = (body.status or "").lower()
    seen = utc(happened) if status in MOVING else None
    return FulfillmentRecord(
        external_id=number(None, body.fulfillment_id),
        order_external_id=number(None, body.order_id),
        updated_at=utc(body.updated_at or body.created_at or happened),
        status=status,
        delivered_at=utc(happened) if status == "delivered" else None,
        promised_at=maybe_utc(body.estimated_delivery_at),
        picked_up_at=seen,
        scanned_at=seen,
    )


def checkout(body: shapes.Checkout) -> CheckoutRecord:
    """A checkout; its token is its id, because the number is gone from webhooks since 2026-04."""
    external_id = body.token or maybe_number(None, body.id)
    if external_id is None or body.total_price is None:
        raise Malformed("a checkout has no token or no total")
    return CheckoutRecord(
        external_id=external_id,
        started_at=utc(body.created_at),
        updated_at=utc(body.updated_at),
        currency=body.currency,
        total=money(body.total_price, body.currency),
        buyer=buyer(
            body.customer,
            body.billing_address or body.shipping_address,
            email=body.email,
            phone=body.phone,
            locale=body.customer_locale,
        ),
        url=body.abandoned_checkout_url or None,
        completed_at=maybe_utc(body.completed_at),
        lines=lines(body.line_items or (), body.currency),
    )


def look_at_order(body: shapes.Edited) -> LookAgain:
    return LookAgain(Kind.ORDER, number(None, body.order_edit.order_id))
