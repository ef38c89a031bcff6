"""What the webhooks about orders, checkouts, refunds and parcels carry, as of 2026-04: joined by tokens, not ids."""

from typing import TYPE_CHECKING, Any

from connectors.standins.shopify.payloads import people
from connectors.standins.shopify.payloads.base import Payload, address, amount, line, moment, money_set
from connectors.standins.shopify.records import (
    Fulfillment,
    Order,
    Refund,
    RefundLine,
    Transaction,
    gid,
)

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop


def order(shop: "Shop", one: Order) -> Payload:
    """The body of orders/create, updated, paid, cancelled and fulfilled."""
    return _facts(shop, one) | _amounts(shop, one) | _parts(shop, one)


def _facts(shop: "Shop", one: Order) -> Payload:
    fulfilled = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
    return {
        "id": one.id,
        "admin_graphql_api_id": gid(one),
        "app_id": None,
        "browser_ip": None,
        "buyer_accepts_marketing": one.accepts_marketing,
        "cancel_reason": one.cancel_reason.lower() if one.cancel_reason else None,
        "cancelled_at": moment(shop, one.cancelled_at),
        "cart_token": one.cart_token,
        "checkout_token": one.checkout_token,
        "client_details": None,
        "closed_at": moment(shop, one.closed_at),
        "confirmation_number": f"SI{one.number}",
        "confirmed": True,
        "contact_email": one.email,
        "created_at": moment(shop, one.created_at),
        "currency": shop.profile.currency,
        "customer_locale": one.locale,
        "device_id": None,
        "discount_codes": _discount_codes(shop, one),
        "duties_included": False,
        "email": one.email,
        "estimated_taxes": False,
        "financial_status": one.financial_status.lower(),
        "fulfillment_status": fulfilled.get(one.fulfillment_status),
        "landing_site": None,
        "landing_site_ref": None,
        "location_id": None,
        "merchant_business_entity_id": "MTU0ODM4MDAwOQ",
        "merchant_of_record_app_id": None,
        "name": one.name,
        "note": one.note,
        "note_attributes": [],
        "number": one.number - 1000,
        "order_number": one.number,
        "order_status_url": f"{shop.web}/orders/{one.id}",
        "payment_gateway_names": ["bogus"],
        "payment_terms": None,
        "phone": one.phone,
        "po_number": None,
        "presentment_currency": shop.profile.currency,
        "processed_at": moment(shop, one.processed_at),
        "reference": None,
        "referring_site": None,
        "source_identifier": None,
        "source_name": one.source_name,
        "source_url": None,
        "tags": ", ".join(one.tags),
        "tax_exempt": False,
        "tax_lines": [],
        "taxes_included": True,
        "test": one.test,
        "token": f"{one.id:x}",
        "total_weight": 100 * sum(part.quantity for part in one.lines),
        "updated_at": moment(shop, one.updated_at),
        "user_id": None,
    }


def _discount_codes(shop: "Shop", one: Order) -> list[Payload]:
    saved = amount(one.discounts, shop.profile.currency)
    return [{"code": code, "amount": saved, "type": "fixed_amount"} for code in one.discount_codes]


def _amounts(shop: "Shop", one: Order) -> Payload:
    """Every amount twice, as REST has it: a string, and a set with both currencies."""
    currency = shop.profile.currency
    twice = {
        "current_subtotal_price": max(0, one.subtotal - one.refunded),
        "current_total_discounts": one.discounts,
        "current_total_price": one.current_total,
        "current_total_tax": 0,
        "subtotal_price": one.subtotal,
        "total_discounts": one.discounts,
        "total_line_items_price": one.subtotal + one.discounts,
        "total_price": one.total,
        "total_tax": 0,
    }
    only_set = {
        "current_shipping_price_set": one.shipping_price,
        "total_shipping_price_set": one.shipping_price,
        "total_cash_rounding_payment_adjustment_set": 0,
        "total_cash_rounding_refund_adjustment_set": 0,
    }
    return {
        **{name: amount(value, currency) for name, value in twice.items()},
        **{f"{name}_set": money_set(value, currency) for name, value in twice.items()},
        **{name: money_set(value, currency) for name, value in only_set.items()},
        **dict.fromkeys(("current_total_additional_fees_set", "current_total_duties_set"), None),
        **dict.fromkeys(("original_total_additional_fees_set", "original_total_duties_set"), None),
        "total_outstanding": "0.00",
        "total_tip_received": "0.00",
    }


def _parts(shop: "Shop", one: Order) -> Payload:
    return {
        "billing_address": address(one.shipping_address),
        "customer": people.on_order(shop, one.customer) if one.customer else None,
        "discount_applications": _applications(shop, one),
        "fulfillments": [fulfillment(shop, parcel) for parcel in one.fulfillments],
        "line_items": [_own_line(shop, part) for part in one.lines],
        "line_item_groups": [],
        "refunds": [refund(shop, back) for back in one.refunds],
        "returns": [],
        "shipping_address": address(one.shipping_address),
        "shipping_lines": _shipping(shop, one),
    }


def _own_line(shop: "Shop", part: Any) -> Payload:
    extra = {"attributed_staffs": [], "current_quantity": part.current_quantity, "sales_line_item_group_id": None}
    return line(shop, part) | extra


def _applications(shop: "Shop", one: Order) -> list[Payload]:
    if not one.discount_codes:
        return []
    said = {"target_type": "line_item", "type": "discount_code", "target_selection": "all"}
    value = {"value": amount(one.discounts, shop.profile.currency), "value_type": "fixed_amount"}
    return [{**said, **value, "allocation_method": "across", "code": one.discount_codes[0]}]


def _shipping(shop: "Shop", one: Order) -> list[Payload]:
    if not one.shipping_price:
        return []
    currency = shop.profile.currency
    price, both = amount(one.shipping_price, currency), money_set(one.shipping_price, currency)
    return [
        {
            "id": one.id + 1,
            "carrier_identifier": None,
            "code": "Standard",
            "current_discounted_price_set": both,
            "discounted_price": price,
            "discounted_price_set": both,
            "is_removed": False,
            "phone": None,
            "price": price,
            "price_set": both,
            "requested_fulfillment_service_id": None,
            "source": "shopify",
            "title": "Standard",
            "tax_lines": [],
            "discount_allocations": [],
        }
    ]


def refund(shop: "Shop", one: Refund) -> Payload:
    """The body of refunds/create."""
    return {
        "id": one.id,
        "order_id": one.order.id,
        "created_at": moment(shop, one.created_at),
        "note": one.note,
        "user_id": None,
        "processed_at": moment(shop, one.created_at),
        "duties": [],
        "total_duties_set": money_set(0, shop.profile.currency),
        "return": None,
        "refund_shipping_lines": [],
        "restock": False,
        "admin_graphql_api_id": gid(one),
        "order_adjustments": [],
        "refund_line_items": [_refund_line(shop, back) for back in one.lines],
        "transactions": [_transaction(shop, moved) for moved in one.transactions],
    }


def _refund_line(shop: "Shop", one: RefundLine) -> Payload:
    currency = shop.profile.currency
    return {
        "id": one.id,
        "quantity": one.quantity,
        "line_item_id": one.line.id,
        "location_id": None,
        "restock_type": "no_restock",
        "subtotal": float(amount(one.amount, currency)),
        "total_tax": 0,
        "subtotal_set": money_set(one.amount, currency),
        "total_tax_set": money_set(0, currency),
        "line_item": line(shop, one.line),
    }


def _transaction(shop: "Shop", one: Transaction) -> Payload:
    nothing = ("message", "authorization", "location_id", "user_id", "device_id", "error_code", "amount_rounding")
    return {
        "id": one.id,
        "order_id": one.order.id,
        "kind": one.kind.lower(),
        "gateway": "bogus",
        "status": "success",
        "created_at": moment(shop, one.created_at),
        "test": one.order.test,
        "parent_id": one.parent.id if one.parent else None,
        "processed_at": moment(shop, one.created_at),
        "source_name": "web",
        "receipt": {},
        "amount": amount(one.amount, shop.profile.currency),
        "currency": shop.profile.currency,
        "payment_id": f"{one.order.name}.1",
        "total_unsettled_set": money_set(0, shop.profile.currency),
        "manual_payment_gateway": False,
        "admin_graphql_api_id": gid(one),
        **dict.fromkeys(nothing, None),
    }


def fulfillment(shop: "Shop", one: Fulfillment) -> Payload:
    """The body of fulfillments/create and update."""
    url = f"https://carrier.example.com/track/{one.tracking_number}" if one.tracking_number else None
    number = one.tracking_number
    return {
        "id": one.id,
        "order_id": one.order.id,
        "status": one.status.lower(),
        "created_at": moment(shop, one.created_at),
        "service": "manual",
        "updated_at": moment(shop, one.updated_at),
        "tracking_company": "Other" if number else None,
        "shipment_status": one.events[-1].status.lower() if one.events else None,
        "location_id": None,
        "origin_address": None,
        "email": one.order.email,
        "destination": address(one.order.shipping_address),
        "line_items": [line(shop, part) | {"quantity": count} for part, count in one.quantities.items()],
        "tracking_number": number,
        "tracking_numbers": [number] if number else [],
        "tracking_url": url,
        "tracking_urls": [url] if url else [],
        "receipt": {},
        "name": f"{one.order.name}.{one.number}",
        "admin_graphql_api_id": gid(one),
    }
