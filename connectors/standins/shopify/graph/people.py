"""How the fields of customers, addresses and metafields are answered."""

import hashlib
import json
from typing import Any

from connectors.standins.shopify.graph.paging import Page, page
from connectors.standins.shopify.graph.registry import Context, answers, constants, iso, money
from connectors.standins.shopify.records import Address, Customer, Metafield, Order


def _email(one: Customer, _ctx: Context) -> Customer | None:
    return one if one.email else None


def _phone(one: Customer, _ctx: Context) -> Customer | None:
    return one if one.phone else None


def _visible(one: Customer, ctx: Context) -> list[Order]:
    return [order for order in one.orders if seen(order, ctx)]


def seen(order: Order, ctx: Context) -> bool:
    """Without read_all_orders an app sees the orders of the last 60 days only."""
    return "read_all_orders" in ctx.granted or (ctx.at - order.created_at).days < 60


def _orders(one: Customer, ctx: Context, **args: Any) -> Page:
    return page(_visible(one, ctx), ctx, args=args, key=lambda order: order.processed_at)


def metafield(one: Any, _ctx: Context, *, key: str, namespace: str | None = None) -> Metafield | None:
    """A merchant's own field, by name; `facts.birth_date` may stand in `key` alone."""
    if namespace is None:
        namespace, _, key = key.rpartition(".")
    found: Metafield | None = one.metafields.get((namespace, key))
    return found


def metafields(one: Any, ctx: Context, *, namespace: str | None = None, **args: Any) -> Page:
    """All of them, or those of a namespace."""
    return page((m for m in one.metafields.values() if namespace in (None, m.namespace)), ctx, args=args)


def _name(one: Customer, _ctx: Context) -> str:
    return " ".join(part for part in (one.first_name, one.last_name) if part) or one.email or one.phone or ""


def _lifetime(one: Customer, ctx: Context) -> str:
    days = (ctx.at - one.created_at).days
    return f"{days} days" if days else "less than a minute"


answers(
    "Customer",
    addressesV2=lambda one, ctx, **args: page(one.addresses, ctx, args=args),
    amountSpent=lambda one, ctx: money(one.spent, ctx),
    canDelete=lambda one, _ctx: not one.orders,
    defaultAddress=lambda one, _ctx: one.addresses[0] if one.addresses else None,
    defaultEmailAddress=_email,
    defaultPhoneNumber=_phone,
    displayName=_name,
    emailMarketingConsent=lambda one, _ctx: one.email_consent if one.email else None,
    smsMarketingConsent=lambda one, _ctx: one.sms_consent if one.phone else None,
    image=lambda one, ctx, **_args: {"url": f"{ctx.shop.web}/avatar.svg", "altText": _name(one, ctx)},
    lastOrder=lambda one, _ctx: one.last_order,
    lifetimeDuration=_lifetime,
    metafield=metafield,
    metafields=metafields,
    numberOfOrders=lambda one, _ctx: str(len(one.counted)),
    orders=_orders,
    statistics=lambda _one, _ctx: {"predictedSpendTier": None, "rfmGroup": None},
    validEmailAddress=lambda one, _ctx: bool(one.email),
)
constants(
    "Customer",
    dataSaleOptOut=False,
    multipassIdentifier=None,
    productSubscriberStatus="NEVER_SUBSCRIBED",
    taxExempt=False,
    taxExemptions=[],
)
answers(
    "CustomerEmailAddress",
    emailAddress=lambda one, _ctx: one.email,
    marketingState=lambda one, _ctx: one.email_consent.state,
    marketingOptInLevel=lambda one, _ctx: one.email_consent.opt_in_level,
    marketingUpdatedAt=lambda one, _ctx: iso(one.email_consent.updated_at),
    marketingUnsubscribeUrl=lambda one, ctx: f"{ctx.shop.web}/account/unsubscribe/{one.id}",
    openTrackingUrl=lambda one, ctx: f"{ctx.shop.web}/tools/open/{one.id}",
    validFormat=lambda one, _ctx: "@" in (one.email or ""),
)
constants("CustomerEmailAddress", openTrackingLevel="UNKNOWN")


def _modern(state: str) -> str:
    return "NEVER_SUBSCRIBED" if state == "NOT_SUBSCRIBED" else state


def _sms(one: Customer, _ctx: Context) -> dict[str, Any]:
    consent = one.sms_consent
    return {
        "state": _modern(consent.state),
        "optInLevel": consent.opt_in_level,
        "updatedAt": iso(consent.updated_at),
        "collectedFrom": consent.collected_from,
    }


def _whats_app(_one: Customer, _ctx: Context) -> dict[str, Any]:
    return {"state": "NEVER_SUBSCRIBED", "optInLevel": None, "updatedAt": None, "collectedFrom": None}


answers(
    "CustomerPhoneNumber",
    phoneNumber=lambda one, _ctx: one.phone,
    smsMarketingConsent=_sms,
    whatsAppMarketingConsent=_whats_app,
    marketingState=lambda one, _ctx: one.sms_consent.state,
    marketingOptInLevel=lambda one, _ctx: one.sms_consent.opt_in_level,
    marketingUpdatedAt=lambda one, _ctx: iso(one.sms_consent.updated_at),
    marketingCollectedFrom=lambda one, _ctx: one.sms_consent.collected_from,
)
answers(
    "CustomerEmailMarketingConsentState",
    marketingState=lambda one, _ctx: one.state,
    marketingOptInLevel=lambda one, _ctx: one.opt_in_level,
    consentUpdatedAt=lambda one, _ctx: iso(one.updated_at),
)
answers(
    "CustomerSmsMarketingConsentState",
    marketingState=lambda one, _ctx: one.state,
    marketingOptInLevel=lambda one, _ctx: one.opt_in_level or "UNKNOWN",
    consentUpdatedAt=lambda one, _ctx: iso(one.updated_at),
    consentCollectedFrom=lambda one, _ctx: one.collected_from,
)


def _formatted(one: Address, _ctx: Context, *, withName: bool = False, withCompany: bool = True) -> list[str]:  # noqa: N803 - GraphQL's names
    lines = [one.name if withName else None, one.company if withCompany else None, one.address1, one.address2]
    return [part for part in (*lines, one.city, one.zip, one.country) if part]


answers(
    "MailingAddress",
    countryCodeV2=lambda one, _ctx: one.country_code,
    formatted=_formatted,
    formattedArea=lambda one, _ctx: ", ".join(part for part in (one.city, one.country) if part) or None,
)
constants(
    "MailingAddress",
    coordinatesValidated=False,
    latitude=None,
    longitude=None,
    timeZone=None,
    validationResultSummary=None,
)


def _json_value(one: Metafield, _ctx: Context) -> Any:
    return json.loads(one.value) if one.type == "json" else one.value


answers(
    "Metafield",
    compareDigest=lambda one, _ctx: hashlib.sha256(one.value.encode()).hexdigest(),
    jsonValue=_json_value,
    ownerType=lambda one, _ctx: {"ProductVariant": "PRODUCTVARIANT"}.get(
        one.owner.typename, one.owner.typename.upper()
    ),
    sizeInBytes=lambda one, _ctx: len(one.value.encode()),
)
