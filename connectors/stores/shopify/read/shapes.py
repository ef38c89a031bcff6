"""The shapes that webhook bodies have, as far as we read them; everything else in them is skipped unread.

Shopify's drift makes most of it optional: ids come as numbers (or not at all beside the global id), money as text, and whole
blocks are missing since 2025-01.
"""

from datetime import datetime
from typing import Annotated

import msgspec

Id = int | str | None
At = Annotated[datetime, msgspec.Meta(tz=True)]
MaybeAt = At | None
Whole = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
Money = str | int | float | None


class Place(msgspec.Struct, gc=False):
    """An address, of which country and region are kept, and the name where no customer has one."""

    first_name: str | None = None
    last_name: str | None = None
    country_code: str | None = None
    province_code: str | None = None


class Consent(msgspec.Struct, gc=False):
    state: str | None = None
    opt_in_level: str | None = None
    consent_updated_at: MaybeAt = None
    updated_at: MaybeAt = None


class Customer(msgspec.Struct, gc=False):
    id: Id = None
    admin_graphql_api_id: str | None = None
    email: str | None = None
    verified_email: bool | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    tags: str | None = None
    created_at: MaybeAt = None
    updated_at: MaybeAt = None
    default_address: Place | None = None
    email_marketing_consent: Consent | None = None
    sms_marketing_consent: Consent | None = None


class Line(msgspec.Struct, gc=False):
    title: str | None = None
    presentment_title: str | None = None
    quantity: Whole = 0
    price: Money = None
    product_id: Id = None
    variant_id: Id = None
    sku: str | None = None


class Transaction(msgspec.Struct, gc=False):
    kind: str | None = None
    status: str | None = None
    amount: Money = None
    currency: str | None = None


class Refund(msgspec.Struct, gc=False):
    id: Id = None
    admin_graphql_api_id: str | None = None
    order_id: Id = None
    created_at: MaybeAt = None
    processed_at: MaybeAt = None
    transactions: list[Transaction] | None = None


class Fulfillment(msgspec.Struct, gc=False):
    id: Id = None
    admin_graphql_api_id: str | None = None
    order_id: Id = None
    status: str | None = None
    shipment_status: str | None = None
    created_at: MaybeAt = None
    updated_at: MaybeAt = None


class FulfillmentEvent(msgspec.Struct, gc=False):
    fulfillment_id: Id = None
    order_id: Id = None
    status: str | None = None
    happened_at: MaybeAt = None
    updated_at: MaybeAt = None
    created_at: MaybeAt = None
    estimated_delivery_at: MaybeAt = None


class DiscountCode(msgspec.Struct, gc=False):
    code: str | None = None


class Order(msgspec.Struct, gc=False):
    updated_at: At
    currency: str
    total_price: Money
    id: Id = None
    admin_graphql_api_id: str | None = None
    name: str | None = None
    created_at: MaybeAt = None
    processed_at: MaybeAt = None
    cancelled_at: MaybeAt = None
    financial_status: str | None = None
    fulfillment_status: str | None = None
    source_name: str | None = None
    test: bool = False
    email: str | None = None
    contact_email: str | None = None
    phone: str | None = None
    customer_locale: str | None = None
    checkout_token: str | None = None
    cart_token: str | None = None
    customer: Customer | None = None
    billing_address: Place | None = None
    shipping_address: Place | None = None
    line_items: list[Line] | None = None
    discount_codes: list[DiscountCode] | None = None
    refunds: list[Refund] | None = None
    fulfillments: list[Fulfillment] | None = None


class Checkout(msgspec.Struct, gc=False):
    created_at: At
    updated_at: At
    currency: str
    total_price: Money
    token: str | None = None
    id: Id = None
    email: str | None = None
    phone: str | None = None
    customer_locale: str | None = None
    completed_at: MaybeAt = None
    abandoned_checkout_url: str | None = None
    customer: Customer | None = None
    billing_address: Place | None = None
    shipping_address: Place | None = None
    line_items: list[Line] | None = None


class Image(msgspec.Struct, gc=False):
    src: str | None = None


class Variant(msgspec.Struct, gc=False):
    price: Money = None
    inventory_quantity: int | None = None
    inventory_policy: str | None = None

    @property
    def in_stock(self) -> bool:
        return self.inventory_policy == "continue" or (self.inventory_quantity or 0) > 0


class Product(msgspec.Struct, gc=False):
    updated_at: At
    title: str
    id: Id = None
    admin_graphql_api_id: str | None = None
    handle: str | None = None
    status: str | None = None
    published_at: MaybeAt = None
    tags: str | None = None
    image: Image | None = None
    variants: list[Variant] | None = None


class Named(msgspec.Struct, gc=False):
    """The smallest body: an object that is gone says its id and little more."""

    id: Id = None
    admin_graphql_api_id: str | None = None
    token: str | None = None


class EmailConsent(msgspec.Struct, gc=False):
    customer_id: Id
    email_marketing_consent: Consent
    email_address: str | None = None


class SmsConsent(msgspec.Struct, gc=False):
    id: Id
    sms_marketing_consent: Consent
    phone: str | None = None


class WhatsAppConsent(msgspec.Struct, gc=False):
    customer_id: Id
    whats_app_marketing_consent: Consent
    phone_number: str | None = None


class Store(msgspec.Struct, gc=False):
    """A store as a whole. Its domains may be null, so the header alone names it."""

    id: int
    name: str


class Merge(msgspec.Struct, gc=False):
    admin_graphql_api_customer_kept_id: str
    admin_graphql_api_customer_deleted_id: str
    status: str | None = None


class Interest(msgspec.Struct, gc=False):
    """Our own words for what a storefront's page told (`proxy.interest`)."""

    product_id: str
    kind: str
    at: At
    customer_id: str | None = None
    email: str | None = None


class Hint(msgspec.Struct, rename={"customer_id": "customerId"}, gc=False):
    customer_id: str


class OrderEdit(msgspec.Struct, gc=False):
    order_id: int


class Edited(msgspec.Struct, gc=False):
    order_edit: OrderEdit


class Scopes(msgspec.Struct, gc=False):
    current: list[str]
    previous: list[str] = []


class Bulk(msgspec.Struct, gc=False):
    admin_graphql_api_id: str
    status: str | None = None
    error_code: str | None = None


class Person(msgspec.Struct, gc=False):
    id: Id = None
    email: str | None = None
    phone: str | None = None


class Request(msgspec.Struct, gc=False):
    id: Id = None


class Privacy(msgspec.Struct, gc=False):
    shop_domain: str
    customer: Person | None = None
    orders_requested: list[int] | None = None
    orders_to_redact: list[int] | None = None
    data_request: Request | None = None
