"""What the webhooks about customers carry, as of 2025-01: no consent, tags or counters on the customer itself."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.standins.shopify.payloads.base import Payload, address, amount, moment
from connectors.standins.shopify.records import Consent, Customer, Order, gid

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop


def customer(shop: "Shop", one: Customer) -> Payload:
    """The body of customers/create and customers/update."""
    found = on_order(shop, one)
    found["addresses"] = [_kept_address(one, place) for place in range(len(one.addresses))]
    return found


def on_order(shop: "Shop", one: Customer) -> Payload:
    """The customer as orders and checkouts carry it."""
    return {
        "id": one.id,
        "created_at": moment(shop, one.created_at),
        "updated_at": moment(shop, one.updated_at),
        "first_name": one.first_name,
        "last_name": one.last_name,
        "state": one.state.lower(),
        "note": one.note,
        "verified_email": one.verified_email,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": one.email,
        "phone": one.phone,
        "currency": shop.profile.currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": gid(one),
        "default_address": _kept_address(one, 0) if one.addresses else None,
    }


def _kept_address(one: Customer, place: int) -> Payload:
    kept = one.addresses[place]
    found = address(kept) or {}
    for name in ("latitude", "longitude"):
        del found[name]
    return {
        "id": kept.id,
        "customer_id": one.id,
        **found,
        "country_name": kept.country,
        "default": place == 0,
    }


def deleted(one: Customer) -> Payload:
    """The body of customers/delete."""
    return {"id": one.id, "tax_exemptions": [], "admin_graphql_api_id": gid(one)}


def email_consent(shop: "Shop", one: Customer) -> Payload:
    """The body of customers_email_marketing_consent/update."""
    return {
        "customer_id": one.id,
        "email_address": one.email,
        "email_marketing_consent": _consent(shop, one.email_consent),
    }


def sms_consent(shop: "Shop", one: Customer) -> Payload:
    """The body of customers_marketing_consent/update, which is about text messages."""
    said = _consent(shop, one.sms_consent) | {"consent_collected_from": one.sms_consent.collected_from.lower()}
    return {"id": one.id, "phone": one.phone, "sms_marketing_consent": said}


def _consent(shop: "Shop", one: Consent) -> Payload:
    return {
        "state": one.state.lower(),
        "opt_in_level": one.opt_in_level.lower() if one.opt_in_level else None,
        "consent_updated_at": moment(shop, one.updated_at),
    }


def _occurred(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def purchasing_summary(shop: "Shop", one: Customer, *, at: datetime) -> Payload:
    """The body of customers/purchasing_summary: camelCase and long ids, unlike the others."""
    last = one.last_order
    currency = shop.profile.currency
    return {
        "customerId": gid(one),
        "numberOfOrders": len(one.counted),
        "amountSpent": {"amount": amount(one.spent, currency), "currencyCode": currency},
        "lastOrderId": gid(last) if last else None,
        "occurredAt": _occurred(at),
    }


def tags(one: Customer, changed: list[str], *, at: datetime) -> Payload:
    """The body of customer.tags_added and customer.tags_removed."""
    return {"customerId": gid(one), "tags": changed, "occurredAt": _occurred(at)}


def merged(kept: Customer, gone: Customer) -> Payload:
    """The body of customers/merge after a merge that worked."""
    return {
        "admin_graphql_api_customer_kept_id": gid(kept),
        "admin_graphql_api_customer_deleted_id": gid(gone),
        "admin_graphql_api_job_id": None,
        "status": "completed",
        "errors": [],
    }


def compliance(shop: "Shop", email: str, *, one: Customer | None, orders: list[Order]) -> Payload:
    """What customers/data_request and customers/redact share; the customer may be an address only."""
    person = {"id": one.id if one else None, "email": email, "phone": one.phone if one else None}
    return {"shop_id": shop.id, "shop_domain": shop.domain, "customer": person, "orders": [o.id for o in orders]}
