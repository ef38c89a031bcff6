"""The small shapes that all REST-shaped payloads share: amounts, moments, addresses."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.standins.shopify.records import Address, LineItem, gid

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop

Payload = dict[str, Any]

# How many decimals a currency has, where it is not two (ISO 4217).
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "JOD": 3, "TND": 3, "OMR": 3}


def amount(minor: int, currency: str) -> str:
    """`minor` units as REST writes money: "12.50"."""
    places = DECIMALS.get(currency, 2)
    return f"{minor / 10**places:.{max(places, 2)}f}"


def money_set(minor: int, currency: str) -> Payload:
    """An amount in the store's and in the buyer's currency, which are one here."""
    one = {"amount": amount(minor, currency), "currency_code": currency}
    return {"shop_money": one, "presentment_money": dict(one)}


def moment(shop: "Shop", at: datetime | None) -> str | None:
    """A moment as REST writes it: in the store's zone, whole seconds, with the offset."""
    return at.astimezone(ZoneInfo(shop.profile.timezone)).isoformat(timespec="seconds") if at else None


def address(found: Address | None) -> Payload | None:
    """An address as orders carry it."""
    if found is None:
        return None
    return {
        "first_name": found.first_name,
        "address1": found.address1,
        "phone": found.phone,
        "city": found.city,
        "zip": found.zip,
        "province": found.province,
        "country": found.country,
        "last_name": found.last_name,
        "address2": found.address2,
        "company": found.company,
        "latitude": None,
        "longitude": None,
        "name": found.name,
        "country_code": found.country_code,
        "province_code": found.province_code,
    }


def line(shop: "Shop", one: LineItem) -> Payload:
    """An order's line as orders, refunds and fulfillments carry it."""
    currency = shop.profile.currency
    variant = one.variant
    return {
        "id": one.id,
        "variant_id": variant.id if variant else None,
        "title": one.title,
        "quantity": one.quantity,
        "sku": one.sku,
        "variant_title": None,
        "vendor": variant.product.vendor if variant else None,
        "fulfillment_service": "manual",
        "product_id": variant.product.id if variant else None,
        "requires_shipping": True,
        "taxable": True,
        "gift_card": False,
        "name": one.title,
        "variant_inventory_management": "shopify" if variant else None,
        "properties": [],
        "product_exists": variant is not None,
        "fulfillable_quantity": max(0, one.quantity - one.refunded - one.fulfilled),
        "grams": 100,
        "price": amount(one.price, currency),
        "total_discount": "0.00",
        "fulfillment_status": "fulfilled" if one.fulfilled >= one.quantity else None,
        "price_set": money_set(one.price, currency),
        "total_discount_set": money_set(0, currency),
        "discount_allocations": _allocations(one, currency),
        "duties": [],
        "admin_graphql_api_id": gid(one),
        "tax_lines": [],
    }


def _allocations(one: LineItem, currency: str) -> list[Payload]:
    if not one.discount:
        return []
    said = {"amount": amount(one.discount, currency), "discount_application_index": 0}
    return [{**said, "amount_set": money_set(one.discount, currency)}]
