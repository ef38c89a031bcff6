"""From GraphQL nodes to records, the same ids and words as from webhooks. The hot path of a first import."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from connectors.errors import Malformed
from connectors.money import no_debt
from connectors.records import (
    CheckoutRecord,
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    FulfillmentRecord,
    LineRecord,
    Medium,
    OrderRecord,
    OrderStatus,
    ProductRecord,
    Record,
    RefundRecord,
)
from connectors.stores.shopify.nodes import shapes
from connectors.stores.shopify.words import (
    PRODUCT_STATES,
    clip,
    consent_state,
    lower,
    maybe_utc,
    money,
    order_status,
    origin,
    tail,
    utc,
)

# Forms that ask for a birthday without a year store one of these.
LATEST_PLACEHOLDER_YEAR = 1904
PAID = frozenset({OrderStatus.PAID, OrderStatus.COMPLETED, OrderStatus.REFUNDED})

_RECOVERY = re.compile(r"/checkouts/(?:ac/|cn/)?([^/?#]+)(?:/[a-z-]+)?/recover")


def customer(node: shapes.Customer, unknown: list[str]) -> CustomerRecord:
    """A customer as the store shows it now, with every answer that it keeps."""
    external_id = tail(node.id)
    email, phone = node.default_email_address or shapes.Email(), node.default_phone_number or shapes.Phone()
    place = node.default_address
    born, has_year = birthday(node.birth_date.value if node.birth_date else None, unknown)
    return CustomerRecord(
        external_id=external_id,
        email=lower(email.email_address),
        email_verified=node.verified_email,
        phone=phone.phone_number or None,
        first_name=node.first_name or None,
        last_name=node.last_name or None,
        locale=node.locale or None,
        country=place.country_code_v2 if place else None,
        region=place.province_code if place else None,
        birthday=born,
        birthday_has_year=has_year,
        tags=tuple(node.tags or ()),
        created_at=utc(node.created_at),
        updated_at=utc(node.updated_at),
        consents=tuple(_consents(node, email, phone=phone, unknown=unknown)),
    )


def _consents(
    node: shapes.Customer, email: shapes.Email, *, phone: shapes.Phone, unknown: list[str]
) -> list[ConsentRecord]:
    mail = shapes.Consent(email.marketing_state, email.marketing_opt_in_level, email.marketing_updated_at)
    said = (
        (Medium.EMAIL, mail, lower(email.email_address)),
        (Medium.SMS, phone.sms_marketing_consent, phone.phone_number),
        (Medium.WHATSAPP, phone.whats_app_marketing_consent, phone.phone_number),
    )
    found = []
    for medium, consent, address in said:
        if consent is None or not consent.state or not address:
            continue
        state = consent_state(consent.state, unknown)
        if state is ConsentState.UNKNOWN:
            continue
        # An answer without a time of its own is as old as the customer, so that no later answer is lost to it.
        at = consent.updated_at or node.created_at
        level = consent.opt_in_level.lower() if consent.opt_in_level else None
        found.append(ConsentRecord(medium, state, utc(at), "shopify", tail(node.id), address, level))
    return found


def birthday(value: str | None, unknown: list[str]) -> tuple[date | None, bool]:
    """A birthday "YYYY-MM-DD" and whether its year means anything."""
    if not value:
        return None, True
    try:
        born = date.fromisoformat(value)
    except ValueError:
        unknown.append("customer.birth_date=not_a_date")
        return None, True
    return born, born.year > LATEST_PLACEHOLDER_YEAR


def buyer(
    person: shapes.Buyer | None, place: shapes.Place | None, *, email: str | None, phone: str | None, locale: str | None
) -> CustomerRecord | None:
    """Who bought, as an order or a checkout tells it: weak knowledge. None where it tells nothing at all."""
    mine = person.default_email_address if person else None
    call = person.default_phone_number if person else None
    address = lower((mine.email_address if mine else None) or email)
    number = (call.phone_number if call else None) or phone or None
    if person is None and address is None and number is None:
        return None
    return CustomerRecord(
        external_id=tail(person.id) if person else None,
        email=address,
        email_verified=person.verified_email if person else None,
        phone=number,
        first_name=(person.first_name if person else None) or (place.first_name if place else None) or None,
        last_name=(person.last_name if person else None) or (place.last_name if place else None) or None,
        locale=locale or None,
        country=place.country_code_v2 if place else None,
        region=place.province_code if place else None,
    )


def order(node: shapes.Order, lines: Sequence[shapes.Line], *, unknown: list[str]) -> list[Record]:
    """An order with all its lines, its refunds and its parcels."""
    external_id = tail(node.id)
    total = node.total_price_set.shop_money
    refunded = node.total_refunded_set.shop_money if node.total_refunded_set else None
    status, raw = order_status(
        node.display_financial_status,
        unknown,
        cancelled=node.cancelled_at is not None,
        fulfilled=node.display_fulfillment_status == "FULFILLED",
    )
    where = node.shipping_address or node.billing_address
    placed_at = utc(node.processed_at or node.created_at)
    record = OrderRecord(
        external_id=external_id,
        number=node.name or external_id,
        placed_at=placed_at,
        updated_at=utc(node.updated_at),
        currency=total.currency_code,
        total=no_debt(money(total.amount, total.currency_code), "order.total", unknown=unknown),
        status=status,
        raw_status=raw,
        buyer=buyer(
            node.customer,
            node.billing_address or node.shipping_address,
            email=node.email,
            phone=node.phone,
            locale=node.customer_locale,
        ),
        lines=tuple([line(one, total.currency_code) for one in lines]),
        refunded=money(refunded.amount, refunded.currency_code) if refunded else None,
        # The order itself keeps no time of payment; nearly every order is paid as it is placed.
        paid_at=placed_at if status in PAID else None,
        cancelled_at=maybe_utc(node.cancelled_at),
        origin=origin(node.source_name, unknown),
        is_test=node.test,
        country=where.country_code_v2 if where else None,
        region=where.province_code if where else None,
        checkout_keys=_keys(node.checkout_token, node.cart_token),
        discount_codes=tuple(node.discount_codes or ()),
    )
    made: list[Record] = [record]
    made.extend(refund(one, external_id) for one in node.refunds or ())
    made.extend(fulfillment(one, external_id) for one in node.fulfillments or ())
    return made


def _keys(checkout: str | None, cart: str | None) -> tuple[str, ...]:
    if checkout and cart and checkout != cart:
        return (checkout, cart)
    return (checkout,) if checkout else (cart,) if cart else ()


def line(node: shapes.Line | shapes.CheckoutLine, currency: str) -> LineRecord:
    price, product, variant = node.original_unit_price_set, node.product, node.variant
    return _line(
        (
            node.title,
            node.quantity,
            price.shop_money.amount if price else "0",
            currency,
            product.id if product else None,
            variant.id if variant else None,
            node.sku,
        )
    )


# The same thing is bought over and over: most lines of a history are equal to one of the latest ten thousands.
@lru_cache(maxsize=32_768)
def _line(parts: tuple[str | None, int, str, str, str | None, str | None, str | None]) -> LineRecord:
    title, quantity, price, currency, product, variant, sku = parts
    return LineRecord(
        title or "",
        quantity,
        money(price, currency),
        tail(product) if product else None,
        tail(variant) if variant else None,
        sku or None,
    )


def refund(node: shapes.Refund, order_external_id: str) -> RefundRecord:
    paid = node.total_refunded_set.shop_money
    at = node.processed_at or node.created_at
    if at is None:
        raise Malformed("a refund has no time")
    return RefundRecord(
        tail(node.id), order_external_id, utc(at), money(paid.amount, paid.currency_code), paid.currency_code
    )


def fulfillment(node: shapes.Fulfillment, order_external_id: str) -> FulfillmentRecord:
    scans = node.events.nodes if node.events else ()
    return FulfillmentRecord(
        external_id=tail(node.id),
        order_external_id=order_external_id,
        updated_at=utc(node.updated_at),
        status=(node.display_status or node.status or "").lower(),
        shipped_at=maybe_utc(node.created_at) if node.status == "SUCCESS" else None,
        delivered_at=maybe_utc(node.delivered_at),
        promised_at=maybe_utc(node.estimated_delivery_at),
        picked_up_at=maybe_utc(node.in_transit_at),
        scanned_at=maybe_utc(max((one.happened_at for one in scans), default=node.delivered_at)),
    )


def product(
    node: shapes.Product, unknown: list[str], *, variants: Sequence[shapes.Variant | shapes.Sold] = ()
) -> ProductRecord:
    """A product; `variants` are those that came apart from it."""
    status = (node.status or "").lower()
    if status not in PRODUCT_STATES:
        unknown.append(f"product.status={clip(status)}")
    sold = [*variants, *(node.variants.nodes if node.variants else ())]
    in_stock = not node.tracks_inventory or node.total_inventory > 0 or any(one.available_for_sale for one in sold)
    cheapest = node.price_range_v2.min_variant_price if node.price_range_v2 else None
    preview = node.featured_media.preview if node.featured_media else None
    return ProductRecord(
        external_id=tail(node.id),
        title=node.title,
        updated_at=utc(node.updated_at),
        url=node.online_store_url,
        image_url=preview.image.url if preview and preview.image else None,
        price=money(cheapest.amount, cheapest.currency_code) if cheapest else None,
        currency=cheapest.currency_code if cheapest else None,
        is_available=status == "active" and node.published_at is not None and in_stock,
        tags=tuple(node.tags or ()),
    )


def checkout(node: shapes.Checkout) -> CheckoutRecord:
    """A checkout under the token in its recovery link, because webhooks tell the token and never the number."""
    total = node.total_price_set.shop_money
    lines = node.line_items.nodes if node.line_items else ()
    return CheckoutRecord(
        external_id=checkout_token(node.abandoned_checkout_url) or tail(node.id),
        started_at=utc(node.created_at),
        updated_at=utc(node.updated_at),
        currency=total.currency_code,
        total=money(total.amount, total.currency_code),
        buyer=buyer(node.customer, node.shipping_address, email=None, phone=None, locale=None),
        url=node.abandoned_checkout_url,
        completed_at=maybe_utc(node.completed_at),
        lines=tuple(line(one, total.currency_code) for one in lines),
    )


def checkout_token(url: str | None) -> str | None:
    """The token in a recovery link ".../checkouts/<token>/recover?key=...", where it is one."""
    found = _RECOVERY.search(url or "")
    return found[1] if found else None
