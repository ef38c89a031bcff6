"""What the webhooks about a parcel's way and about checkouts carry; a checkout has a token and no id (2026-04)."""

from typing import TYPE_CHECKING

from connectors.standins.shopify.payloads import people
from connectors.standins.shopify.payloads.base import Payload, address, amount, moment
from connectors.standins.shopify.records import Checkout, CheckoutLine, FulfillmentEvent, gid

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop


def event(shop: "Shop", one: FulfillmentEvent) -> Payload:
    """The body of fulfillment_events/create."""
    nothing = ("city", "province", "zip", "address1", "latitude", "longitude")
    return {
        "id": one.id,
        "fulfillment_id": one.fulfillment.id,
        "status": one.status.lower(),
        "message": one.message,
        "happened_at": moment(shop, one.created_at),
        **dict.fromkeys(nothing, None),
        "country": shop.profile.country,
        "shop_id": shop.id,
        "created_at": moment(shop, one.created_at),
        "updated_at": moment(shop, one.updated_at),
        "estimated_delivery_at": moment(shop, one.fulfillment.estimated_delivery_at),
        "order_id": one.fulfillment.order.id,
        "admin_graphql_api_id": gid(one),
    }


def checkout(shop: "Shop", one: Checkout) -> Payload:
    """The body of checkouts/create and update."""
    nothing = [
        "gateway",
        "landing_site",
        "note",
        "referring_site",
        "closed_at",
        "user_id",
        "location_id",
        "source_identifier",
        "source_url",
        "device_id",
        "source",
        "total_duties",
        "reservation_token",
        "sms_marketing_phone",
    ]
    total = amount(one.total, shop.profile.currency)
    return {
        **dict.fromkeys(nothing, None),
        "token": one.token,
        "cart_token": one.cart_token,
        "email": one.email,
        "buyer_accepts_marketing": one.accepts_marketing,
        "created_at": moment(shop, one.created_at),
        "updated_at": moment(shop, one.updated_at),
        "note_attributes": [],
        "shipping_lines": [],
        "taxes_included": True,
        "total_weight": 100 * sum(part.quantity for part in one.lines),
        "currency": shop.profile.currency,
        "completed_at": moment(shop, one.completed_at),
        "phone": one.phone,
        "customer_locale": "en",
        "line_items": [_line(shop, part) for part in one.lines],
        "name": f"#{one.id}",
        "abandoned_checkout_url": shop.recovery_url(one),
        "discount_codes": [],
        "tax_lines": [],
        "source_name": "web",
        "presentment_currency": shop.profile.currency,
        "buyer_accepts_sms_marketing": False,
        "total_discounts": "0.00",
        "total_line_items_price": total,
        "total_price": total,
        "total_tax": "0.00",
        "subtotal_price": total,
        "billing_address": address(one.shipping_address),
        "shipping_address": address(one.shipping_address),
        "customer": people.on_order(shop, one.customer) if one.customer else None,
    }


def _line(shop: "Shop", one: CheckoutLine) -> Payload:
    currency, variant = shop.profile.currency, one.variant
    nothing = ["destination_location_id", "origin_location_id", "properties", "user_id", "rank", "compare_at_price"]
    measures = ["measured_type", "quantity_value", "quantity_unit", "reference_value", "reference_unit"]
    return {
        **dict.fromkeys(nothing, None),
        "applied_discounts": [],
        "discount_allocations": [],
        "key": f"{one.id:032x}",
        "fulfillment_service": "manual",
        "gift_card": False,
        "grams": 100,
        "presentment_title": variant.product.title,
        "presentment_variant_title": "",
        "product_id": variant.product.id,
        "quantity": one.quantity,
        "requires_shipping": True,
        "sku": variant.sku,
        "tax_lines": [],
        "taxable": True,
        "title": variant.product.title,
        "variant_id": variant.id,
        "variant_title": "",
        "variant_price": amount(variant.price, currency),
        "vendor": variant.product.vendor,
        "unit_price_measurement": dict.fromkeys(measures, None),
        "line_price": amount(one.total, currency),
        "price": amount(variant.price, currency),
    }


def checkout_gone(shop: "Shop", one: Checkout) -> Payload:
    """The body of checkouts/delete, which still has the id and no token."""
    total = amount(one.total, shop.profile.currency)
    return {
        "id": one.id,
        "presentment_currency": shop.profile.currency,
        "buyer_accepts_sms_marketing": False,
        "sms_marketing_phone": None,
        "total_discounts": "0.00",
        "total_line_items_price": total,
        "total_price": total,
        "total_tax": "0.00",
        "subtotal_price": total,
        "cart_token": one.cart_token,
        "total_duties": None,
        "reservation_token": None,
    }
